"""Analysers that ask for their orders, one after the other, and take every answer to its end."""
import array
import asyncio
import time

import uvloop

import messages
from senders import ACK, ENQ, EOT, Refused, Run, connect

# By kind of query: the profile of the devices that are asked by it.
PROFILES = {"astm": "benchmark-asking", "qry": "mindray-bs-200", "law": "benchmark-law"}
# Steps through the orders so that neighbours are never asked for one after the other.
STRIDE = 7_919
MOMENT = "20261122093107"


def _frame(number, text):
    body = b"%d" % number + text + b"\r\x03"
    return b"\x02" + body + b"%02X\r\n" % (sum(body) & 0xFF)


class Asker(asyncio.Protocol):
    """What all kinds share: whom they ask for, and the time of each answer."""

    def __init__(self, numbers, run):
        self.todo, self.run, self.buffer = iter(numbers), run, b""

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.run.fail("the connection was closed")

    def start(self):
        self.number = next(self.todo, None)
        if self.number is None:
            return self.run.finished()
        self.specimen = messages.accession(self.number).encode()
        self.ask()

    def answered(self):
        self.run.latencies.append(time.monotonic() - self.asked)


class ASTMAsker(Asker):
    """H, Q, L, EOT; then the host's session, acknowledged frame by frame."""

    def ask(self):
        self.frames = [_frame(1, b"H|\\^&|||ASKER^1|||||||P|LIS2-A2|" + MOMENT.encode()),
                       _frame(2, b"Q|1|^" + self.specimen + b"||ALL||||||||O"), _frame(3, b"L|1|N")]
        self.answer, self.buffer = None, b""
        self.transport.write(ENQ)

    def data_received(self, data):
        if self.answer is None:
            self._sending(data)
        else:
            self._receiving(data)

    def _sending(self, data):
        if data != ACK:
            return self.run.fail(f"answered {data!r}, wanted ACK")
        if self.frames:
            return self.transport.write(self.frames.pop(0))
        self.answer = b""
        self.asked = time.monotonic()
        self.transport.write(EOT)

    def _receiving(self, data):
        self.buffer += data
        if self.buffer == ENQ or self.buffer.endswith(b"\r\n"):
            # ETX or ETB stands before two digits, CR and LF.
            self.answer += self.buffer[2:-5]
            self.buffer = b""
            if self.answer.startswith(b"L|") or b"\rL|" in self.answer:
                self.answered()
            return self.transport.write(ACK)
        if self.buffer == EOT:
            if b"\rO|1|" + self.specimen not in self.answer:
                return self.run.fail(f"asked for {self.specimen!r}, told {self.answer!r}")
            self.start()


class HL7Asker(Asker):
    """One query in HL7; `steps` of a kind are the types that answer it, the last of them with the orders."""

    def send(self, *segments):
        self.transport.write(b"\x0b" + b"".join(segment + b"\r" for segment in segments) + b"\x1c\r")

    def header(self, kind, version, more=b""):
        return b"MSH|^~\\&|ASKER|LAB|LABRADOR|HOSPITAL|%s||%s|Q%d|P|%s%s" % (
            MOMENT.encode(), kind, self.number, version, more)

    def ask(self):
        self.left = list(self.steps)
        self.asked = time.monotonic()
        self.query()

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\x1c\r")) >= 0:
            content, self.buffer = self.buffer[1:end], self.buffer[end + 2:]
            fields = content.split(b"\r", 1)[0].split(b"|")
            if not self.left or not fields[8].startswith(self.left[0]):
                return self.run.fail(f"told {content!r}, wanted {self.left}")
            self.left.pop(0)
            if not self.left:
                self.answered()
                if self.specimen not in content:
                    return self.run.fail(f"asked for {self.specimen!r}, told {content!r}")
                self.take(fields[9])
                self.start()


class MindrayAsker(HL7Asker):
    """QRY^Q02 of HL7 2.3.1, as the BS series asks."""
    steps = (b"QCK^Q02", b"DSR^Q03")

    def query(self):
        self.send(self.header(b"QRY^Q02", b"2.3.1"),
                  b"QRD|" + MOMENT.encode() + b"|R|D|%d|||RD|%s|OTH|||T|" % (self.number, self.specimen),
                  b"QRF|BS-200||||RCT|COR|ALL||")

    def take(self, control):
        self.send(self.header(b"ACK^Q03", b"2.3.1"), b"MSA|AA|" + control)


class LAWAsker(HL7Asker):
    """QBP^Q11 of IHE LAW."""
    steps = (b"RSP^K11", b"OML^O33")

    def query(self):
        self.send(self.header(b"QBP^Q11^QBP_Q11", b"2.5.1"),
                  b"QPD|WOS^Work Order Step^IHELAW|Q%d|%s" % (self.number, self.specimen), b"RCP|I||R")

    def take(self, control):
        self.send(self.header(b"ORL^O34^ORL_O42", b"2.5.1"), b"MSA|AA|" + control)


KINDS = {"astm": ASTMAsker, "qry": MindrayAsker, "law": LAWAsker}


async def _ask(control, kind, ports, orders, count):
    run = Run()
    run.latencies = array.array("d")
    askers = [KINDS[kind]([number * STRIDE % orders for number in range(n, count, len(ports))], run)
              for n in range(len(ports))]
    await connect(askers, ports)
    run.open = len(askers)
    for asker in askers:
        asker.start()
    await run.over
    control.send(run.latencies)


def ask(control, kind, ports, orders, count):
    """Runs as a process: an analyser a port asks for so many of the orders in all; sends the seconds of each answer, or
    the exception's text."""
    uvloop.install()
    try:
        asyncio.run(_ask(control, kind, ports, orders, count))
    except (Refused, OSError) as error:
        control.send(f"the {kind} asker: {error}")
