#!/bin/bash
# Measures the worklist beside DCMTK's wlmscpfs and Orthanc's plugin, one after the other on this machine:
# Tests/Benchmarks/radiology/run.sh .build/release/labrador [options of radiology.py]
exec /usr/bin/python3 "$(dirname "$0")/radiology.py" "$@"
