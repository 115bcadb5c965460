"""An HL7 analyser that asks for its orders, takes them, and answers them, with python-hl7 and hl7apy as judges.

`query KIND PORT SPECIMEN` asks on one connection and plays the exchange to its end:

| KIND | sends | expects | answers |
|---|---|---|---|
| qry-q02 (Mindray BS, 2.3.1) | QRY^Q02 | QCK^Q02, then with orders a DSR^Q03 a specimen | ACK^Q03 to each |
| qbp-q11 (IHE LAW, 2.5.1) | QBP^Q11^QBP_Q11 | RSP^K11^RSP_K11, then OML^O33^OML_O33 | ORL^O34^ORL_O42 |
| qbp-q11-al (the same with MSH-15 AL) | | ACK^Q11 with CA first | |
| qbp-z03 (GeneXpert, 2.5) | QBP^Z03 | RSP^Z02 | nothing |

`download PORT COUNT ERRING` waits on one connection for so many order messages (ORM^O01, OML^O33) and answers each as
its kind is answered, the first ERRING of them with AE.

Prints one JSON object: every message that came, its type and its segments. Ends with status 1 and a sentence when one
is wrong."""
import json
import socket
import sys

from strict import Wrong, check, field

WITHIN_S = 30
NOW = "20261122093107"


class Line:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", int(port)), timeout=WITHIN_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.count, self.seen = b"", 0, []

    def send(self, segments):
        self.socket.sendall(b"\x0b" + "".join(segment + "\r" for segment in segments).encode() + b"\x1c\r")

    def header(self, kind, version, more=""):
        self.count += 1
        return f"MSH|^~\\&|ANALYSER|LAB|LABRADOR|HOSPITAL|{NOW}||{kind}|A{self.count}|P|{version}{more}"

    def take(self, kind, structure):
        """The next message, which must be of this kind."""
        while b"\x1c\r" not in self.buffer:
            try:
                data = self.socket.recv(65_536)
            except TimeoutError:
                raise Wrong(f"{kind} did not come within {WITHIN_S} s") from None
            if not data:
                raise Wrong(f"the connection was closed where {kind} is due")
            self.buffer += data
        block, self.buffer = self.buffer.split(b"\x1c\r", 1)
        if block[:1] != b"\x0b":
            raise Wrong(f"{block[:1]!r} stands where VT is due")
        message = check(block[1:], structure)
        got = field(message, "MSH", 9)
        if not got.startswith(kind):
            raise Wrong(f"{got} came where {kind} is due: {block[1:]!r}")
        self.seen.append({"type": got, "segments": block[1:].decode().rstrip("\r").split("\r")})
        return message

    def is_silent(self, seconds):
        self.socket.settimeout(seconds)
        try:
            return not self.buffer and not self.socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(WITHIN_S)


def demand(what, got, wanted):
    if got not in wanted:
        raise Wrong(f"{what} is {got!r} where {' or '.join(map(repr, wanted))} is due")


def qry_q02(line, specimen):
    # The analyser itself writes QRD-7 as `RD`, which is no quantity, and leaves QRD-10 empty. The answer repeats QRD, so
    # here both are as the standard wants them.
    line.send([line.header("QRY^Q02", "2.3.1", "||||||ASCII"),
               f"QRD|{NOW}|R|D|7|||1^RD|{specimen}|OTH|LAB||T|",
               "QRF|BS-200|20261122000000|20261122235959|||RCT|COR|ALL||"])
    check_ = line.take("QCK^Q02", "QCK_Q02")
    demand("MSA-2", field(check_, "MSA", 2), [f"A{line.count}"])
    demand("MSA-1", field(check_, "MSA", 1), ["AA"])
    demand("QAK-2", field(check_, "QAK", 2), ["OK", "NF"])
    if field(check_, "QAK", 2) == "NF":
        if not line.is_silent(1):
            raise Wrong("a message follows QAK|SR|NF, where none is due")
        return
    while True:
        data = line.take("DSR^Q03", "DSR_Q03")
        line.send([line.header("ACK^Q03", "2.3.1"), f"MSA|AA|{field(data, 'MSH', 10)}|Message accepted|||0"])
        if not field(data, "DSC", 1):
            return


def answer_oml(line, order, code="AA"):
    """ORL^O34^ORL_O42: each order accepted (LAB-28)."""
    groups, version = [], field(order, "MSH", 12)
    control, status = ("OK", "SC") if code == "AA" else ("UA", "CA")
    for segment in order:
        name = str(segment[0])
        if name == "SPM":
            groups.append(str(segment))
        elif name == "ORC" and str(segment[1]) != "DC":
            groups.append(f"ORC|{control}|{segment[2]}|||{status}||||{NOW}")
    line.send([line.header("ORL^O34^ORL_O42", version, "|||NE|NE||UNICODE UTF-8"),
               f"MSA|{code}|{field(order, 'MSH', 10)}", *groups])


def qbp_q11(line, specimen, accept="NE"):
    line.send([line.header("QBP^Q11^QBP_Q11", "2.5.1", f"|||{accept}|AL||UNICODE UTF-8|||LAB-27^IHE"),
               f"QPD|WOS^Work Order Step^IHELAW|Q{line.count}|{specimen}", "RCP|I||R"])
    query = line.count
    if accept == "AL":
        # Enhanced mode (chapter 2): the query is stored, then it is answered.
        demand("MSA-1", field(line.take("ACK^Q11", "ACK"), "MSA", 1), ["CA"])
    reply = line.take("RSP^K11", "RSP_K11")
    demand("MSA-2", field(reply, "MSA", 2), [f"A{query}"])
    demand("QAK-1", field(reply, "QAK", 1), [f"Q{query}"])
    demand("QAK-2", field(reply, "QAK", 2), ["OK", "NF"])
    order = line.take("OML^O33", "OML_O33")
    demand("SPM-2.1", field(order, "SPM", 2, 1), [specimen])
    answer_oml(line, order)


def qbp_z03(line, specimen):
    line.send([line.header("QBP^Z03^QBP_Z03", "2.5"),
               f"QPD|Z03^HOST QUERY|Q{line.count}|MRN1|{specimen}", "RCP|I"])
    reply = line.take("RSP^Z02", None)
    demand("MSA-2", field(reply, "MSA", 2), [f"A{line.count}"])
    demand("QAK-1", field(reply, "QAK", 1), [f"Q{line.count}"])
    demand("QAK-2", field(reply, "QAK", 2), ["OK", "NF"])


def query(kind, port, specimen):
    line = Line(port)
    {"qry-q02": qry_q02, "qbp-q11": qbp_q11, "qbp-q11-al": lambda line, specimen: qbp_q11(line, specimen, "AL"),
     "qbp-z03": qbp_z03}[kind](line, specimen)
    return {"messages": line.seen}


def download(port, count, erring="0"):
    line = Line(port)
    for number in range(int(count)):
        message = line.take("O", None)
        kind = field(message, "MSH", 9)
        structure = {"ORM^O01": "ORM_O01", "OML^O33": "OML_O33"}.get("^".join(kind.split("^")[:2]))
        if structure is None:
            raise Wrong(f"{kind} came where an order is due")
        check("\r".join(line.seen[-1]["segments"] + [""]).encode(), structure)
        code = "AE" if number < int(erring) else "AA"
        if structure == "OML_O33":
            answer_oml(line, message, code)
        else:
            line.send([line.header("ACK^O01", field(message, "MSH", 12)), f"MSA|{code}|{field(message, 'MSH', 10)}"])
    return {"messages": line.seen}


if __name__ == "__main__":
    try:
        print(json.dumps({"query": query, "download": download}[sys.argv[1]](*sys.argv[2:])))
    except (Wrong, OSError) as end:
        print(f"{' '.join(sys.argv[1:3])}: {end}", file=sys.stderr)
        sys.exit(1)
