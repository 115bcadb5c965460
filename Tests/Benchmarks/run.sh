#!/bin/sh
# Measures a build of Labrador: Tests/Benchmarks/run.sh .build/release/labrador [options of bench.py]
exec /usr/bin/python3 "$(dirname "$0")/bench.py" "$@"
