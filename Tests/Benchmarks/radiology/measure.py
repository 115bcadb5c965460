"""The measurements of one server: percentiles of what the client saw, with what it must have seen."""
import contextlib
import math
import pathlib
import socket
import struct
import subprocess

import steps as made
import worklist
from daemon import Failure

ECHO, ECHO_ASSOCIATED, ECHO_SILENT, POLLING = (
    "echo", "echo, 50 idle associations", "echo, 50 silent connections", "16 modalities at once")
NEW = f"{made.STATION}, new association"
PARKED = 50
# From other addresses than the client's, few enough each for a limit by address.
PARKED_EACH = 8
TIMES = 5_000


def percentile(values, part):
    """The least value that so many per cent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * part / 100) - 1)]


class Client:
    """The program `modality.c`, and the processor time it took."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.program = self.folder / "modality"
        source = pathlib.Path(__file__).with_name("modality.c")
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", self.program, source], check=True)

    def start(self, server, mode, seconds, queries=(), calling="CT01", source="127.0.0.1"):
        """Starts it and waits until it is ready."""
        file = self.folder / f"queries-{calling}"
        file.write_bytes(b"".join(struct.pack("<I", len(query)) + query for query in queries))
        words = [source, str(server.port), "LABRADOR", calling, mode, file, str(TIMES), str(seconds)]
        client = subprocess.Popen([self.program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        if client.stdout.readline() != "ready\n":
            raise Refused(client.communicate()[1].strip())
        return client

    def go(self, client):
        client.stdin.write("go\n")
        client.stdin.flush()

    def ended(self, client):
        """What it found: matches and microseconds of each time."""
        out, err = client.communicate()
        if client.returncode != 0:
            raise Refused(err.strip() or f"the client ended with {client.returncode}")
        return [tuple(map(int, line.split())) for line in out.splitlines()]

    def run(self, server, *words, **named):
        client = self.start(server, *words, **named)
        self.go(client)
        return self.ended(client)


class Refused(Failure):
    """The server did not answer, or otherwise than a worklist server does."""


def _figures(found):
    times = [took / 1000 for _, took in found]
    return {"times": len(times), "p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99), "max_ms": max(times)}


def _query(server, client, kind, steps, seconds, mode):
    asked = made.queries(kind, steps)
    used = server.used()
    found = client.run(server, mode, seconds, [query for query, _ in asked])
    used = server.used() - used
    for number, (matches, _) in enumerate(found):
        expected = asked[number % len(asked)][1]
        if matches != expected:
            raise Failure(f"{server.title}, {kind}: {matches} matches instead of {expected}")
    matches = sum(number for number, _ in found)
    return {**_figures(found), "matches": matches / len(found), "cpu_ms": used / len(found) * 1000,
            "answers_s": matches / (sum(took for _, took in found) / 1e6)}


@contextlib.contextmanager
def _parked(server, associated):
    """Peers that say nothing, from addresses of their own."""
    with contextlib.ExitStack() as stack:
        for number in range(PARKED):
            source = f"127.0.0.{2 + number // PARKED_EACH}"
            if associated:
                calling = made.STATIONS[number % len(made.STATIONS)][0]
                try:
                    stack.callback(worklist.Association(server.port, calling, source).abandon)
                except (OSError, worklist.Refused) as refusal:
                    raise Refused(f"parked {number}, then: {refusal}") from None
            else:
                stack.callback(socket.create_connection(("127.0.0.1", server.port), 10, (source, 0)).close)
        yield


def _attempt(measurement, *arguments):
    """A server that answers not at all, or not in time, is a finding and no end of the benchmark."""
    try:
        return measurement(*arguments)
    except Refused as refusal:
        return {"failed": str(refusal)}


def _echo(server, client, seconds):
    return _figures(client.run(server, "echo", seconds))


def _echo_beside(server, client, seconds, associated):
    with _parked(server, associated):
        # A silent connection is cut off after some seconds, so there are not so many for the measurement.
        return _echo(server, client, min(seconds, 5))


def _poll(server, client, steps, seconds):
    """All modalities begin at the same moment, each over and over with an association of its own."""
    asked = dict(zip((station for station, _ in made.STATIONS), made.queries(made.STATION, steps)))
    clients = [(client.start(server, "new", seconds, [query], station, f"127.0.1.{number}"), expected)
               for number, (station, (query, expected)) in enumerate(asked.items(), 1)]
    for started, _ in clients:
        client.go(started)
    # All are waited for before one that failed ends the measurement.
    ended = [(_attempt(lambda started=started: {"found": client.ended(started)}), expected)
             for started, expected in clients]
    found = []
    for outcome, expected in ended:
        if "failed" in outcome:
            raise Refused(outcome["failed"])
        own = outcome["found"]
        if {matches for matches, _ in own} != {expected}:
            raise Failure(f"{server.title}: a modality found other than {expected} matches while others asked")
        found.append(own)
    everything = [one for own in found for one in own]
    return {**_figures(everything), "a_second": sum(len(own) / (sum(took for _, took in own) / 1e6) for own in found),
            "slowest_modality_p99_ms": max(percentile([took / 1000 for _, took in own], 99) for own in found)}


def everything(server, client, steps, seconds, echoes):
    """Name of a measurement to its figures. An echo does not depend on the steps, so one size of a server will do."""
    found = {"load_s": server.begin(steps)}
    if echoes:
        found[ECHO] = _attempt(_echo, server, client, seconds)
        found[ECHO_ASSOCIATED] = _attempt(_echo_beside, server, client, seconds, True)
        found[ECHO_SILENT] = _attempt(_echo_beside, server, client, seconds, False)
    for kind in made.KINDS:
        found[kind] = _attempt(_query, server, client, kind, steps, seconds, "kept")
    found[NEW] = _attempt(_query, server, client, made.STATION, steps, seconds, "new")
    found[POLLING] = _attempt(_poll, server, client, steps, seconds)
    found["resident_mb"] = server.resident()
    return found
