"""The machine that is measured on, and whether it is ours alone."""
import os
import pathlib
import re
import subprocess

TICKS = os.sysconf("SC_CLK_TCK")


def _file_system(folder):
    """Type and device of the file system a folder is on."""
    words = subprocess.run(["df", "--output=fstype,source", folder], capture_output=True, text=True, check=True)
    return words.stdout.splitlines()[1].split()


def is_memory(folder):
    return _file_system(folder)[0] in ("tmpfs", "ramfs")


def _disk(device):
    """What kind of disk a file system is on; its name says nothing to a reader."""
    if re.match(r"/dev/(vd|xvd)", device):
        return "a virtual disk"
    rotates = pathlib.Path(f"/sys/class/block/{os.path.basename(os.path.realpath(device))}/queue/rotational")
    if not rotates.exists():
        return "a disk"
    return "a hard disk" if rotates.read_text().strip() == "1" else "a solid-state disk"


def description(folder):
    """One line for the report: the kind of machine, not which one."""
    virtual = "hypervisor" in re.search(r"flags\s*: (.*)|$", pathlib.Path("/proc/cpuinfo").read_text())[0]
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    release = dict(re.findall(r'^(\w+)="?(.*?)"?$', pathlib.Path("/etc/os-release").read_text(), re.M))
    kind, device = _file_system(folder)
    return (f"Machine: {os.cpu_count()} {'virtual cores' if virtual else 'cores'}, {memory:.0f} GiB, "
            f"{kind} on {_disk(device)}, {release.get('ID', 'linux').capitalize()} {release.get('VERSION_ID', '')}.")


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
