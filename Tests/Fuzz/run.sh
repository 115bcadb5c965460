#!/bin/bash
# Coverage-guided fuzzing of the pure rooms: Tests/Fuzz/run.sh [SECONDS a target] [TARGET...]
# FUZZ_SEED makes a run go the same way again; without it each goes another.
# What it finds is written to Tests/Fuzz/TARGET/crashes, where the tests find it too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-600}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(LIS01 LIS02 MLLP ER7 BLOCKS)

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
flags=(-O -wmo -swift-version 6 -parse-as-library -sanitize=fuzzer,address)

printf '@_cdecl("LLVMFuzzerTestOneInput") public func nothing(_: UnsafePointer<UInt8>?, _: Int) -> CInt { 0 }\n' \
    >"$build/probe.swift"
if ! swiftc "${flags[@]}" "$build/probe.swift" -o "$build/probe" >/dev/null 2>&1; then
    echo 'This toolchain has no fuzzer runtime (swiftc -sanitize=fuzzer): fuzzing is skipped.'
    exit 0
fi

for room in ASTM HL7 Blocks; do
    find "$here/../../Sources/$room" -name '*.swift' -print0 |
        xargs -0 swiftc "${flags[@]}" -module-name "$room" -emit-module -emit-module-path "$build/$room.swiftmodule" \
            -emit-object -o "$build/$room.o"
done

# libFuzzer reports a crash itself.
export SWIFT_BACKTRACE=enable=no
status=0
for target in "${targets[@]}"; do
    echo "typealias FuzzTarget = ${target}Target" >"$build/Target.swift"
    # The linker remarks on symbols of the sanitizer by the hundred.
    swiftc "${flags[@]}" -module-name Fuzz -I "$build" "$here/Entry.swift" "$here/Invariants.swift" \
        "$here/$target"/*.swift "$build/Target.swift" "$build/ASTM.o" "$build/HL7.o" "$build/Blocks.o" -o "$build/$target" 2>&1 |
        { grep -v 'Cannot export local symbol' || true; }
    mkdir -p "$build/corpus-$target"
    echo "$target: $seconds s"
    if ! "$build/$target" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" -timeout=5 -rss_limit_mb=768 -max_len=2048 -print_final_stats=1 \
        -artifact_prefix="$here/$target/crashes/" "$build/corpus-$target" "$here/$target/seeds" \
        "$here/$target/crashes" >"$build/$target.log" 2>&1; then
        grep -aE 'Fatal error|ERROR|SUMMARY|Test unit' "$build/$target.log" || tail -20 "$build/$target.log"
        status=1
    fi
    grep -aE 'stat::number_of_executed_units|stat::peak_rss_mb|DONE' "$build/$target.log" || true
done
exit $status
