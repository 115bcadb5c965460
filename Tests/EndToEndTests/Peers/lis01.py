"""The instrument's side of a LIS01-A2 link, both roles, written down from the standard. It shares no code with the
program under test and forgives nothing: whatever the other side may not do is a `Violation`."""
import os
import select
import socket
import tty

ENQ, ACK, NAK, EOT, STX, ETX, ETB, CR, LF = 0x05, 0x06, 0x15, 0x04, 0x02, 0x03, 0x17, 0x0D, 0x0A
NAMES = {ENQ: "ENQ", ACK: "ACK", NAK: "NAK", EOT: "EOT", STX: "STX"}
# LIS01-A2 6.6.2: SOH STX ETX EOT ENQ ACK LF DLE DC1-DC4 NAK SYN ETB may not stand in a frame's text.
RESTRICTED = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17}
FRAME_TEXT = 240
REPLY_S = 15
FRAME_S = 30


class Violation(Exception):
    """The other side broke the protocol; says how."""


class Silence(Exception):
    """Nothing came in time."""


def name(byte):
    return NAMES.get(byte, f"{byte:#04x}")


def checksum(body):
    return b"%02X" % (sum(body) & 0xFF)


def frame(number, text, last=True):
    """STX, the number, text, ETX or ETB, checksum, CR LF (6.3.1)."""
    body = b"%d" % (number % 8) + text + bytes([ETX if last else ETB])
    return b"\x02" + body + checksum(body) + b"\r\n"


def framed(records, layout):
    """The records of one message as frames, in the ways analysers do it."""
    whole = b"".join(record.encode("latin-1") + b"\r" for record in records)
    if layout == "record":
        return [frame(at, record.encode("latin-1") + b"\r") for at, record in enumerate(records, 1)]
    size = {"packed": FRAME_TEXT, "one": 63_993}[layout]
    cuts = [whole[at:at + size] for at in range(0, len(whole), size)]
    return [frame(at, cut, at == len(cuts)) for at, cut in enumerate(cuts, 1)]


class Wire:
    """A TCP connection, made or awaited, or one end of a serial line."""

    def __init__(self, port=None, path=None, listen=None):
        self.socket = None
        if path:
            self.file = os.open(path, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.file)
        else:
            if listen:
                with socket.create_server(("127.0.0.1", listen)) as server:
                    server.settimeout(FRAME_S)
                    print("listening", flush=True)
                    self.socket, _ = server.accept()
            else:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=REPLY_S)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.settimeout(None)
            self.file = self.socket.fileno()
        self.buffer = bytearray()

    def write(self, data):
        view = memoryview(bytes(data))
        while view:
            view = view[os.write(self.file, view):]

    def byte(self, seconds=REPLY_S):
        if not self.buffer:
            ready, _, _ = select.select([self.file], [], [], seconds)
            if not ready:
                raise Silence(f"nothing came for {seconds} s")
            data = os.read(self.file, 65_536)
            if not data:
                raise Violation("the connection was closed")
            self.buffer += data
        return self.buffer.pop(0)

    def is_silent(self, seconds):
        """Whether nothing comes for so long."""
        if self.buffer:
            return False
        return not select.select([self.file], [], [], seconds)[0]

    def close(self):
        if self.socket:
            self.socket.close()
        else:
            os.close(self.file)


class Instrument:
    """An analyser on its link. As sender it has priority; as receiver it checks every bit."""

    def __init__(self, wire):
        self.wire = wire

    def expect(self, wanted, what, seconds=REPLY_S):
        got = self.wire.byte(seconds)
        if got != wanted:
            raise Violation(f"{what} was answered with {name(got)} where {name(wanted)} is due")

    # Sender

    def open(self):
        self.wire.write([ENQ])
        self.expect(ACK, "ENQ")

    def deliver(self, frames):
        for at, data in enumerate(frames, 1):
            self.wire.write(data)
            self.expect(ACK, f"frame {at} of {len(frames)}")

    def send(self, frames):
        """One session."""
        self.open()
        self.deliver(frames)
        self.wire.write([EOT])

    def send_all(self, sessions):
        """Sessions right behind each other: EOT and the next ENQ in one segment."""
        for at, frames in enumerate(sessions):
            self.wire.write([EOT, ENQ] if at else [ENQ])
            self.expect(ACK, "ENQ")
            self.deliver(frames)
        self.wire.write([EOT])

    # Receiver

    def receive(self, within=REPLY_S, replies=None):
        """One session of the host: waits for its ENQ and returns the records.

        `replies` decides on each whole frame: called with its place (1 for the first) and how often it came before,
        returns what to answer; None is silence."""
        self.await_enquiry(within)
        self.wire.write([ACK])
        return self.transfer(replies)

    def await_enquiry(self, within=REPLY_S):
        got = self.wire.byte(within)
        if got != ENQ:
            raise Violation(f"{name(got)} came where the host's ENQ is due")

    def transfer(self, replies=None):
        messages, text, accepted, tries = [], b"", 0, 0
        last = None
        while True:
            got = self.wire.byte(FRAME_S)
            if got == EOT:
                break
            if got != STX:
                raise Violation(f"{name(got)} came where a frame or EOT is due")
            number, part, ends = self._frame()
            if number != (accepted + 1) % 8:
                raise Violation(f"frame {number} came where {(accepted + 1) % 8} is due")
            if last is not None and last != part:
                raise Violation("a frame sent again has another text")
            reply = ACK if replies is None else replies(accepted + 1, tries)
            # EOT in place of ACK accepts the frame and asks for the line (6.3.5).
            if reply in (ACK, EOT):
                accepted, tries, last = accepted + 1, 0, None
                text += part
                if ends:
                    messages.append(text)
                    text = b""
            else:
                tries, last = tries + 1, part
            if reply is not None:
                self.wire.write([reply])
        if text:
            raise Violation("EOT came in the middle of a message: its last frame did not end with ETX")
        return [self._records(message) for message in messages]

    def _frame(self):
        digit = self.wire.byte()
        if not 0x30 <= digit <= 0x37:
            raise Violation(f"a frame number is {name(digit)}")
        body = bytearray([digit])
        while body[-1] not in (ETX, ETB):
            byte = self.wire.byte()
            if byte in RESTRICTED and byte not in (ETX, ETB):
                raise Violation(f"{name(byte)} stands in a frame's text (6.6.2)")
            body.append(byte)
            if len(body) - 2 > FRAME_TEXT:
                raise Violation(f"a frame has more than {FRAME_TEXT} characters of text")
        tail = bytes(self.wire.byte() for _ in range(4))
        due = checksum(body) + b"\r\n"
        if tail != due:
            raise Violation(f"a frame ends with {tail!r} where {due!r} is due")
        return digit - 0x30, bytes(body[1:-1]), body[-1] == ETX

    @staticmethod
    def _records(message):
        if not message.endswith(b"\r"):
            raise Violation("a message does not end with CR")
        return [record.decode("latin-1") for record in message[:-1].split(b"\r")]


def whole(messages):
    """The records of a message that comes in one or several pieces of the link, H to L; checked as far as LIS02-A2 6 to
    9 say for all."""
    records = [record for message in messages for record in message]
    kinds = [record[:1] for record in records]
    if kinds[:1] != ["H"] or kinds[-1:] != ["L"] or kinds.count("H") != kinds.count("L"):
        raise Violation(f"the records are {''.join(kinds)}")
    if not records[0].startswith("H|\\^&"):
        raise Violation(f"the header's delimiters are {records[0][1:5]!r}")
    level = {"H": 0, "P": 1, "O": 2, "R": 3, "Q": 1, "L": 0}
    above, counts = 0, {}
    for record in records:
        kind, fields = record[0], record.split("|")
        if kind in ("C", "M", "H"):
            above, counts = (0, {}) if kind == "H" else (above, counts)
            continue
        if kind not in level or level[kind] > above + 1:
            raise Violation(f"{kind} may not stand there: {''.join(kinds)}")
        if kind != "L":
            counts = {other: count for other, count in counts.items() if level[other] <= level[kind]}
            counts[kind] = counts.get(kind, 0) + 1
            if fields[1] != str(counts[kind]):
                raise Violation(f"{kind} number {counts[kind]} says {fields[1]}")
        above = level[kind]
    return records
