"""Load generators: analysers that send results and wait for each acknowledgement, all in one process.

Every message is built, and every connection open, before the clock starts.
"""
import array
import asyncio
import resource
import time

import uvloop

import messages

ACK, ENQ, EOT = b"\x06", b"\x05", b"\x04"
CONNECT_AT_ONCE = 64


class Refused(Exception):
    """The other side gave an answer that a device would not take for an acknowledgement."""


class MLLPSender(asyncio.Protocol):
    """One connection: the next ORU^R01 leaves when the last one was answered AA."""

    def __init__(self, numbers, run):
        self.todo = iter([(messages.oru(i), b"\rMSA|AA|" + messages.control_id(i).encode()) for i in numbers])
        self.run = run
        self.answer = b""

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.run.fail("the connection was closed")

    def start(self):
        message, self.wanted = next(self.todo, (None, None))
        if message is None:
            return self.run.finished()
        self.sent = time.monotonic()
        self.transport.write(message)

    def data_received(self, data):
        now = time.monotonic()
        if self.answer:
            data = self.answer + data
        if not data.endswith(b"\x1c\r"):
            self.answer = data
            return
        self.answer = b""
        if self.wanted not in data:
            return self.run.fail(f"answered {data!r}, wanted {self.wanted!r}")
        self.run.latencies.append(now - self.sent)
        self.run.took(now - self.sent)
        self.start()


class ASTMSender(asyncio.Protocol):
    """One analyser: ENQ, a frame for each ACK, EOT and the next ENQ in one segment."""

    def __init__(self, numbers, run):
        # A session is what to send at each ACK; its first frame answers the ACK of ENQ.
        self.todo = iter([messages.astm_frames(i) for i in numbers])
        self.run = run

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.run.fail("the connection was closed")

    def start(self):
        self.frames = next(self.todo, None)
        if self.frames is None:
            return self.run.finished()
        self.at = 0
        self.sent = time.monotonic()
        self.transport.write(ENQ)

    def data_received(self, data):
        now = time.monotonic()
        if data != ACK:
            return self.run.fail(f"answered {data!r}, wanted ACK")
        self.run.took(now - self.sent)
        at = self.at
        if at > 0:
            self.run.latencies.append(now - self.sent)
        if at < len(self.frames):
            self.at = at + 1
            self.sent = now
            self.transport.write(self.frames[at])
            return
        # The last frame's ACK is the one that waits for the commit.
        self.run.last_latencies.append(now - self.sent)
        self.frames = next(self.todo, None)
        if self.frames is None:
            self.transport.write(EOT)
            return self.run.finished()
        self.at = 0
        self.sent = now
        self.transport.write(EOT + ENQ)


class Run:
    """What all connections of a load share."""

    def __init__(self):
        self.latencies = array.array("d")
        self.last_latencies = array.array("d")
        # The slowest answer of any kind, that to ENQ included, in seconds: a device gives up after 15.
        self.slowest = 0.0
        self.over = asyncio.get_running_loop().create_future()
        self.open = 0

    def took(self, seconds):
        self.slowest = max(self.slowest, seconds)

    def finished(self):
        self.open -= 1
        if self.open == 0 and not self.over.done():
            self.over.set_result(time.monotonic())

    def fail(self, why):
        if not self.over.done():
            self.over.set_exception(Refused(why))


async def connect(protocols, ports):
    """Connects them, the n-th to the n-th port, and from the start again when the ports are used up."""
    loop = asyncio.get_running_loop()
    for at in range(0, len(protocols), CONNECT_AT_ONCE):
        await asyncio.gather(*(
            loop.create_connection(lambda one=one: one, "127.0.0.1", ports[number % len(ports)])
            for number, one in enumerate(protocols[at:at + CONNECT_AT_ONCE], at)))


async def _load(control, kind, ports, connections, count):
    run = Run()
    senders = [kind(range(n, count, connections), run) for n in range(connections)]
    await connect(senders, ports)
    run.open = connections
    control.send("ready")
    control.recv()
    began, used = time.monotonic(), time.process_time()
    for sender in senders:
        sender.start()
    ended = await run.over
    control.send({"began": began, "ended": ended, "latencies": run.latencies, "last_latencies": run.last_latencies,
                  "slowest": run.slowest, "cpu": time.process_time() - used})


KINDS = {"hl7": MLLPSender, "astm": ASTMSender}


def load(control, kind, ports, connections, count):
    """Runs as a process: connects to the ports in turn, says `ready`, waits for a word to begin, sends the measurements
    or the exception's text."""
    uvloop.install()
    try:
        asyncio.run(_load(control, KINDS[kind], ports, connections, count))
    except (Refused, OSError) as error:
        control.send(f"the {kind} sender: {error}")


async def _idle(control, ports, each):
    run = Run()
    began, number = time.monotonic(), 0
    analysers = []
    for kind, listening in ports.items():
        some = [KINDS[kind]([number + n], run) for n in range(each)]
        number += each
        await connect(some, listening)
        analysers += some
    control.send({"seconds": time.monotonic() - began})
    control.recv()
    run.open = len(analysers)
    for analyser in analysers:
        analyser.start()
    await run.over
    control.send({"slowest": run.slowest})
    control.recv()


def idle(control, ports, each):
    """Runs as a process: connects `each` analysers of each kind to its ports, tells how long that took, and is silent.
    At a word each sends one message; then all are silent until the process is ended. Sends an exception's text."""
    uvloop.install()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    try:
        asyncio.run(_idle(control, ports, each))
    except (Refused, OSError) as error:
        control.send(f"the idle analysers: {error}")
