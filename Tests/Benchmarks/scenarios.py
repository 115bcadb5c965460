"""The loads: each starts from a fresh store, checks that every count adds up, and returns its measurements."""
import contextlib
import itertools
import math
import os
import pathlib
import re
import subprocess
import tempfile
import time

import messages
import queries
import references
import senders
import worklist
from daemon import PROFILES, Daemon, Failure
from processes import Sampler, hear, process

STALLED_AFTER_S = 30
IDLE_AFTER_S = 3
BURST = 256
BURST_SESSIONS = 20


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


class Bench:
    """The program under test, where its stores go, and the HMS they deliver to."""

    def __init__(self, binary, folder, hms, slow):
        self.binary, self.folder, self.hms, self.slow = binary, folder, hms, slow
        _, self.port = hear(hms, "the HMS")
        # Seconds of processor time the HMS has used for us so far.
        self.hms_cpu = 0.0

    @contextlib.contextmanager
    def daemon(self, environment=None, devices=None):
        """A daemon on a fresh store, not yet started, with further devices; gone after the block."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            daemon = Daemon(self.binary, folder, self.port, environment, devices)
            try:
                yield daemon
            finally:
                daemon.abandon()

    def send(self, daemon, kind, connections, count, ports=None):
        """One load: from the first message until the HMS has every result of it, checked."""
        before = daemon.metrics()
        ports = ports or [daemon.ports[kind]]
        self.hms.send(("expect", count * messages.RESULTS))
        with process(senders.load, kind, ports, connections, count) as sender, Sampler(daemon) as sampler:
            if (word := hear(sender, "the sender")) != "ready":
                raise Failure(f"{word}{daemon.last_words()}")
            cpu = daemon.cpu()
            sender.send("go")
            sent = hear(sender, "the sender")
            if isinstance(sent, str):
                raise Failure(f"{sent}{daemon.last_words()}")
            last = sent["last_latencies"] or sent["latencies"]
            if len(last) != count:
                raise Failure(f"{len(last)} of {count} messages were acknowledged")
            delivered = self._all_delivered(daemon)
            cpu = daemon.cpu() - cpu
        received = self._check(daemon, before, count)
        return {
            "messages": count, "acknowledged": count / (sent["ended"] - sent["began"]),
            "p50_ms": percentile(sent["latencies"], 50) * 1000, "p99_ms": percentile(sent["latencies"], 99) * 1000,
            "last_p50_ms": percentile(last, 50) * 1000, "last_p99_ms": percentile(last, 99) * 1000,
            "max_ms": max(last) * 1000, "slowest_ms": sent["slowest"] * 1000,
            "delivered": count / (delivered - sent["began"]), "seconds": delivered - sent["began"],
            "daemon_cpu_us": cpu / count * 1e6, "sender_cpu_us": sent["cpu"] / count * 1e6,
            "hms_cpu_us": received["cpu"] / count * 1e6, "bundle_bytes": received["bytes"] / count,
            "rss_mb": sampler.quarters(sent["began"], delivered), "peak_mb": daemon.memory()["daemon"]["peak"],
            "child_peak_mb": daemon.memory()["child"]["peak"]}

    def _all_delivered(self, daemon):
        """The moment the HMS had everything. Waits as long as there is progress."""
        had = -1
        while not self.hms.poll(STALLED_AFTER_S):
            now = daemon.metrics()["labrador_deliveries_delivered_total"]
            if now == had:
                raise Failure(f"the HMS waits, and nothing has been delivered for {STALLED_AFTER_S} s; {now:.0f} so "
                              f"far. Holds: {daemon.command('holds', '--limit', '3')}{daemon.last_words()}")
            had = now
        _, moment = self.hms.recv()
        return moment

    def _check(self, daemon, before, count):
        """Exactly once at the HMS, and the daemon's own books say the same."""
        time.sleep(0.5)  # for a second delivery, were there one
        self.hms.send(("count", None))
        _, received = hear(self.hms, "the HMS")
        self.hms_cpu += received["cpu"]
        wanted = count * messages.RESULTS
        if (received["bundles"], received["ids"], received["distinct"]) != (count, wanted, wanted):
            raise Failure(f"the HMS has {received['bundles']} Bundles with {received['ids']} results, "
                          f"{received['distinct']} of them distinct; {count} with {wanted} were to come")
        after = daemon.metrics()
        for name in ("delivered", "retried", "ambiguous", "parked", "dead"):
            metric = f"labrador_deliveries_{name}_total"
            counted, right = after[metric] - before[metric], count if name == "delivered" else 0
            if counted != right:
                raise Failure(f"the daemon counts {counted:.0f} deliveries {name}, {right} would be right")
        if held := daemon.command("holds", "--json"):
            raise Failure(f"results are held: {held[:500]}")
        return received

    def load(self, kind, connections, count, fsync_us=0, devices=None):
        """Results of one kind over so many connections, acknowledged and delivered.

        `devices`: names of devices of their own to send them to, in place of one device for all."""
        environment, calls = self.slow.environment(fsync_us) if fsync_us else ({}, None)
        with self.daemon(environment, {name: f"benchmark-{kind}" for name in devices or ()}) as daemon:
            daemon.start()
            seconds = daemon.import_orders(messages.laboratory_order(i) for i in range(count))
            synced = calls() if calls else 0
            found = self.send(daemon, kind, connections, count, [daemon.ports[name] for name in devices or (kind,)])
            if calls:
                found["syncs_per_message"] = (calls() - synced) / count
            daemon.stop()
        return {**found, "orders": count / seconds}

    def burst(self, fsync_us=0, sessions=BURST_SESSIONS):
        """Analysers that all begin at the same moment, each on a device of its own."""
        names = [f"analyser-{number}" for number in range(BURST)]
        return self.load("astm", BURST, BURST * sessions, fsync_us, names)

    def idle(self, each, devices, watch):
        """So many connected analysers of each kind, spread over so many devices of it, that say nothing: before their
        first message, and when each has sent one. `watch`: seconds to watch the processor for."""
        names = {kind: [f"{kind}-idle-{number}" for number in range(devices)] for kind in senders.KINDS}
        profiles = {name: f"benchmark-{kind}" for kind, some in names.items() for name in some}
        count = each * len(names)
        with self.daemon(devices=profiles) as daemon:
            daemon.start()
            daemon.import_orders(messages.laboratory_order(i) for i in range(count))
            before, empty = daemon.metrics(), daemon.resident_now()
            ports = {kind: [daemon.ports[name] for name in some] for kind, some in names.items()}
            with process(senders.idle, ports, each) as analysers:
                found = {"analysers": count, "devices": len(profiles), "without_mb": empty,
                         "connect_s": self._word(analysers)["seconds"], **self._rest(daemon, watch, "connected")}
                self.hms.send(("expect", count * messages.RESULTS))
                analysers.send("speak")
                found["slowest_ms"] = self._word(analysers)["slowest"] * 1000
                self._all_delivered(daemon)
                found |= self._rest(daemon, watch, "spoken")
                found["child_mb"] = daemon.memory()["child"]["now"]
                self._check(daemon, before, count)
            daemon.stop()
        return found

    @staticmethod
    def _word(analysers):
        word = hear(analysers, "the idle analysers")
        if isinstance(word, str):
            raise Failure(word)
        return word

    @staticmethod
    def _rest(daemon, watch, name):
        """Memory, and the share of one core, while nothing happens."""
        time.sleep(IDLE_AFTER_S)
        used, began = daemon.cpu(), time.monotonic()
        time.sleep(watch)
        share = (daemon.cpu() - used) / (time.monotonic() - began)
        return {f"{name}_mb": daemon.resident_now(), f"{name}_cpu_percent": share * 100}

    def query(self, kind, connections, orders, count):
        """Milliseconds from the last byte of a query to the last frame of its answer, among so many open orders."""
        names = [f"{kind}-{number}" for number in range(connections)]
        with self.daemon(devices={name: queries.PROFILES[kind] for name in names}) as daemon:
            daemon.start()
            daemon.import_orders({**messages.laboratory_order(i), "tests": [{"code": "GLU", "text": "Glucose"}]}
                                 for i in range(orders))
            with process(queries.ask, kind, [daemon.ports[name] for name in names], orders, count) as asker:
                times = hear(asker, "the asking analysers")
            if isinstance(times, str):
                raise Failure(f"{times}{daemon.last_words()}")
            peak = daemon.memory()["daemon"]["peak"]
            daemon.stop()
        if len(times) != count:
            raise Failure(f"{len(times)} of {count} queries were answered")
        return {"orders": orders, "queries": count, "p50_ms": percentile(times, 50) * 1000,
                "p99_ms": percentile(times, 99) * 1000, "max_ms": max(times) * 1000, "peak_mb": peak}

    @staticmethod
    def parse():
        """MB/s of one core for each layer of the parsers, by the program of the folder `parse`: over the library's own
        recordings, or the folder that LABRADOR_CAPTURES names."""
        script = pathlib.Path(__file__).with_name("parse") / "run.sh"
        recordings = os.environ.get("LABRADOR_CAPTURES", PROFILES)
        done = subprocess.run([script, recordings], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"{script}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        found = {match[1].strip(): float(match[2]) for match in re.finditer(r"(?m)^(.+?) +(\d+) MB/s", done.stdout)}
        if not found:
            raise Failure(f"{script} told of no MB/s: {done.stdout[-2000:]}")
        return found

    def start_up(self, count):
        """Seconds to `ready` with nothing and with a day's messages in the store, memory at rest, disk per message."""
        with self.daemon() as daemon:
            empty = [daemon.start()]
            time.sleep(IDLE_AFTER_S)
            idle = daemon.memory()
            daemon.stop()
            for _ in range(2):
                empty.append(daemon.start())
                daemon.stop()
            daemon.start()
            daemon.import_orders(messages.laboratory_order(i) for i in range(count))
            daemon.stop()
            before = daemon.disk_bytes()
            daemon.start()
            self.send(daemon, "hl7", 16, count)
            daemon.stop()
            disk = (daemon.disk_bytes() - before) / count
            full = []
            for _ in range(3):
                full.append(daemon.start())
                daemon.stop()
        return {"messages": count, "empty_s": percentile(empty, 50), "full_s": percentile(full, 50),
                "first_s": empty[0], "idle_mb": idle["daemon"]["now"], "idle_child_mb": idle["child"]["now"],
                "disk_bytes": disk, "order_bytes": before / count}

    def worklist(self, count, queries):
        """Milliseconds of a worklist query among so many imaging orders."""
        orders = [messages.imaging_order(i) for i in range(count)]
        found = {"orders": count}
        with self.daemon() as daemon:
            daemon.start()
            daemon.import_orders(orders)
            for kind, keep in itertools.product(
                    (worklist.STATION, worklist.ACCESSION, worklist.PATIENT, worklist.NAME), (True, False)):
                times = worklist.measure(daemon.ports["dicom"], kind, orders, queries, keep)
                name = kind if keep else f"{kind}, new association"
                found[name] = {"p50_ms": percentile(times, 50) * 1000, "p99_ms": percentile(times, 99) * 1000}
            daemon.stop()
        return found

    def reference(self, count, seconds):
        """What the machine does without Labrador."""
        found = {}
        for kind, connections in (("hl7", 1), ("hl7", 64), ("astm", 256)):
            with process(references.receive, kind) as receiver:
                port = hear(receiver, "the bare receiver")
                with process(senders.load, kind, [port], connections, count) as sender:
                    hear(sender, "the sender")
                    sender.send("go")
                    sent = hear(sender, "the sender")
            if isinstance(sent, str):
                raise Failure(sent)
            found[f"bare_{kind}_{connections}"] = count / (sent["ended"] - sent["began"])
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            found["sqlite_commits"] = references.sqlite_commits(folder, seconds)
            found["syncs"], found["sync_ms"] = references.syncs(folder, seconds)
        return found
