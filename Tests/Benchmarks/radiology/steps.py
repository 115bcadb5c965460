"""Made-up scheduled steps, the same for every server: as orders for Labrador, as worklist files for the others, and as
the queries about them with what each must find.

Step 0 is today's; the days around it follow, so that any number of steps holds a whole today before anything else."""
import datetime
import struct

import worklist

MODALITIES = ["CT", "MR", "US", "CR", "DX", "MG", "XA", "NM"]
STATIONS = [(f"{modality}{number:02d}", modality) for number in (1, 2) for modality in MODALITIES]
A_DAY = 250
_SYLLABLES = ["KA", "RA", "MI", "SHO", "DE", "VAN", "PU", "LA", "NI", "TRI", "BHA", "GU", "SA", "JO", "HE", "YA", "WI",
              "THO", "CHE", "DU", "FE", "ZA", "PRA", "MO", "LEE", "BI", "NAR", "OZ", "TE", "URI"]
_ENDINGS = ["KAR", "WAL", "NATH", "SEN", "RAO", "IYER", "BAI", "LAL", "DAS", "PUR", "GHE", "TIL", "MAN", "VAS", "SHI",
            "TAL", "NEY", "ROY", "PAL", "JEE", "KER", "DIA", "FOR", "HAN", "ILL", "MUR", "QUE", "SOM", "XEN", "ZOR"]
GIVEN = ["ANIL", "BINA", "CHITRA", "DEV", "ESHA", "FARAH", "GOPAL", "HARI", "INDU", "JAYA", "KIRAN", "LATA"]
ROOT = "1.2.826.0.1.3680043.10.1"


class Step:
    """Step number i of the hospital; `today` is the day of step 0."""

    def __init__(self, i, today):
        day = i // A_DAY
        self.number = i
        self.station, self.modality = STATIONS[i % len(STATIONS)]
        self.day = today + datetime.timedelta(days=(day + 1) // 2 * (1 if day % 2 else -1))
        self.date = self.day.strftime("%Y%m%d")
        self.time = f"{8 + i % 10:02d}{i * 7 % 60:02d}00"
        # A stride prime to the number of names spreads each over all days and stations.
        name = i * 617 % (len(_SYLLABLES) * len(_ENDINGS))
        self.family = _SYLLABLES[name % len(_SYLLABLES)] + _ENDINGS[name // len(_SYLLABLES)]
        self.given = GIVEN[i % len(GIVEN)]
        self.accession, self.mrn = f"R26-{i:07d}", f"MRN{i:07d}"
        self.birth, self.sex = f"19{40 + i % 60}0{1 + i % 9}1{i % 10}", "FM"[i % 2]
        self.text = f"{self.modality} examination"

    def order(self):
        """As `orders import` takes it."""
        return {"accession": self.accession, "placer": f"HMS-{self.accession}", "mrn": self.mrn, "kind": "imaging",
                "patient": {"family": self.family, "given": self.given, "sex": self.sex,
                            "birth_date": f"{self.birth[:4]}-{self.birth[4:6]}-{self.birth[6:]}"},
                "procedure": {"code": f"{self.modality}1", "text": self.text}, "modality": self.modality,
                "station_ae": self.station, "study_uid": f"{ROOT}.{self.number}",
                "scheduled": f"{self.day}T{self.time[:2]}:{self.time[2:4]}:00+05:30"}

    def file(self):
        """As a worklist file: explicit little endian behind the header of PS3.10."""
        step = b"".join([
            _element(0x0008, 0x0060, "CS", self.modality), _element(0x0040, 0x0001, "AE", self.station),
            _element(0x0040, 0x0002, "DA", self.date), _element(0x0040, 0x0003, "TM", self.time),
            _element(0x0040, 0x0006, "PN", ""), _element(0x0040, 0x0007, "LO", self.text),
            _element(0x0040, 0x0009, "SH", self.accession)])
        body = b"".join([
            _element(0x0008, 0x0050, "SH", self.accession),
            _element(0x0010, 0x0010, "PN", f"{self.family}^{self.given}"), _element(0x0010, 0x0020, "LO", self.mrn),
            _element(0x0010, 0x0030, "DA", self.birth), _element(0x0010, 0x0040, "CS", self.sex),
            _element(0x0020, 0x000D, "UI", f"{ROOT}.{self.number}"), _element(0x0032, 0x1060, "LO", self.text),
            struct.pack("<HH2sHI", 0x0040, 0x0100, b"SQ", 0, len(step) + 8),
            struct.pack("<HHI", 0xFFFE, 0xE000, len(step)), step,
            _element(0x0040, 0x1001, "SH", self.accession)])
        meta = b"".join([
            struct.pack("<HH2sHI", 0x0002, 0x0001, b"OB", 0, 2) + b"\0\1",
            _element(0x0002, 0x0002, "UI", "1.2.276.0.7230010.3.1.0.1"),
            _element(0x0002, 0x0003, "UI", f"{ROOT}.{self.number}"),
            _element(0x0002, 0x0010, "UI", "1.2.840.10008.1.2.1"), _element(0x0002, 0x0012, "UI", ROOT)])
        return bytes(128) + b"DICM" + _element(0x0002, 0x0000, "UL", struct.pack("<I", len(meta))) + meta + body


def _element(group, element, vr, value):
    raw = value if isinstance(value, bytes) else value.encode()
    raw += (b"\0" if vr == "UI" else b" ") * (len(raw) % 2)
    return struct.pack("<HH2sH", group, element, vr.encode(), len(raw)) + raw


STATION, PREFIX, INFIX, NOBODY, MANY = (
    "today, modality and station", "name, FAMILY*", "name, *PART*", "name, nobody's", "every step of some days")
KINDS = (STATION, PREFIX, INFIX, NOBODY, MANY)


def queries(kind, steps):
    """What is asked, and how many matches each must have."""
    today = steps[0].date
    if kind == STATION:
        asked = [({(0x0008, 0x0060): modality, (0x0040, 0x0001): station, (0x0040, 0x0002): today},
                  lambda step, station=station: step.date == today and step.station == station)
                 for station, modality in STATIONS]
    elif kind == PREFIX:
        asked = [({(0x0010, 0x0010): family + "*"}, lambda step, family=family: step.family.startswith(family))
                 for family in sorted({step.family for step in steps[:100]})[::3]]
    elif kind == INFIX:
        # Part of the name in the middle: no index over the names helps.
        asked = [({(0x0010, 0x0010): f"*{part}*"}, lambda step, part=part: part in f"{step.family}^{step.given}")
                 for part in ("NIWAL", "ZATIL", "VANSEN", "OZQUE", "UPA", "LEEX")]
    elif kind == NOBODY:
        asked = [({(0x0010, 0x0010): "QQ*"}, lambda step: False)]
    else:
        days = sorted({step.date for step in steps[:MANY_STEPS]})
        asked = [({(0x0040, 0x0002): f"{days[0]}-{days[-1]}"}, lambda step: days[0] <= step.date <= days[-1])]
    return [(worklist.identifier(keys), sum(map(matches, steps))) for keys, matches in asked]


MANY_STEPS = 5_000
