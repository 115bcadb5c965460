"""Load generators: analysers that send results and wait for each acknowledgement, all in one process.

Every message is built, and every connection open, before the clock starts.
"""
import array
import asyncio
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
        self.transport.write(ENQ)

    def data_received(self, data):
        now = time.monotonic()
        if data != ACK:
            return self.run.fail(f"answered {data!r}, wanted ACK")
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
        self.transport.write(EOT + ENQ)


class Run:
    """What all connections of a load share."""

    def __init__(self):
        self.latencies = array.array("d")
        self.last_latencies = array.array("d")
        self.over = asyncio.get_running_loop().create_future()
        self.open = 0

    def finished(self):
        self.open -= 1
        if self.open == 0 and not self.over.done():
            self.over.set_result(time.monotonic())

    def fail(self, why):
        if not self.over.done():
            self.over.set_exception(Refused(why))


async def _load(control, kind, port, connections, count):
    loop = asyncio.get_running_loop()
    run = Run()
    senders = [kind(range(n, count, connections), run) for n in range(connections)]
    for at in range(0, connections, CONNECT_AT_ONCE):
        await asyncio.gather(*(loop.create_connection(lambda sender=sender: sender, "127.0.0.1", port)
                               for sender in senders[at:at + CONNECT_AT_ONCE]))
    run.open = connections
    control.send("ready")
    control.recv()
    began, used = time.monotonic(), time.process_time()
    for sender in senders:
        sender.start()
    ended = await run.over
    control.send({"began": began, "ended": ended, "latencies": run.latencies, "last_latencies": run.last_latencies,
                  "cpu": time.process_time() - used})


def load(control, kind, port, connections, count):
    """Runs as a process: says `ready`, waits for a word to begin, sends the measurements or the exception's text."""
    uvloop.install()
    try:
        asyncio.run(_load(control, {"hl7": MLLPSender, "astm": ASTMSender}[kind], port, connections, count))
    except (Refused, OSError) as error:
        control.send(f"the {kind} sender: {error}")
