"""A modality that asks for its worklist: the least DICOM upper layer (PS3.8) and C-FIND (PS3.7) that will do, because
starting a query tool takes longer than the answer."""
import socket
import struct
import time

FIND_WORKLIST = b"1.2.840.10008.5.1.4.31"
IMPLICIT_LITTLE_ENDIAN = b"1.2.840.10008.1.2"
APPLICATION_CONTEXT = b"1.2.840.10008.3.1.1.1"
PENDING = (0xFF00, 0xFF01)
# Asked for in every query; (0040,0100) holds the second list.
TOP = [(0x0008, 0x0050), (0x0010, 0x0010), (0x0010, 0x0020), (0x0010, 0x0030), (0x0010, 0x0040), (0x0020, 0x000D),
       (0x0032, 0x1060), (0x0040, 0x1001)]
STEP = [(0x0008, 0x0060), (0x0040, 0x0001), (0x0040, 0x0002), (0x0040, 0x0003), (0x0040, 0x0007), (0x0040, 0x0009)]


class Refused(Exception):
    """The server did not answer as a worklist server does."""


def _item(kind, content):
    return struct.pack(">BBH", kind, 0, len(content)) + content


def _element(tag, value):
    raw = value.encode() + b" " * (len(value.encode()) % 2)
    return struct.pack("<HHI", *tag, len(raw)) + raw


def identifier(keys):
    """The query's data set: every attribute asked for, and the keys' values."""
    step = b"".join(_element(tag, keys.get(tag, "")) for tag in STEP)
    step = struct.pack("<HHI", 0xFFFE, 0xE000, len(step)) + step
    sequence = ((0x0040, 0x0100), struct.pack("<HHI", 0x0040, 0x0100, len(step)) + step)
    return b"".join(raw for _, raw in sorted([(tag, _element(tag, keys.get(tag, ""))) for tag in TOP] + [sequence]))


class Association:
    """One association of a modality, for one query after the other."""

    def __init__(self, port, calling, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), 60, (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file, self.number = self.socket.makefile("rb"), 0
        context = b"\1\0\0\0" + _item(0x30, FIND_WORKLIST) + _item(0x40, IMPLICIT_LITTLE_ENDIAN)
        user = _item(0x51, struct.pack(">I", 131_072)) + _item(0x52, b"1.2.3.4")
        body = struct.pack(">HH", 1, 0) + b"LABRADOR".ljust(16) + calling.encode().ljust(16) + bytes(32)
        body += _item(0x10, APPLICATION_CONTEXT) + _item(0x20, context) + _item(0x50, user)
        self.socket.sendall(struct.pack(">BBI", 1, 0, len(body)) + body)
        kind, answer = self._pdu()
        if kind != 2 or b"\x21\0" not in answer or answer[answer.index(b"\x21\0", 68) + 6] != 0:
            raise Refused(f"the association of {calling} was refused: PDU {kind} {answer[:8].hex()}")

    def _pdu(self):
        head = self.file.read(6)
        if len(head) < 6:
            raise Refused("the connection was closed")
        kind, _, size = struct.unpack(">BBI", head)
        return kind, self.file.read(size)

    def find(self, data_set):
        """How many matches the worklist holds."""
        self.number += 1
        fields = [(0x0002, FIND_WORKLIST), (0x0100, struct.pack("<H", 0x0020)),
                  (0x0110, struct.pack("<H", self.number)), (0x0700, b"\0\0"), (0x0800, b"\1\0")]
        body = b"".join(struct.pack("<HHI", 0, tag, len(raw)) + raw for tag, raw in fields)
        command = struct.pack("<HHII", 0, 0, 4, len(body)) + body
        self.socket.sendall(b"".join(
            struct.pack(">BBIIBB", 4, 0, len(raw) + 6, len(raw) + 2, 1, flags) + raw
            for flags, raw in ((3, command), (2, data_set))))
        matches, pending = 0, b""
        while True:
            kind, pdu = self._pdu()
            if kind != 4:
                raise Refused(f"PDU {kind} instead of an answer")
            at = 0
            while at < len(pdu):
                size, _, flags = struct.unpack_from(">IBB", pdu, at)
                if flags & 1:
                    pending += pdu[at + 6:at + 4 + size]
                if flags & 3 == 3:
                    status, pending = self._status(pending), b""
                    if status not in PENDING:
                        if status != 0:
                            raise Refused(f"status {status:#06x}")
                        return matches
                    matches += 1
                at += 4 + size

    @staticmethod
    def _status(command):
        at = 0
        while at + 8 <= len(command):
            _, element, size = struct.unpack_from("<HHI", command, at)
            if element == 0x0900:
                return struct.unpack_from("<H", command, at + 8)[0]
            at += 8 + size
        raise Refused("a response without status")

    def abandon(self):
        """Ends it without a word."""
        self.file.close()
        self.socket.close()

    def close(self):
        self.socket.sendall(struct.pack(">BBII", 5, 0, 4, 0))
        self.file.read(10)
        self.file.close()
        self.socket.close()


STATION, ACCESSION, PATIENT, NAME = "station and date", "accession", "patient id", "name* and date"


def _query(kind, order):
    """The keys of a query about an order."""
    date = order["scheduled"][:10].replace("-", "")
    return {
        STATION: {(0x0008, 0x0060): order["modality"], (0x0040, 0x0001): order["station_ae"], (0x0040, 0x0002): date},
        ACCESSION: {(0x0008, 0x0050): order["accession"]},
        PATIENT: {(0x0010, 0x0020): order["mrn"]},
        NAME: {(0x0010, 0x0010): order["patient"]["family"][:3] + "*", (0x0040, 0x0002): date}}[kind]


def _expected(kind, order, orders):
    """How many matches the query must bring: a station sees its own steps only."""
    if kind in (ACCESSION, PATIENT):
        return 1
    return sum(other["station_ae"] == order["station_ae"] and other["scheduled"][:10] == order["scheduled"][:10]
               and (kind == STATION or other["patient"]["family"][:3] == order["patient"]["family"][:3])
               for other in orders)


def measure(port, kind, orders, queries, keep):
    """Seconds of each query from its request to its last answer.

    `keep` asks over one association a station; otherwise each query pays for an association of its own."""
    open_now, times = {}, []
    for number in range(queries):
        order = orders[number * 37 % len(orders)]
        station, data_set = order["station_ae"], identifier(_query(kind, order))
        if keep and station not in open_now:
            open_now[station] = Association(port, station)
        began = time.monotonic()
        association = open_now[station] if keep else Association(port, station)
        matches = association.find(data_set)
        if not keep:
            association.close()
        times.append(time.monotonic() - began)
        if matches != _expected(kind, order, orders):
            raise Refused(f"{matches} matches by {kind} for {order['accession']}, "
                          f"expected {_expected(kind, order, orders)}")
    for association in open_now.values():
        association.close()
    return times
