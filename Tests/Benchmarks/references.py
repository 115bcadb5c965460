"""What the machine allows without Labrador, measured in the same run: the ratios survive a change of machine."""
import asyncio
import os
import sqlite3
import time

import uvloop

ROW_BYTES = 2_048
ANSWER = b"\x0bMSH|^~\\&|A|B|C|D|20261122093000||ACK^R01^ACK|1|P|2.5.1\rMSA|AA|"


class BareMLLP(asyncio.Protocol):
    """Answers AA to every block, stores nothing."""

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        data = self.buffer + data if self.buffer else data
        if not data.endswith(b"\x1c\r"):
            self.buffer = data
            return
        self.buffer = b""
        control = data.split(b"|", 10)[9]
        self.transport.write(ANSWER + control + b"\r\x1c\r")


class BareASTM(asyncio.Protocol):
    """ACK to ENQ and to every frame, stores nothing."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if data[-1:] in (b"\x05", b"\n"):
            self.transport.write(b"\x06")


async def _receive(control, kind):
    server = await asyncio.get_running_loop().create_server(kind, "127.0.0.1", 0)
    control.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def receive(control, kind):
    """Runs as a process: a receiver that tells its port."""
    uvloop.install()
    asyncio.run(_receive(control, {"hl7": BareMLLP, "astm": BareASTM}[kind]))


def sqlite_commits(folder, seconds):
    """Commits a second of one row of 2 kB each, WAL and synchronous=FULL, one connection."""
    path = os.path.join(folder, "reference.sqlite")
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)")
    body, commits = os.urandom(ROW_BYTES), 0
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        database.execute("INSERT INTO t (body) VALUES (?)", (body,))
        commits += 1
    rate = commits / (time.monotonic() - began)
    database.close()
    return rate


def syncs(folder, seconds):
    """Appends of 2 kB with fdatasync a second, and the median milliseconds of one."""
    file = os.open(os.path.join(folder, "reference.log"), os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    body, times = os.urandom(ROW_BYTES), []
    began = then = time.monotonic()
    while then - began < seconds:
        os.write(file, body)
        os.fdatasync(file)
        now = time.monotonic()
        times.append(now - then)
        then = now
    os.close(file)
    return len(times) / (then - began), sorted(times)[len(times) // 2] * 1000
