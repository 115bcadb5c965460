# Two commands start everything: `make run` and `make test`. Each installs what is missing first.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Libraries to build, and the programs the tests and the demonstration talk to.
PACKAGES := libdcmtk-dev libserialport-dev libpq-dev libsqlite3-dev dcmtk pkg-config
TEST_PACKAGES := python3 python3-venv python3-hl7 gcc libc6-dev
BENCH_PACKAGES := $(TEST_PACKAGES) python3-uvloop

SWIFT_FLAGS := --disable-index-store
RELEASE := .build/release/labrador
PYTHON := .build/python

.PHONY: help deps test-deps python build run test bench fuzz format lint clean

help:
	@echo 'make run     build, and run the demonstration (Ctrl-C ends it)'
	@echo 'make test    build, and run every test'
	@echo 'make build   build $(RELEASE)'
	@echo 'make bench   run the benchmarks (release build)'
	@echo 'make lint    check the format'

# Installs only what dpkg does not know yet, so that a second run asks nobody.
define install
	@missing=$$(for package in $(1); do \
	    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	    echo "Installing from Debian:" $$missing; \
	    sudo=$$([ "$$(id -u)" = 0 ] || command -v sudo); \
	    $$sudo apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

deps:
	$(call install,$(PACKAGES))

test-deps: deps
	$(call install,$(TEST_PACKAGES))

# An independent DICOM peer for the tests. Debian 12 does not package it; without a way to PyPI the tests that need it
# say that they were skipped.
python: test-deps
	@[ -x $(PYTHON)/bin/python ] && $(PYTHON)/bin/python -c 'import pynetdicom' 2>/dev/null || { \
	    mkdir -p .build && /usr/bin/python3 -m venv --clear --system-site-packages $(PYTHON) && \
	    $(PYTHON)/bin/pip install --quiet --disable-pip-version-check 'pynetdicom==3.0.4' 'pydicom==3.0.2' || \
	    echo 'pynetdicom cannot be installed: the tests that talk to it will be skipped.'; }

build: deps
	swift build -c release --product labrador $(SWIFT_FLAGS)

run: build
	@exec samples/demo.sh $(RELEASE)

test: python
	swift build --build-tests
	LABRADOR_PYTHON=$(abspath $(PYTHON)/bin/python) swift test --skip-build
	.build/debug/labrador profile test

bench: build
	$(call install,$(BENCH_PACKAGES))
	Tests/Benchmarks/run.sh $(RELEASE)

lint:
	swift format lint --recursive --strict Package.swift Sources Tests

format:
	swift format --in-place --recursive Package.swift Sources Tests

clean:
	rm -rf .build/demo
