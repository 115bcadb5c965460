"""The daemon under test: its configuration, its life, and what /proc tells of it."""
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time
import urllib.request

import messages

READY_WITHIN_S = 60
STOP_WITHIN_S = 60
PROFILES = pathlib.Path(__file__).resolve().parents[2] / "device-profiles"
TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """The benchmark cannot go on, or what it counted does not add up."""


_GIVEN = set()


def free_port():
    """A port that nobody else was given, below the range the kernel hands out by itself, so that no connection takes it
    meanwhile."""
    while True:
        port = random.randint(20_000, 30_000)
        if port in _GIVEN:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                _GIVEN.add(port)
                return port
            except OSError:
                continue


# What the devices send and ask. They are told of no orders: nothing but their own traffic is to be measured.
OWN_PROFILES = {
    "astm": "name: Benchmark\nprotocol: astm\npass_through: true\n",
    "hl7": "name: Benchmark\nprotocol: hl7\npass_through: true\n",
    "asking": "name: Benchmark\nprotocol: astm\npass_through: true\norders: { dialect: astm }\n",
    "law": "name: Benchmark\nprotocol: hl7\npass_through: true\norders: { dialect: law }\n"}


class Daemon:
    """`labrador serve` on a store of its own. Start and stop it as often as you like; the store stays.

    `devices`: further ones, name to profile; each listens on a port of its own, `ports[name]`."""

    def __init__(self, binary, folder, sink_port, environment=None, devices=None):
        self.binary, self.folder = binary, pathlib.Path(folder)
        self.store = self.folder / "store"
        self.environment = {**os.environ, **(environment or {})}
        self.devices = {"hl7": "benchmark-hl7", "astm": "benchmark-astm", **(devices or {})}
        self.ports = {name: free_port() for name in ("api", "dicom", *self.devices)}
        self.config = self.folder / "labrador.json"
        self.errors = self.folder / "serve.err"
        self._write_profiles()
        self.config.write_text(json.dumps(self._configuration(sink_port)))
        self.process = None

    def _write_profiles(self):
        for name in {profile.removeprefix("benchmark-") for profile in self.devices.values()} & OWN_PROFILES.keys():
            folder = self.folder / "profiles" / "benchmark" / name
            folder.mkdir(parents=True)
            (folder / "profile.yaml").write_text(OWN_PROFILES[name])

    def _configuration(self, sink_port):
        def device(name, profile):
            return {"id": name, "profile": profile, "link": {"tcp": {"listen": f"127.0.0.1:{self.ports[name]}"}}}
        stations = [{"id": ae.lower(), "ae_title": ae, "modality": modality} for modality, ae in messages.MODALITIES]
        return {
            "facility": {"name": "Benchmark", "time_zone": "Asia/Kolkata", "mrn_system": "urn:benchmark:mrn",
                         "accession_system": "urn:benchmark:accession"},
            "store": {"path": str(self.store)}, "api": {"listen": f"127.0.0.1:{self.ports['api']}"},
            "profiles": [str(self.folder / "profiles"), str(PROFILES)],
            "devices": [device(name, profile) for name, profile in self.devices.items()],
            "dicom": {"ae_title": "LABRADOR", "listen": f"127.0.0.1:{self.ports['dicom']}", "modalities": stations},
            "destinations": [{"id": "hms", "fhir": {"url": f"http://127.0.0.1:{sink_port}/fhir"}}]}

    def start(self):
        """Starts it; the seconds until it said `ready`."""
        began = time.monotonic()
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--config", str(self.config), "--log-level", "warning"], stdout=subprocess.PIPE,
                stderr=errors, env=self.environment)
        # readline returns at the end of the output too, when the daemon ended instead.
        line = self.process.stdout.readline()
        seconds = time.monotonic() - began
        if line != b"ready\n" or seconds > READY_WITHIN_S:
            raise Failure(f"the daemon said {line!r} after {seconds:.1f} s instead of ready{self.last_words()}")
        return seconds

    def stop(self):
        """Ends it as systemd does; it must end well."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"the daemon did not stop within {STOP_WITHIN_S} s{self.last_words()}") from None
        finally:
            process.stdout.close()
        if status != 0:
            raise Failure(f"the daemon ended with status {status}{self.last_words()}")

    def abandon(self):
        """Ends it after a failure elsewhere."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def last_words(self):
        text = self.errors.read_text(errors="replace")[-2000:] if self.errors.exists() else ""
        return f"; its log ends with:\n{text}" if text else ""

    def command(self, *words):
        """A client command's output."""
        done = subprocess.run([self.binary, *words, "--config", str(self.config)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"labrador {' '.join(words)}: {done.stdout}{done.stderr}{self.last_words()}")
        return done.stdout

    def import_orders(self, orders):
        """Imports orders; the seconds it took, the command's own start included."""
        file = self.folder / "orders.jsonl"
        with file.open("w") as out:
            for count, order in enumerate(orders, 1):
                out.write(json.dumps(order) + "\n")
        began = time.monotonic()
        receipt = json.loads(self.command("orders", "import", str(file), "--json"))
        seconds = time.monotonic() - began
        file.unlink()
        if receipt["placed"] != count:
            raise Failure(f"{count} orders were imported, and placed were {receipt['placed']}")
        return seconds

    def metrics(self):
        """The daemon's own counts, name to value, without labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['api']}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return {re.split(r"[{ ]", line)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line and line[0] != "#"}

    def processes(self):
        """Process ids: the daemon's, then its radiology child's."""
        pid = self.process.pid
        children = [int(child) for tasks in pathlib.Path(f"/proc/{pid}/task").glob("*/children")
                    for child in tasks.read_text().split()]
        return [pid, *children]

    @staticmethod
    def _resident(pid):
        """Resident memory in MB, now and at most so far."""
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return {name: int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) / 1024
                for name, field in (("now", "VmRSS"), ("peak", "VmHWM"))}

    def resident_now(self):
        """Resident memory of the daemon in MB."""
        return self._resident(self.process.pid)["now"]

    def memory(self):
        """Resident memory in MB, now and at most so far, of the daemon and of its radiology child."""
        daemon, *children = (self._resident(pid) for pid in self.processes())
        if len(children) != 1:
            raise Failure(f"the daemon has {len(children)} children; one, for radiology, would be right")
        return {"daemon": daemon, "child": children[0]}

    def cpu(self):
        """Seconds of processor time the daemon has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def disk_bytes(self):
        """Bytes the store takes on the disk."""
        return sum(file.stat().st_blocks * 512 for file in self.store.iterdir() if file.is_file())
