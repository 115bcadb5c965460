#!/usr/bin/env bash
# The demonstration: a stand-in HMS, the daemon, four simulated analysers and a modality. Ctrl-C ends all of it.
set -euo pipefail
cd "$(dirname "$0")/.."
labrador=${1:-.build/release/labrador}
config=samples/demo.yaml
logs=.build/demo-logs
# Each demonstration starts afresh; nothing of it is kept.
rm -rf .build/demo
mkdir -p .build/demo "$logs"

pids=()
finish() {
    trap - EXIT INT TERM
    kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    exit 0
}
trap finish EXIT INT TERM

# Waits until a line appears in a file, and tells what happened when the process ends first.
await() { # file, text, pid, name
    for _ in $(seq 1 300); do
        grep -q "$2" "$1" 2>/dev/null && return 0
        kill -0 "$3" 2>/dev/null || { echo "$4 ended early:"; cat "$1" "$logs/$4.err" 2>/dev/null; exit 1; }
        sleep 0.1
    done
    echo "$4 did not start within 30 s; see $logs"; exit 1
}

"$labrador" simulate hms --port 8090 >"$logs/hms.out" 2>"$logs/hms.err" & pids+=($!)
await "$logs/hms.out" 'listening on' $! hms
"$labrador" serve --config "$config" >"$logs/serve.out" 2>"$logs/serve.err" & pids+=($!)
await "$logs/serve.out" '^ready' $! serve

echo "Orders from the HMS:"
"$labrador" orders import samples/orders.json --config "$config"
echo "Three analysers send results, one of them for a specimen nobody ordered:"
"$labrador" simulate analyser --profile horiba-yumizen-h500 --to tcp://127.0.0.1:5001 --results samples/messages/yumizen-cbc.astm
"$labrador" simulate analyser --profile erba-xl-1000 --to tcp://127.0.0.1:5002 --results samples/messages/erba-glucose.astm
"$labrador" simulate analyser --profile mindray-bc-5380 --to tcp://127.0.0.1:5003 --results samples/messages/mindray-cbc.hl7
"$labrador" simulate analyser --profile horiba-yumizen-h500 --to tcp://127.0.0.1:5001 --results samples/messages/yumizen-unknown-specimen.astm
echo "A fourth asks which tests were ordered for a specimen (1 is its own number for glucose):"
"$labrador" simulate analyser --profile mindray-bs-200 --to tcp://127.0.0.1:5004 --query L26-000102
echo "The CT scanner asks for its worklist and performs the first step; what refuses it only says so:"
"$labrador" simulate modality --ae CT01 --to 127.0.0.1:11112 --modality CT --cycle procedure || true
echo "The worklist afterwards:"
"$labrador" worklist --config "$config"
for _ in $(seq 1 50); do
    [ "$("$labrador" queue --state ready --json --config "$config" | wc -l)" = 0 ] && break
    sleep 0.1
done
echo "Results:"
"$labrador" results --config "$config"
echo "Holds:"
"$labrador" holds --config "$config" || true
echo "What the stand-in HMS received: http://127.0.0.1:8090/   Ctrl-C ends the demonstration."
echo "Console: http://127.0.0.1:8080/"
wait
