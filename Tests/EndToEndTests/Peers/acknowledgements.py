"""Sends results with python-hl7 and by hand, and holds every acknowledgement to the letter of HL7 v2 chapter 2.

`results PORT SPECIMEN` uses the package's own client for ORU^R01, ORU^R30 and OUL^R22 of several versions.
`grid PORT POLICY` sends each combination of MSH-15 and MSH-16, a good message and a bad one, by each set of delimiters.
Prints one JSON object; ends with status 1 and a sentence when an answer is wrong."""
import itertools
import json
import socket
import sys

from hl7.client import MLLPClient

from strict import Wrong, blocks, check, field

CONDITIONS = ("", "AL", "NE", "ER", "SU")
DELIMITERS = ("|^~\\&", "!#~\\&", "|$*\\@")
KINDS = ("ORU^R01", "ORU^R30^ORU_R30", "OUL^R22^OUL_R22")
VERSIONS = ("2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8.2")


def message(delimiters, kind, control, version, specimen, accept="", application="", obx=True):
    separator, component = delimiters[0], delimiters[1]
    segments = [
        f"MSH|^~\\&|ANALYSER|LAB|LABRADOR|HOSPITAL|20261122093107||{kind}|{control}|P|{version}|||{accept}"
        f"|{application}",
        "PID|1||MRN1^^^HOSP^MR||TEST^PERSON"]
    if kind.startswith("OUL"):
        segments += [f"SPM|1|{specimen}||BLD", "OBR|1|||CBC"]
    else:
        segments += [f"OBR|1|{specimen}|{specimen}|CBC"]
    if obx:
        segments.append(f"OBX|1|NM|{control}^Leukocytes||7.40|10*3/uL|1.0-20.0|N|||F|||20261122093107")
    text = "".join(segment + "\r" for segment in segments)
    # The header's own delimiters first, which must come out as they are given.
    head, rest = text[:8], text[8:]
    return (head[:3] + delimiters + rest.replace("|", separator).replace("^", component)).encode()


def results(port, specimen):
    seen = []
    with MLLPClient("127.0.0.1", int(port)) as client:
        for number, (version, kind) in enumerate(itertools.product(VERSIONS, KINDS)):
            control = f"{specimen}R{number}"
            [content] = blocks(client.send_message(message("|^~\\&", kind, control, version, specimen)))
            answer = check(content, "ACK")
            demand(answer, "AA", control, kind, version, accepted=True)
            seen.append(control)
    return {"codes": seen}


def demand(answer, code, control, kind, version, accepted):
    """What every acknowledgement must hold beside its structure."""
    event = kind.split("^")[1]
    type_ = f"ACK^{event}" + ("^ACK" if version not in ("2.1", "2.2", "2.3") else "")
    component = str(answer.segment("MSH")[2])[0]
    facts = {"MSA-1": (field(answer, "MSA", 1), code), "MSA-2": (field(answer, "MSA", 2), control),
             "MSH-3": (field(answer, "MSH", 3), "LABRADOR"), "MSH-4": (field(answer, "MSH", 4), "HOSPITAL"),
             "MSH-5": (field(answer, "MSH", 5), "ANALYSER"), "MSH-6": (field(answer, "MSH", 6), "LAB"),
             "MSH-9": (field(answer, "MSH", 9), type_.replace("^", component)),
             "MSH-11": (field(answer, "MSH", 11), "P"), "MSH-12": (field(answer, "MSH", 12), version)}
    for name, (got, wanted) in facts.items():
        if got != wanted:
            raise Wrong(f"{name} is {got!r} where {wanted!r} is due: {str(answer)!r}")
    if not field(answer, "MSH", 10):
        raise Wrong("MSH-10 is empty")
    if code in ("CA", "CE", "CR") and (field(answer, "MSH", 15), field(answer, "MSH", 16)) != ("NE", "NE"):
        raise Wrong("an accept acknowledgement must itself ask for none")
    if not accepted and not (field(answer, "MSA", 3) or any(str(segment[0]) == "ERR" for segment in answer)):
        raise Wrong("a refusal without a reason")


def due(policy, accept, application, good):
    """The codes of HL7 v2 chapter 2, table 0155."""
    codes = {"commit": "CA" if good else "CE", "application": "AA" if good else "AE"}
    if policy == "never":
        return []
    if policy == "original" or (policy == "by-message" and not accept and not application):
        return [codes["application"]]
    if policy == "enhanced":
        return [codes["commit"]]
    holds = {"AL": True, "ER": not good, "SU": good}
    return [codes[phase] for phase, condition in (("commit", accept), ("application", application))
            if holds.get(condition, False)]


def grid(port, policy, specimen):
    """Every combination. Where no answer is due the next one shows that none came."""
    line = socket.create_connection(("127.0.0.1", int(port)), timeout=15)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer, number, good_ones = b"", 0, []

    def answers(count):
        nonlocal buffer
        while buffer.count(b"\x1c\r") < count:
            data = line.recv(65_536)
            if not data:
                raise Wrong("the connection was closed")
            buffer += data
        found, buffer = blocks(buffer), b""
        if len(found) != count:
            raise Wrong(f"{len(found)} answers came where {count} are due: {found!r}")
        return found

    pending = []
    for delimiters, version, accept, application, good in itertools.product(
            DELIMITERS, ("2.3.1", "2.5.1", "2.7"), CONDITIONS, CONDITIONS, (True, False)):
        number += 1
        control = f"{specimen}G{number}"
        # ADT carries no results: with an OBX in it nobody can say what it is for.
        kind = "ORU^R01^ORU_R01" if good else "ADT^A01^ADT_A01"
        content = message(delimiters, kind, control, version, specimen, accept, application)
        line.sendall(b"\x0b" + content + b"\x1c\r")
        if good:
            good_ones.append(control)
        codes = due(policy, accept, application, good)
        pending += [(code, control, kind, version, good) for code in codes]
        if codes:
            for content, wanted in zip(answers(len(pending)), pending):
                demand(check(content, "ACK"), *wanted)
            pending = []
    if policy == "never":
        # Until the daemon ends: whatever it says is too much.
        print("sent", flush=True)
        line.settimeout(None)
        while data := line.recv(65_536):
            buffer += data
        if buffer:
            raise Wrong(f"an answer came where none is due: {buffer[:200]!r}")
    return {"messages": number, "codes": good_ones}


if __name__ == "__main__":
    try:
        print(json.dumps({"results": results, "grid": grid}[sys.argv[1]](*sys.argv[2:])))
    except (Wrong, OSError) as end:
        print(f"{sys.argv[1]}: {end}", file=sys.stderr)
        sys.exit(1)
