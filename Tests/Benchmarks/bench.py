#!/usr/bin/python3
"""Measures a release build of Labrador on this machine. What is measured, and how, stands in docs/benchmarks.md.

Prints a JSON line for each measurement and at the end the tables. Ends with status 1 when a count does not add up.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import machine
import report
import sink
import worklist
from daemon import Failure
from processes import SlowDisk, process
from scenarios import Bench

SLOW_US = 5_000


def plan(bench, scale):
    """Name of a group, of a measurement in it, and the measurement; message counts that take some seconds each."""
    def count(number, connections=1):
        return max(connections * 2, int(number * scale))

    yield "reference", "reference", lambda: bench.reference(count(20_000, 256), max(0.2, 2 * min(1, scale)))
    yield "start", "start", lambda: bench.start_up(count(10_000, 16))
    for connections, number in ((1, 6_000), (16, 20_000), (64, 40_000)):
        yield "hl7", f"hl7 {connections}", lambda c=connections, n=number: bench.load("hl7", c, count(n, c))
    for connections, number in ((1, 3_000), (16, 12_000), (256, 12_800)):
        yield "astm", f"astm {connections}", lambda c=connections, n=number: bench.load("astm", c, count(n, c))
    for kind, connections, number in (("hl7", 1, 600), ("hl7", 16, 6_000), ("hl7", 64, 20_000),
                                      ("astm", 16, 3_000), ("astm", 256, 12_800)):
        yield "slow", f"slow {kind} {connections}", (
            lambda k=kind, c=connections, n=number: bench.load(k, c, count(n, c), SLOW_US))
    sessions, watch, each = max(1, int(20 * scale)), max(2, 30 * min(1, scale)), max(8, int(500 * min(1, scale)))
    for name, slow in (("burst", 0), ("burst slow", SLOW_US)):
        yield "burst", name, lambda s=slow: bench.burst(s, sessions)
    for devices in (each, 2):
        yield "idle", f"idle {devices}", lambda d=devices: bench.idle(each, d, watch)
    for kind in ("astm", "qry", "law"):
        for connections in (1, 16):
            yield "query", f"query {kind} {connections}", (
                lambda k=kind, c=connections: bench.query(k, c, count(100_000), count(4_000, c)))
    yield "parse", "parse", bench.parse
    yield "worklist", "worklist", lambda: bench.worklist(count(10_000), max(8, int(400 * min(1, scale))))


GROUPS = ("reference", "start", "hl7", "astm", "slow", "burst", "idle", "query", "parse", "worklist")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path, help="labrador, a release build")
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / ".build",
                        help="a folder on the disk to measure (default: .build of this checkout)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement; the median is shown (default 3)")
    parser.add_argument("--scale", type=float, default=1, help="factor on the message counts, for a quick try")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, metavar="GROUP",
                        help=f"some of: {', '.join(GROUPS)}")
    given = parser.parse_args()
    if not given.binary.is_file():
        parser.error(f"{given.binary} is not there; `make build` builds it")
    if not given.dir.is_dir():
        parser.error(f"{given.dir} is no folder")
    if machine.is_memory(given.dir):
        parser.error(f"{given.dir} lies in memory, where a sync costs nothing; give a folder on a disk with --dir")
    return given


def main():
    given = arguments()
    found = {}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=given.dir) as folder, process(sink.serve) as hms:
        bench = Bench(given.binary.resolve(), folder, hms, SlowDisk(folder))
        # Whole rounds, so that a disturbance of some minutes does not fall on all runs of one measurement.
        for run in range(1, given.runs + 1):
            for group, name, measure in plan(bench, given.scale):
                if group not in given.only:
                    continue
                others, hms_cpu = machine.Others(), bench.hms_cpu
                measured = measure()
                measured["others"] = others.share(bench.hms_cpu - hms_cpu)
                print(json.dumps({"measurement": name, "run": run, **report.rounded(measured)}), flush=True)
                found.setdefault(name, []).append(measured)
    print()
    print(machine.description(given.dir))
    print(report.tables(found))


if __name__ == "__main__":
    try:
        main()
    except (Failure, worklist.Refused, OSError, subprocess.CalledProcessError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(1)
