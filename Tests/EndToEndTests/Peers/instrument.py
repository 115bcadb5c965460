"""An analyser in plain Python that talks LIS01-A2 and LIS02-A2 over TCP or a serial line, one scenario a run.

Prints one JSON object: what it saw. Ends with status 1 and a sentence when the other side broke the protocol."""
import argparse
import json
import sys
import time

from lis01 import (ACK, ENQ, EOT, NAK, REPLY_S, STX, Instrument, Silence, Violation, Wire, frame, framed, name, whole)

RUN_AT = "20261122093107"
TESTS = ("WBC", "HGB", "PLT")


def result_records(specimen, place):
    """One specimen with three results: its place in the list, a point, and the number of the test."""
    records = [f"H|\\^&|||PYTHON^1|||||||P|LIS2-A2|{RUN_AT}", "P|1", f"O|1|{specimen}||^^^CBC|R"]
    for number, code in enumerate(TESTS, 1):
        records.append(f"R|{number}|^^^{code}|{place}.{number}|10*3/uL|1.0 to 20.0|N||F||||{RUN_AT}")
    # Long enough to be cut where frames are short.
    return records + ["C|1|I|" + "0123456789" * 30 + "|G", "L|1|N"]


def query_records(specimens, status="O"):
    asked = "\\".join(f"^{specimen}" for specimen in specimens)
    return [f"H|\\^&|||PYTHON^1|||||||P|LIS2-A2|{RUN_AT}", f"Q|1|{asked}||ALL||||||||{status}", "L|1|N"]


def results(instrument, given):
    """Sends a session for each specimen, the next behind the last without a pause."""
    instrument.send_all([framed(result_records(specimen, place), given.layout)
                         for place, specimen in enumerate(given.specimens, 1)])
    return {"sessions": len(given.specimens)}


def troubled(instrument, given):
    """Sends sessions over a line that spoils bytes and loses acknowledgements; every reply must be the standard's."""
    wire = instrument.wire
    for place, specimen in enumerate(given.specimens, 1):
        frames = framed(result_records(specimen, place), given.layout)
        instrument.open()
        for at, data in enumerate(frames, 1):
            spoilt = bytearray(data)
            spoilt[3] ^= 1
            for _ in range(2):
                wire.write(spoilt)
                instrument.expect(NAK, "a frame with a wrong checksum")
            # Two ahead is neither the next frame nor the last one again (6.5.1.1).
            wire.write(frame(at + 2, data[2:-5]))
            instrument.expect(NAK, "a frame out of sequence")
            # What stands before STX does not count (6.5.1.1).
            wire.write(b"\x00\xff\x20" + data)
            instrument.expect(ACK, f"frame {at}")
            # Its ACK was lost on the way: the same frame again.
            wire.write(data)
            instrument.expect(ACK, f"frame {at} sent again")
        wire.write([EOT])
    return {"sessions": len(given.specimens)}


def restarted(instrument, given):
    """Starts every session over with ENQ in its middle, then sends it whole."""
    for place, specimen in enumerate(given.specimens, 1):
        frames = framed(result_records(specimen, place), given.layout)
        instrument.open()
        instrument.deliver(frames[:len(frames) // 2])
        instrument.send(frames)
    return {"sessions": len(given.specimens)}


def resumed(instrument, given):
    """Cuts a session of several specimens behind each of its records and resumes it as LIS02-A2 4.2.2 allows: from the
    last record not presumed saved on, only its ancestors repeated. Each cut has specimens of its own.

    `--specimens` is a prefix; the specimens are PREFIX-CUT-NUMBER."""
    level = {"H": 0, "P": 1, "O": 2, "R": 3, "L": 0}
    prefix, cut, sent = given.specimens[0], 1, []
    while True:
        records = [f"H|\\^&|||PYTHON^1|||||||P|LIS2-A2|{RUN_AT}"]
        for patient in (1, 2):
            records.append(f"P|{patient}")
            for order in (1, 2):
                specimen = f"{prefix}-{cut}-{patient * 10 + order}"
                records.append(f"O|{order}|{specimen}||^^^CBC|R")
                sent.append(specimen)
                records += [f"R|{number}|^^^{code}|{patient}{order}.{number}|10*3/uL||N||F||||{RUN_AT}"
                            for number, code in enumerate(TESTS, 1)]
        records.append("L|1|N")
        instrument.open()
        instrument.deliver(framed(records[:cut], "record"))
        # The line fails here. A drop of level obliged the receiver to have stored what stands before it (4.2.1).
        drops = [at for at in range(1, cut) if level[records[at][0]] < level[records[at - 1][0]]]
        resume = drops[-1] if drops else 0
        ancestors, wanted = [], level[records[resume][0]]
        for record in reversed(records[:resume]):
            if level[record[0]] < wanted:
                ancestors.insert(0, record)
                wanted = level[record[0]]
        instrument.wire.close()
        instrument = Instrument(Wire(given.port, given.tty))
        if records[resume][0] != "L":
            instrument.send(framed(ancestors + records[resume:], "record"))
        cut += 1
        if cut > len(records):
            return {"cuts": cut - 1, "specimens": sent}


def ask(instrument, specimens, status="O"):
    instrument.send(framed(query_records(specimens, status), "record"))


def query(instrument, given):
    """Asks for specimens and takes the answer."""
    ask(instrument, given.specimens)
    began = time.monotonic()
    records = whole(instrument.receive())
    return {"records": records, "seconds": time.monotonic() - began}


def listen(instrument, given):
    """Takes what the host sends unasked, one message."""
    return {"records": whole(instrument.receive(within=FOR_DOWNLOAD_S))}


FOR_DOWNLOAD_S = 30


def refusing(instrument, given):
    """Refuses each frame of the answer five times: the sixth try is the last a host may make (6.5.1.2)."""
    ask(instrument, given.specimens)
    return {"records": whole(instrument.receive(replies=lambda place, tries: NAK if tries < 5 else ACK))}


def hopeless(instrument, given):
    """Refuses the first frame for ever: after six tries the host must send EOT (6.5.1.2)."""
    ask(instrument, given.specimens)
    tries = 0

    def never(place, count):
        nonlocal tries
        tries = count + 1
        return NAK
    left = instrument.receive(replies=never)
    return {"tries": tries, "messages": len(left)}


def interrupting(instrument, given):
    """Answers the first frame with EOT, which accepts it and asks for the line (6.3.5). A host may go on or stop with
    EOT; the frame must not come again."""
    ask(instrument, given.specimens)
    try:
        messages = instrument.receive(replies=lambda place, tries: EOT if place == 1 else ACK)
    except Violation as end:
        # It honoured the request: what it had sent is cut.
        if "in the middle" not in str(end):
            raise
        messages = []
    return {"messages": len(messages)}


def contending(instrument, given):
    """Bids for the line at the very moment the host does. The instrument has priority: the host must not take its
    crossing ENQ for an answer nor answer it, must take the next one, and give its own message afterwards (6.2.7.1,
    6.5.2.2)."""
    ask(instrument, given.specimens)
    instrument.await_enquiry()
    instrument.wire.write([ENQ])
    # At least a second before it asks again; in that time the host has nothing to say.
    if not instrument.wire.is_silent(1):
        raise Violation(f"the host said {name(instrument.wire.byte())} after contention, where it must wait")
    instrument.send(framed(result_records(given.specimens[0], 1), given.layout))
    return {"records": whole(instrument.receive())}


def busy(instrument, given):
    """Answers the host's first ENQ with NAK: the host must wait 10 s at least (6.2.6)."""
    ask(instrument, given.specimens)
    instrument.await_enquiry()
    instrument.wire.write([NAK])
    began = time.monotonic()
    instrument.await_enquiry(within=30)
    waited = time.monotonic() - began
    if waited < 10:
        raise Violation(f"ENQ came again {waited:.1f} s after NAK; 10 s at least are due")
    instrument.wire.write([ACK])
    return {"waited": waited, "records": whole(instrument.transfer())}


def silent(instrument, given):
    """Says nothing to a frame: the host gives up with EOT 15 s later (6.5.2.3)."""
    ask(instrument, given.specimens)
    instrument.await_enquiry()
    instrument.wire.write([ACK])
    if instrument.wire.byte() != STX:
        raise Violation("no frame came after ACK")
    while instrument.wire.byte() != 0x0A:
        pass
    return {"waited": until_eot(instrument)}


def mute(instrument, given):
    """Says nothing to ENQ: the host gives up with EOT 15 s later (6.5.2.1)."""
    ask(instrument, given.specimens)
    instrument.await_enquiry()
    return {"waited": until_eot(instrument)}


def until_eot(instrument):
    began = time.monotonic()
    instrument.expect(EOT, "silence", seconds=REPLY_S + 10)
    return time.monotonic() - began


SCENARIOS = {scenario.__name__: scenario for scenario in (
    results, troubled, restarted, resumed, query, listen, refusing, hopeless, interrupting, contending, busy, silent,
    mute)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--port", type=int)
    parser.add_argument("--tty")
    parser.add_argument("--listen", type=int)
    parser.add_argument("--layout", choices=("record", "packed", "one"), default="record")
    parser.add_argument("specimens", nargs="*")
    given = parser.parse_intermixed_args()
    try:
        instrument = Instrument(Wire(given.port, given.tty, given.listen))
        print(json.dumps(SCENARIOS[given.scenario](instrument, given)))
    except (Violation, Silence, OSError) as end:
        print(f"{given.scenario}: {end}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
