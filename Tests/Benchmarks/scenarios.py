"""The loads: each starts from a fresh store, checks that every count adds up, and returns its measurements."""
import contextlib
import itertools
import math
import tempfile
import time

import messages
import references
import senders
import worklist
from daemon import Daemon, Failure
from processes import Sampler, hear, process

STALLED_AFTER_S = 30
IDLE_AFTER_S = 3


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
    def daemon(self, environment=None):
        """A daemon on a fresh store, not yet started; gone after the block."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            daemon = Daemon(self.binary, folder, self.port, environment)
            try:
                yield daemon
            finally:
                daemon.abandon()

    def send(self, daemon, kind, connections, count):
        """One load: from the first message until the HMS has every result of it, checked."""
        before = daemon.metrics()
        self.hms.send(("expect", count * messages.RESULTS))
        with process(senders.load, kind, daemon.ports[kind], connections, count) as sender, Sampler(daemon) as sampler:
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
            "max_ms": max(last) * 1000,
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

    def load(self, kind, connections, count, fsync_us=0):
        """Results of one kind over so many connections, acknowledged and delivered."""
        environment, calls = self.slow.environment(fsync_us) if fsync_us else ({}, None)
        with self.daemon(environment) as daemon:
            daemon.start()
            seconds = daemon.import_orders(messages.laboratory_order(i) for i in range(count))
            synced = calls() if calls else 0
            found = self.send(daemon, kind, connections, count)
            if calls:
                found["syncs_per_message"] = (calls() - synced) / count
            daemon.stop()
        return {**found, "orders": count / seconds}

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
                with process(senders.load, kind, port, connections, count) as sender:
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
