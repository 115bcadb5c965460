"""Our own processes beside the daemon: how they are started and heard, and what is watched meanwhile."""
import contextlib
import multiprocessing
import pathlib
import subprocess
import threading
import time

from daemon import Failure

PROCESSES = multiprocessing.get_context("spawn")
SAMPLE_EVERY_S = 0.05


@contextlib.contextmanager
def process(target, *arguments):
    """A process of ours with a pipe to it; it ends with the block."""
    here, there = PROCESSES.Pipe()
    child = PROCESSES.Process(target=target, args=(there, *arguments), daemon=True)
    child.start()
    there.close()
    try:
        yield here
    finally:
        child.terminate()
        child.join()


def hear(pipe, what, within=600):
    """The next word from one of our processes."""
    try:
        if pipe.poll(within):
            return pipe.recv()
    except EOFError:
        raise Failure(f"{what} ended early") from None
    raise Failure(f"{what} said nothing for {within} s")


class Sampler:
    """Notes the daemon's resident memory while the block runs."""

    def __init__(self, daemon):
        self.daemon, self.found, self.stop = daemon, [], threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self.stop.wait(SAMPLE_EVERY_S):
            try:
                self.found.append((time.monotonic(), self.daemon.resident_now()))
            except (OSError, TypeError):
                return  # It has ended; the sender says so.

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def quarters(self, began, ended):
        """Resident MB when 25, 50, 75 and 100 % of the time were over."""
        if not self.found:
            raise Failure("the load was over before its memory could be looked at; send more messages")
        marks = [began + (ended - began) * part / 4 for part in (1, 2, 3, 4)]
        return [round(min(self.found, key=lambda sample: abs(sample[0] - mark))[1], 1) for mark in marks]


class SlowDisk:
    """The preloaded library that makes every sync slower, built in a folder of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.library = self.folder / "slow_fsync.so"
        source = pathlib.Path(__file__).with_name("slow_fsync.c")
        subprocess.run(
            ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", self.library, source, "-ldl"], check=True)

    def environment(self, microseconds):
        """Variables for the daemon, and how to read the calls counted since."""
        counter = self.folder / "calls"
        counter.write_bytes(bytes(8))
        variables = {"LD_PRELOAD": str(self.library), "SLOW_FSYNC_MICROSECONDS": str(microseconds),
                     "SLOW_FSYNC_COUNT": str(counter)}
        return variables, lambda: int.from_bytes(counter.read_bytes(), "little")
