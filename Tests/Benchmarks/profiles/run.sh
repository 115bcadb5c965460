#!/bin/bash
# How long a build takes to load and check a library of 60 profiles: Tests/Benchmarks/profiles/run.sh .build/release/labrador
# Twenty runs of `labrador profile list`, process start and end included; the median must stay below 200 ms. Where other
# work shares the cores, the processor time tells more than the time on the wall.
set -euo pipefail
labrador=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 "$here/library.py" "$folder/profiles" 60
cd "$folder"
wrong=$("$labrador" profile list --profiles "$folder/profiles" | grep -c 'cannot be read' || true)
[ "$wrong" = 0 ] || { echo "$wrong profiles of the benchmark are wrong"; exit 1; }
TIMEFORMAT='%3R %3U %3S'
for _ in $(seq 20); do
    { time "$labrador" profile list --profiles "$folder/profiles" >/dev/null; } 2>&1
done | sort -n | awk '{ wall[NR] = $1 * 1000; cpu += ($2 + $3) * 1000 } END {
    printf "60 profiles: median %d ms, fastest %d ms, slowest %d ms; %d ms of processor time\n", wall[10], wall[1], wall[NR], cpu / NR
    exit wall[10] < 200 ? 0 : 1 }'
