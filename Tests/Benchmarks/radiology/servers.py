"""The worklist servers that are measured, each with the same steps. All answer to the AE title LABRADOR and let 64
associations in at a time; DCMTK's delayed sends are switched off for all, as its makers advise (TCP_NODELAY)."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from daemon import Daemon, Failure, TICKS, free_port
from steps import STATIONS

WITHIN_S = 60
ASSOCIATIONS = 64
PLUGIN = pathlib.Path("/usr/share/orthanc/plugins/libModalityWorklists.so")


def _cpu(pids):
    """Seconds of processor time these processes and their ended children have used."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


class Labrador(Daemon):
    """`labrador serve` with 16 modalities and no other device, whose steps are imported orders."""
    title = "Labrador"

    def __init__(self, binary, folder):
        self.limits = {"associations": ASSOCIATIONS}
        super().__init__(binary, folder, sink_port=0)
        if self._refuses():
            # Builds before these keys let 32 associations in.
            self.limits = None
            self.config.write_text(json.dumps(self._configuration(0)))

    def _configuration(self, sink_port):
        whole = super()._configuration(sink_port)
        del whole["devices"], whole["destinations"]
        stations = [{"id": ae.lower(), "ae_title": ae, "modality": modality} for ae, modality in STATIONS]
        whole["dicom"].update({"modalities": stations, "worklist": {"scope": "all"}})
        if self.limits:
            whole["dicom"]["limits"] = self.limits
        return whole

    def _refuses(self):
        checked = subprocess.run([self.binary, "check", "--config", str(self.config)], capture_output=True, text=True)
        return checked.returncode != 0 and "limits" in checked.stdout + checked.stderr

    def begin(self, steps):
        """Starts with these steps; the seconds their import took."""
        self.start()
        return self.import_orders(step.order() for step in steps)

    @property
    def port(self):
        return self.ports["dicom"]

    def used(self):
        return _cpu(self.processes())

    def resident(self):
        """MB of the process that answers."""
        return self.memory()["child"]["now"]


class _Files:
    """A server that reads a folder of worklist files at each query."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = self.folder / "LABRADOR"
        self.port = free_port()
        self.errors = self.folder / "server.err"
        self.process = None

    def begin(self, steps):
        """Starts with these steps; the seconds until all files are written."""
        self.files.mkdir()
        began = time.monotonic()
        for step in steps:
            (self.files / f"{step.number:07d}.wl").write_bytes(step.file())
        seconds = time.monotonic() - began
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(self._command(), stdout=errors, stderr=errors,
                                            env={**os.environ, "TCP_NODELAY": "1"})
        end = time.monotonic() + WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return seconds
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise Failure(f"{self.title} does not listen: {self.errors.read_text()[-2000:]}") from None
                time.sleep(0.05)

    def _pids(self):
        pid = self.process.pid
        return [pid, *(int(child) for tasks in pathlib.Path(f"/proc/{pid}/task").glob("*/children")
                       for child in tasks.read_text().split())]

    def used(self):
        return _cpu(self._pids())

    def resident(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self):
        # With parked associations they do not end by themselves.
        self.abandon()

    def abandon(self):
        if self.process:
            for pid in reversed(self._pids()):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Wlmscpfs(_Files):
    title = "wlmscpfs"

    def _command(self):
        (self.files / "lockfile").touch()
        return ["wlmscpfs", "--log-level", "fatal", "--data-files-path", self.folder,
                "--max-associations", str(ASSOCIATIONS), str(self.port)]


class Orthanc(_Files):
    title = "Orthanc"

    def _command(self):
        config = self.folder / "orthanc.json"
        config.write_text(json.dumps({
            "StorageDirectory": str(self.folder / "db"), "IndexDirectory": str(self.folder / "db"),
            "Plugins": [str(PLUGIN)], "HttpServerEnabled": False, "DicomAet": "LABRADOR", "DicomPort": self.port,
            "DicomAlwaysAllowFindWorklist": True, "DicomThreadsCount": ASSOCIATIONS,
            "Worklists": {"Enable": True, "Database": str(self.files)}}))
        return ["Orthanc", str(config)]


def peers():
    """The other servers that are installed, with the name of the package of those that are not."""
    found, missing = [], []
    for kind, there, package in ((Wlmscpfs, shutil.which("wlmscpfs"), "dcmtk"),
                                 (Orthanc, shutil.which("Orthanc") and PLUGIN.exists(), "orthanc")):
        (found if there else missing).append(kind if there else package)
    return found, missing
