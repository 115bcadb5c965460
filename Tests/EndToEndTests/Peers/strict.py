"""Strict reading of what we are sent: `hl7` and `hl7apy` take every message apart, and what its own version of the
standard says is compared with what it holds."""
import re

import hl7
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message, parse_segment

# Structures that hl7apy 1.3.5 cannot judge as a whole: of ORM_O01 it wants every segment of a choice, of OML_O33 it
# takes the second order for a prior result, and DSP-3 of Mindray's DSR_Q03 has components, which a text cannot have;
# before 2.3.1 it finds no structure. Here their segments are held to the tables, and their order to this.
SHAPES = {
    "ORM_O01": r"MSH( NTE)*( PID( PD1)?( NTE)*( PV1( PV2)?)?)?( ORC( OBR( NTE)*( DG1)*( OBX( NTE)*)*)?)+",
    "OML_O33": r"MSH( NTE)*( PID( PD1)?( NTE)*( PV1( PV2)?)?)?"
               r"( SPM( OBX)*( SAC)*( ORC( TQ1( TQ2)*)*( OBR( TCD)?( NTE)*( OBX( NTE)*)*)?)+)+",
    "DSR_Q03": r"MSH MSA( ERR)?( QAK)? QRD( QRF)?( DSP)+ DSC",
    "ACK": r"MSH MSA( ERR)?",
}


class Wrong(Exception):
    """A message is not what the standard, or the exchange, asks for; says how."""


def blocks(data):
    """The contents of MLLP blocks that follow each other with nothing between them."""
    found = []
    while data:
        if data[:1] != b"\x0b":
            raise Wrong(f"{data[:1]!r} stands where VT is due")
        end = data.find(b"\x1c\r")
        if end < 0:
            raise Wrong("a block does not end with FS CR")
        found.append(data[1:end])
        data = data[end + 2:]
    return found


def check(content, structure=None):
    """One message, validated; the `hl7` package's view of it.

    `structure`: what to hold it to; None where hl7apy has no table for it (QBP^Z03, RSP^Z02, ORL_O42)."""
    text = content.decode("utf-8")
    if "\n" in text or not text.endswith("\r"):
        raise Wrong("segments must end with CR, the last one too")
    message = hl7.parse(text)
    version = field(message, "MSH", 12, 1)
    try:
        if structure in SHAPES and (structure != "ACK" or version in ("2.1", "2.2", "2.3")):
            _shape(text, structure, version)
        elif structure is not None:
            strict = parse_message(text, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
            strict.validate()
            if strict.name != structure:
                raise Wrong(f"hl7apy takes it for {strict.name} where {structure} is due")
    except (HL7apyException, ValueError) as fault:
        raise Wrong(f"hl7apy refuses {text!r}: {type(fault).__name__}: {fault}") from None
    return message


def _shape(text, structure, version):
    segments = text.rstrip("\r").split("\r")
    names = " ".join(segment[:3] for segment in segments)
    if not re.fullmatch(SHAPES[structure], names):
        raise Wrong(f"{structure} may not be {names}")
    for segment in segments:
        if segment.startswith("DSP|"):
            if not re.fullmatch(r"DSP\|[1-9]\d*\|[^|]*\|[^|]*\|*", segment):
                raise Wrong(f"{segment!r} is no display line")
            continue
        parse_segment(segment, version=version, validation_level=VALIDATION_LEVEL.STRICT).validate()


def field(message, segment, number, component=None):
    """A field's text, by the standard's numbers."""
    value = message.segment(segment)
    text = str(value[number]) if len(value) > number else ""
    if component is None:
        return text
    # MSH-2 holds the delimiters of this very message.
    parts = text.split(str(message.segment("MSH")[2])[0])
    return parts[component - 1] if len(parts) >= component else ""
