#!/usr/bin/python3
"""Measures Labrador's worklist beside other servers, in one run on one machine. What is measured, and how, stands in
docs/benchmarks.md.

Prints a JSON line for each measurement and at the end a table. Ends with status 1 when a server finds more or less than
there is, or, with --targets, when Labrador misses one of its own targets.
"""
import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import machine  # noqa: E402
import measure  # noqa: E402
import servers  # noqa: E402
import table  # noqa: E402
from daemon import Failure  # noqa: E402
from steps import Step  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path, help="labrador, a release build")
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[3] / ".build",
                        help="a folder on the disk to measure (default: .build of this checkout)")
    parser.add_argument("--steps", type=int, default=100_000, help="scheduled steps of Labrador (default 100,000)")
    parser.add_argument("--files", type=int, nargs="*", default=[100, 1_000, 5_000, 100_000],
                        help="worklist files of the other servers (default 100 1000 5000 100000)")
    parser.add_argument("--seconds", type=float, default=10, help="for each measurement at most (default 10)")
    parser.add_argument("--targets", action="store_true", help="status 1 when Labrador misses a target")
    given = parser.parse_args()
    if not given.binary.is_file():
        parser.error(f"{given.binary} is not there; `make build` builds it")
    if not given.dir.is_dir():
        parser.error(f"{given.dir} is no folder")
    return given


def runs(given, folder):
    """Each server to be measured with its number of steps, a folder of its own for each."""
    kinds, missing = servers.peers()
    for package in missing:
        print(f"not measured: Debian's package {package} is not installed", file=sys.stderr)
    inner = lambda name: pathlib.Path(tempfile.mkdtemp(prefix=name, dir=folder))  # noqa: E731
    yield servers.Labrador(given.binary.resolve(), inner("labrador-")), given.steps
    for files in given.files:
        for kind in kinds:
            yield kind(inner(f"{kind.title}-")), files


def main():
    given = arguments()
    today = datetime.date.today()
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=given.dir) as folder:
        client = measure.Client(folder)
        for server, count in runs(given, folder):
            steps = [Step(i, today) for i in range(count)]
            others = machine.Others()
            try:
                echoes = server.title not in [one["server"] for one in found]
                rows = measure.everything(server, client, steps, given.seconds, echoes)
                server.stop()
            finally:
                server.abandon()
            found.append({"server": server.title, "steps": count, "rows": rows, "others": others.share(0)})
            print(json.dumps(found[-1]), flush=True)
    print()
    print(machine.description(given.dir))
    print(table.text(found))
    missed = table.missed(found)
    for sentence in missed:
        print(sentence)
    if missed and given.targets:
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except (Failure, OSError, subprocess.CalledProcessError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(1)
