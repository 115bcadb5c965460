"""Made-up orders and the messages that answer them. Number i is the same order and the same specimen everywhere."""
import random

FAMILY = ["ACHARYA", "BANERJEE", "CHANDRA", "DESAI", "FERNANDES", "GHOSH", "HEGDE", "IYENGAR", "JADHAV", "KULKARNI"]
GIVEN = ["ANIL", "BINA", "CHITRA", "DEV", "ESHA", "FARAH", "GOPAL", "HARI", "INDU", "JAYA"]
# code, name, unit, low, high
ANALYTES = [
    ("WBC", "Leukocytes", "10*3/uL", 4.0, 11.0), ("RBC", "Erythrocytes", "10*6/uL", 4.2, 5.9),
    ("HGB", "Hemoglobin", "g/dL", 12.0, 17.5), ("HCT", "Hematocrit", "%", 36.0, 52.0),
    ("MCV", "Mean cell volume", "fL", 80.0, 100.0), ("MCH", "Mean cell hemoglobin", "pg", 27.0, 33.0),
    ("MCHC", "Mean cell hemoglobin concentration", "g/dL", 32.0, 36.0), ("PLT", "Platelets", "10*3/uL", 150.0, 450.0),
    ("RDW", "Red cell distribution width", "%", 11.5, 14.5), ("NEU", "Neutrophils", "%", 40.0, 75.0),
    ("LYM", "Lymphocytes", "%", 20.0, 45.0), ("MON", "Monocytes", "%", 2.0, 10.0)]
RESULTS = len(ANALYTES)
RUN_AT = "20261122093000"
MODALITIES = [("CT", "CT01"), ("CR", "CR01"), ("US", "US01"), ("MR", "MR01"), ("DX", "DX01"), ("MG", "MG01"),
              ("CT", "CT02"), ("US", "US02")]
IMAGING_PER_DAY = 200


def accession(i):
    return f"L26-{i:07d}"


def mrn(i):
    return f"MRN{i:07d}"


def patient(i):
    return {"family": FAMILY[i % 10], "given": GIVEN[i // 10 % 10], "sex": "FM"[i % 2],
            "birth_date": f"19{40 + i % 60}-0{1 + i % 9}-1{i % 10}"}


def laboratory_order(i):
    return {"accession": accession(i), "placer": f"HMS-{i}", "mrn": mrn(i), "kind": "laboratory", "priority": "routine",
            "patient": patient(i), "tests": [{"code": "CBC", "text": "Complete blood count"}],
            "specimen": {"type": "EDTA blood", "collected": "2026-11-22T09:10:00+05:30"}}


def imaging_day(i):
    return 1 + i // IMAGING_PER_DAY % 28


def imaging_order(i):
    modality, station = MODALITIES[i % len(MODALITIES)]
    day, month = imaging_day(i), 1 + i // (IMAGING_PER_DAY * 28) % 12
    return {"accession": f"R26-{i:07d}", "placer": f"HMS-R{i}", "mrn": mrn(i), "kind": "imaging", "priority": "routine",
            "patient": patient(i), "procedure": {"code": f"{modality}1", "text": f"{modality} examination"},
            "modality": modality, "station_ae": station,
            "scheduled": f"2026-{month:02d}-{day:02d}T{8 + i % 10:02d}:{i % 60:02d}:00+05:30"}


def _values(i):
    """(code, name, value, unit, range, flag) of each result."""
    chance = random.Random(i)
    for code, name, unit, low, high in ANALYTES:
        value = abs(chance.gauss((low + high) / 2, (high - low) / 3))
        yield code, name, f"{value:.2f}", unit, f"{low}-{high}", "L" if value < low else "H" if value > high else "N"


def control_id(i):
    return f"M{i:09d}"


def oru(i):
    """ORU^R01 of HL7 2.5.1 with 12 OBX in an MLLP block, about 1.6 kB."""
    person = patient(i)
    segments = [
        f"MSH|^~\\&|HAEM-1|LAB|HMS|HOSPITAL|{RUN_AT}||ORU^R01^ORU_R01|{control_id(i)}|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{mrn(i)}^^^HOSPITAL^MR||{person['family']}^{person['given']}||{person['birth_date'].replace('-', '')}"
        f"|{person['sex']}",
        "PV1|1|O|OPD^^^HOSPITAL",
        f"ORC|RE|{accession(i)}|{accession(i)}||CM",
        f"OBR|1|{accession(i)}|{accession(i)}|CBC^Complete blood count^L|||{RUN_AT}|||||||||||||||{RUN_AT}||HM|F"]
    for number, (code, name, value, unit, limits, flag) in enumerate(_values(i), 1):
        segments.append(f"OBX|{number}|NM|{code}^{name}^L||{value}|{unit}^{unit}^UCUM|{limits}|{flag}|||F|||{RUN_AT}"
                        "||TECH01||HAEM-1")
    segments.append(f"SPM|1|{accession(i)}||BLD^Whole blood^HL70487|||||||||||||{RUN_AT}")
    return b"\x0b" + "".join(segment + "\r" for segment in segments).encode() + b"\x1c\r"


def astm_frames(i):
    """LIS02-A2 in LIS01-A2 frames, one record each: H, P, O, 12 R, L are 16."""
    person = patient(i)
    records = [
        f"H|\\^&|{control_id(i)}||HAEM-1^1.0|||||||P|LIS02-A2|{RUN_AT}",
        f"P|1|{mrn(i)}|||{person['family']}^{person['given']}||{person['birth_date'].replace('-', '')}|{person['sex']}",
        f"O|1|{accession(i)}||^^^CBC|R|{RUN_AT}|||||N||||BLOOD|||||||{RUN_AT}|||F"]
    for number, (code, _, value, unit, limits, flag) in enumerate(_values(i), 1):
        records.append(f"R|{number}|^^^{code}|{value}|{unit}|{limits}|{flag}||F||TECH01||{RUN_AT}|HAEM-1")
    records.append("L|1|N")
    frames = []
    for number, record in enumerate(records, 1):
        body = b"%d" % (number % 8) + record.encode() + b"\r\x03"
        frames.append(b"\x02" + body + b"%02X\r\n" % (sum(body) & 0xFF))
    return frames
