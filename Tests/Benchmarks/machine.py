"""The machine that is measured on, and whether it is ours alone."""
import os
import pathlib
import platform
import re
import subprocess

TICKS = os.sysconf("SC_CLK_TCK")


def _file_system(folder):
    """Type and device of the file system a folder is on."""
    words = subprocess.run(["df", "--output=fstype,source", folder], capture_output=True, text=True, check=True)
    return words.stdout.splitlines()[1].split()


def is_memory(folder):
    return _file_system(folder)[0] in ("tmpfs", "ramfs")


def description(folder):
    """One line for the report."""
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", cpu)
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())
    kind, device = _file_system(folder)
    return (f"Machine: {os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GiB, "
            f"{kind} on {device}, Linux {platform.release()}, {system[1] if system else 'unknown system'}.")


class Others:
    """How much of the machine somebody else used while a measurement ran."""

    def __init__(self):
        self.busy, self.all, self.ours = *self._machine(), self._ours()

    @staticmethod
    def _machine():
        # user nice system idle iowait irq softirq steal; guest time is in user already.
        fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return sum(fields) - fields[3] - fields[4], sum(fields)

    @staticmethod
    def _ours():
        """Ticks of this process and of every child it has waited for; each measurement ends its own."""
        used = os.times()
        return (used.user + used.system + used.children_user + used.children_system) * TICKS

    def share(self, further):
        """Part of all processor time, 0 to 1, without `further` seconds of a process of ours that goes on."""
        busy, everything = self._machine()
        ours = self._ours() - self.ours + further * TICKS
        return max(0.0, busy - self.busy - ours) / max(1, everything - self.all)
