#!/bin/bash
# How many MB/s one core parses: Tests/Benchmarks/parse/run.sh FOLDER... (of captures: framed or bare ASTM, HL7)
# Compiles the two pure rooms as a release build does, and nothing else.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../../Sources
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
flags=(-O -wmo -swift-version 6 -parse-as-library -enable-default-cmo)
for room in ASTM HL7; do
    find "$sources/$room" -name '*.swift' -print0 |
        xargs -0 swiftc "${flags[@]}" -module-name "$room" -emit-module -emit-module-path "$build/$room.swiftmodule" \
            -emit-object -o "$build/$room.o"
done
swiftc "${flags[@]}" -module-name ParseBenchmark -I "$build" "$here"/*.swift "$build/ASTM.o" "$build/HL7.o" \
    -o "$build/parse"
"$build/parse" "$@"
