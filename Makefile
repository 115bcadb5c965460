# Two commands start everything: `make run` and `make test`. Each installs what is missing first.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Libraries to build, and the programs the tests and the demonstration talk to.
PACKAGES := libdcmtk-dev libssl-dev libserialport-dev libpq-dev libsqlite3-dev dcmtk pkg-config
TEST_PACKAGES := python3 python3-venv python3-hl7 gcc libc6-dev socat openssl
BENCH_PACKAGES := $(TEST_PACKAGES) python3-uvloop

SWIFT_FLAGS := --disable-index-store
RELEASE := .build/release/labrador
PYTHON := .build/python

# Where `make install` puts things, below DESTDIR.
PREFIX ?= /usr
DESTDIR ?=
# These two are looked up under these names by the daemon and by systemd, whatever the prefix.
PROFILES := /usr/share/labrador/device-profiles
UNITS := /lib/systemd/system

.PHONY: help deps test-deps python build install run test bench fuzz format lint clean

help:
	@echo 'make run     build, and run the demonstration (Ctrl-C ends it)'
	@echo 'make test    build, and run every test'
	@echo 'make build   build $(RELEASE)'
	@echo 'make install put what `make build` built, the profiles and the systemd unit in their places (PREFIX, DESTDIR)'
	@echo 'make bench   run the benchmarks (release build)'
	@echo 'make fuzz    fuzz the parsers and links at length (FUZZ_SECONDS a target)'
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

# Independent peers for the tests, which Debian 12 does not package. Without a way to PyPI the tests that need them say that
# they were skipped. `astm` is of 2013: Peers/compat gives it what Python has moved since.
define peer
	@export PYTHONPATH=Tests/EndToEndTests/Peers/compat; $(PYTHON)/bin/python -c 'import $(1)' 2>/dev/null || \
	    $(PYTHON)/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 20 $(2) || \
	    echo '$(1) cannot be installed: the tests that talk to it are skipped.'
endef

python: test-deps
	@$(PYTHON)/bin/python -c 'import pip' 2>/dev/null || { \
	    mkdir -p .build && /usr/bin/python3 -m venv --clear --system-site-packages $(PYTHON); }
	$(call peer,pynetdicom,'pynetdicom==3.0.4' 'pydicom==3.0.2')
	$(call peer,hl7apy,'hl7apy==1.3.5')
	$(call peer,astm,--no-build-isolation 'astm==0.5.0')

build: $(RELEASE)

# Without a change nothing is asked of the package manager, which compiles a package or two again the second time.
$(RELEASE): Package.swift $(shell find Sources -type f) | deps
	swift build -c release --product labrador --static-swift-stdlib $(SWIFT_FLAGS)
	@touch $@

# Builds nothing, so that it can run as root. A configuration that is there stays as it is.
install:
	@[ -x $(RELEASE) ] || { echo 'There is no $(RELEASE) yet. Run `make build` first.'; exit 1; }
	install -D -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/labrador
	rm -rf $(DESTDIR)$(PROFILES)
	install -d $(DESTDIR)$(PROFILES)
	cp -R --preserve=mode device-profiles/. $(DESTDIR)$(PROFILES)
	install -d $(DESTDIR)$(UNITS)
	sed 's|/usr/bin/labrador|$(PREFIX)/bin/labrador|' systemd/labrador.service >$(DESTDIR)$(UNITS)/labrador.service
	chmod 644 $(DESTDIR)$(UNITS)/labrador.service
	install -D -m 644 systemd/labrador.sysusers $(DESTDIR)/usr/lib/sysusers.d/labrador.conf
	@[ -e $(DESTDIR)/etc/labrador/labrador.yaml ] || \
	    install -D -m 644 systemd/labrador.yaml $(DESTDIR)/etc/labrador/labrador.yaml

run: build
	@exec samples/demo.sh $(RELEASE)

test: python
	swift build --build-tests
	LABRADOR_PYTHON=$(abspath $(PYTHON)/bin/python) swift test --skip-build --skip EndToEndTests --skip DICOMTests
	@# Apart, since its peers block their threads and the others would wait for them.
	LABRADOR_PYTHON=$(abspath $(PYTHON)/bin/python) swift test --skip-build --filter DICOMTests
	@# The whole program alone, since some of its tests hold it to seconds.
	LABRADOR_PYTHON=$(abspath $(PYTHON)/bin/python) swift test --skip-build --filter EndToEndTests
	.build/debug/labrador profile test
	@# The same course in each run; `make fuzz` goes new ways.
	FUZZ_SEED=1 Tests/Fuzz/run.sh 10

# At length: FUZZ_SECONDS for each target. What it finds is a file in Tests/Fuzz/*/crashes, which the tests replay.
FUZZ_SECONDS ?= 600
fuzz:
	Tests/Fuzz/run.sh $(FUZZ_SECONDS)

bench: build
	$(call install,$(BENCH_PACKAGES))
	Tests/Benchmarks/run.sh $(RELEASE)
	@# Beside Orthanc too where it is installed; its package starts a server, so it is not installed for this.
	Tests/Benchmarks/radiology/run.sh $(RELEASE)

lint:
	swift format lint --recursive --strict Package.swift Sources Tests

format:
	swift format --in-place --recursive Package.swift Sources Tests

clean:
	rm -rf .build/demo
