"""The HMS of the benchmark: takes FHIR transaction Bundles over HTTP and remembers every result id."""
import asyncio
import re
import sys
import time

import uvloop

RESULT_ID = b'"urn:labrador:result","value":"'
ENTRY = b'{"fullUrl":'
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Records:
    """What was received, and what somebody waits for."""

    def __init__(self, control):
        self.control = control
        self.answers = {}
        self.forget()

    def forget(self):
        self.ids, self.bundles, self.bytes, self.first, self.wanted = [], 0, 0, None, None
        self.used = time.process_time()

    def take(self, body):
        parts = body.split(RESULT_ID)
        for part in parts[1:]:
            self.ids.append(part[:part.index(b'"')])
        self.bundles += 1
        self.bytes += len(body)
        self.first = self.first or time.monotonic()
        if self.wanted is not None and len(self.ids) >= self.wanted:
            self.wanted = None
            self.control.send(("all", time.monotonic()))
        return body.count(ENTRY)

    def answer(self, entries):
        if entries not in self.answers:
            entry = b'{"response":{"status":"201 Created","etag":"W/\\"1\\""}}'
            body = (b'{"resourceType":"Bundle","type":"transaction-response","entry":[' + b",".join([entry] * entries)
                    + b"]}")
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self.answers[entries] = head + body
        return self.answers[entries]

    def command(self):
        try:
            word, value = self.control.recv()
        except EOFError:
            # The benchmark is gone: a sink that stays would only disturb the next one.
            sys.exit(1)
        if word == "expect":
            self.forget()
            self.wanted = value
        elif word == "count":
            self.control.send(("count", {
                "bundles": self.bundles, "ids": len(self.ids), "distinct": len(set(self.ids)), "bytes": self.bytes,
                "first": self.first, "cpu": time.process_time() - self.used}))


class HTTPReceiver(asyncio.Protocol):
    def __init__(self, records):
        self.records = records
        self.buffer = bytearray()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while True:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            length = LENGTH.search(self.buffer, 0, head)
            if length is None or not self.buffer.startswith(b"POST "):
                # Nothing else is expected here; without an answer the run fails for want of results.
                self.transport.close()
                return
            end = head + 4 + int(length[1])
            if len(self.buffer) < end:
                return
            body = bytes(self.buffer[head + 4:end])
            del self.buffer[:end]
            self.transport.write(self.records.answer(self.records.take(body)))


async def _serve(control):
    loop = asyncio.get_running_loop()
    records = Records(control)
    server = await loop.create_server(lambda: HTTPReceiver(records), "127.0.0.1", 0)
    control.send(("port", server.sockets[0].getsockname()[1]))
    loop.add_reader(control.fileno(), records.command)
    await server.serve_forever()


def serve(control):
    """Runs as a process: tells its port, then obeys `expect N` (result ids) and `count`."""
    uvloop.install()
    asyncio.run(_serve(control))
