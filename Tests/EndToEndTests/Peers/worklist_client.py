"""A modality made of pynetdicom, whose code nothing in Labrador shares.

`orders` prints the orders that the queries are about, as one JSON list; `many COUNT` prints so many of one day.
`matching PORT` asks queries of each kind of matching (PS3.4 section C.2.2.2) and prints those that were answered
otherwise than they must be. `cancel PORT TOTAL` cancels a query of TOTAL matches after the first of them.
`together PORT` asks over several associations at once. `refused PORT` calls as one must not.
Each prints one JSON object; ends with status 1 and a sentence when there is no answer at all."""
import json
import sys
import threading

from pydicom.dataset import Dataset
from pynetdicom.sop_class import ModalityWorklistInformationFind as FIND, Verification

import dicom_association
from dicom_association import established

CALLED = "LABRADOR"
# Accession, MRN, family, given, modality, station, scheduled, procedure.
ORDERS = [
    ("R1", "M1", "दास", "सुनील", "CT", "CT01", "2026-11-22T10:00:00+05:30", "CTHEAD"),
    ("R2", "M2", "MÜLLER", "JÜRGEN", "CT", "CT01", "2026-11-22T16:30:00+05:30", "CTCHEST"),
    ("R3", "M3", "MUELLER", "ANNA", "CT", "CT02", "2026-11-23T09:15:00+05:30", "CTHEAD"),
    ("R4", "M4", "O'BRIEN", "Ciarán", "MR", "MR01", "2026-11-23T23:59:59+05:30", "MRKNEE"),
    ("R5", "M5", "Иванов", "Пётр", "MR", "MR01", "2026-11-24T00:00:00+05:30", "MRHEAD"),
    ("R6", "M6", "DAS", "SUNIL", "US", "US01", "2026-12-01T08:00:00+05:30", "USABDO"),
    ("R7", "M6", "DAS", "SUNIL", "US", "US01", "2026-12-01T08:20:00+05:30", "USNECK")]
ALL = "R1 R2 R3 R4 R5 R6 R7"
ROOT = "1.2.826.0.1.3680043.9.7"


def order(accession, mrn, family, given, modality, station, scheduled, procedure):
    return {"accession": accession, "mrn": mrn, "kind": "imaging", "modality": modality, "station_ae": station,
            "patient": {"family": family, "given": given, "sex": "F", "birth_date": "1981-04-02"},
            "procedure": {"code": procedure, "text": procedure}, "scheduled": scheduled,
            "study_uid": f"{ROOT}.{int(accession[1:])}"}


def query(step=None, character_set="ISO_IR 192", **keys):
    """A query that asks for the accession, with these keys, those of the step apart."""
    asked = Dataset()
    asked.SpecificCharacterSet = character_set
    for name, value in {"AccessionNumber": "", "PatientName": "", **keys}.items():
        setattr(asked, name, value)
    item = Dataset()
    for name, value in {"Modality": "", "ScheduledStationAETitle": "", "ScheduledProcedureStepStartDate": "",
                        "ScheduledProcedureStepStartTime": "", **(step or {})}.items():
        setattr(item, name, value)
    asked.ScheduledProcedureStepSequence = [item]
    return asked


def start(date="", time="", **more):
    return {"ScheduledProcedureStepStartDate": date, "ScheduledProcedureStepStartTime": time, **more}


def code(value):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = value, ""
    return [item]


def without_step():
    asked = query()
    del asked.ScheduledProcedureStepSequence
    return asked


def two_items():
    asked = query()
    asked.ScheduledProcedureStepSequence.append(Dataset())
    return asked


def empty_sequence():
    asked = query()
    asked.ScheduledProcedureStepSequence = []
    return asked


def with_unknown():
    asked = query(PatientID="M1")
    asked.InstitutionName = "X"
    return asked


# What is asked, the accessions that are answered, and the statuses in the order in which each comes first.
FF00 = "FF00 0000"
MATCHING = [
    # Universal.
    ("nothing", query(), ALL, FF00), ("a star", query(PatientName="*"), ALL, FF00),
    ("no step sequence", without_step(), ALL, FF00), ("an empty step sequence", empty_sequence(), ALL, FF00),
    # Single value.
    ("accession", query(AccessionNumber="R3"), "R3", FF00),
    ("no such accession", query(AccessionNumber="R33"), "", "0000"),
    ("the accession of another case", query(AccessionNumber="r3"), "", "0000"),
    ("patient", query(PatientID="M6"), "R6 R7", FF00), ("patient with spaces", query(PatientID=" M6 "), "R6 R7", FF00),
    ("modality", query({"Modality": "CT"}), "R1 R2 R3", FF00),
    ("station", query({"ScheduledStationAETitle": "MR01"}), "R4 R5", FF00),
    ("part of a station", query({"ScheduledStationAETitle": "MR0"}), "", "0000"),
    ("procedure of the step", query(StudyInstanceUID=f"{ROOT}.4"), "R4", FF00),
    # List of UIDs.
    ("studies", query(StudyInstanceUID=[f"{ROOT}.4", f"{ROOT}.6", f"{ROOT}.66"]), "R4 R6", FF00),
    # Wildcards.
    ("accession*", query(AccessionNumber="R*"), ALL, FF00), ("one character", query(PatientName="D?S*"), "R6 R7", FF00),
    ("one character is a whole letter", query(PatientName="M?LLER*"), "R2", FF00),
    ("family*", query(PatientName="DAS*"), "R6 R7", FF00), ("*given", query(PatientName="*^ANNA"), "R3", FF00),
    ("in another script", query(PatientName="दास*"), "R1", FF00),
    # Names are compared without regard to case and accents.
    ("name", query(PatientName="DAS^SUNIL"), "R6 R7", FF00),
    ("small letters", query(PatientName="das^sunil"), "R6 R7", FF00),
    ("without accents", query(PatientName="muller*"), "R2", FF00),
    ("small Cyrillic letters", query(PatientName="иванов*"), "R5", FF00),
    ("an accent in the given name", query(PatientName="*^ciaran"), "R4", FF00),
    # The query's own character set.
    ("Latin 1", query(character_set="ISO_IR 100", PatientName="MÜLLER*"), "R2", FF00),
    ("Cyrillic", query(character_set="ISO_IR 144", PatientName="Иванов*"), "R5", FF00),
    # Date and time by meaning.
    ("date", query(start("20261122")), "R1 R2", FF00), ("from a date", query(start("20261124-")), "R5 R6 R7", FF00),
    ("up to a date", query(start("-20261122")), "R1 R2", FF00),
    ("dates", query(start("20261123-20261124")), "R3 R4 R5", FF00),
    ("dates that are none", query(start("20261125-20261130")), "", "0000"),
    ("time by the minute", query(start("20261122", "1000")), "R1", FF00),
    ("times of a day", query(start("20261122", "1200-1800")), "R2", FF00),
    ("from a time", query(start("20261201", "081000-")), "R7", FF00),
    ("dates with times are one span", query(start("20261122-20261123", "120000-093000")), "R2 R3", FF00),
    ("to the last second of a day", query(start("20261123-20261124", "235959-000000")), "R4 R5", FF00),
    # Sequence matching, and several keys at once.
    ("all of it", query(start("20261122", "10-17", Modality="CT", ScheduledStationAETitle="CT01"), PatientName="M*"),
     "R2", FF00),
    ("code of the procedure", query(RequestedProcedureCodeSequence=code("")), ALL, FF00),
    # A key we do not support says so, and excludes nothing.
    ("an unknown key", with_unknown(), "R1", "FF01 0000"),
    # What cannot be understood.
    ("two items", two_items(), "", "A900"), ("no date", query(start("22.11.26")), "", "A900"),
    ("dates that say nothing", query(start("-")), "", "A900")]


def associate(port, calling="ALL", called=CALLED, classes=(FIND,)):
    return dicom_association.associate(port, calling, called, classes)


def answers(association, asked):
    """Accessions, sorted, and the statuses in the order in which each came first."""
    found, statuses = [], {}
    for status, identifier in association.send_c_find(asked, FIND):
        if "Status" not in status:
            raise SystemExit("no answer")
        statuses[f"{status.Status:04X}"] = True
        if status.Status in (0xFF00, 0xFF01):
            found.append(identifier.AccessionNumber)
    return " ".join(sorted(found)), " ".join(statuses)


def matching(port):
    association, wrong = established(associate(port)), []
    for name, asked, accessions, statuses in MATCHING:
        found = answers(association, asked)
        if found != (accessions, statuses):
            wrong.append(f"{name}: {found} instead of {(accessions, statuses)}")
    association.release()
    return {"queries": len(MATCHING), "wrong": wrong}


def cancel(port, total):
    """The answers until a query was cancelled, what ended it, and whether the association is still good."""
    association, number, ended = established(associate(port)), 0, None
    [context] = association.accepted_contexts
    for status, _ in association.send_c_find(query(), FIND, msg_id=77):
        ended = f"{status.Status:04X}"
        if status.Status == 0xFF00:
            if number == 0:
                association.send_c_cancel(77, context.context_id)
            number += 1
    after = answers(association, query(AccessionNumber="R00001"))
    association.release()
    return {"answers": number, "all": number >= int(total), "ended": ended, "after": list(after)}


def together(port):
    """Each modality asks ten times over an association of its own while all others ask: no answer goes astray."""
    own = {"CT01": "R1 R2", "CT02": "R3", "MR01": "R4 R5", "US01": "R6 R7", "ALL": ALL}
    wrong, open_now = [], {calling: established(associate(port, calling)) for calling in own}

    def ask(calling, association):
        for number in range(10):
            found = answers(association, query())
            if found != (own[calling], FF00):
                wrong.append(f"{calling}, query {number}: {found} instead of {own[calling]}")
        association.release()

    threads = [threading.Thread(target=ask, args=pair) for pair in open_now.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"associations": len(own), "wrong": wrong}


def refused(port):
    """Result, source and reason of what is rejected (PS3.8 table 9-21); what of the services is accepted."""
    found = {}
    for name, calling, called in (("called", "CT01", "OTHER"), ("calling", "NOBODY", CALLED)):
        association = associate(port, calling, called)
        primitive = association.acceptor.primitive
        found[name] = f"{primitive.result} {primitive.result_source} {primitive.diagnostic}" \
            if association.is_rejected else "not rejected"
    association = established(associate(port, classes=(FIND, Verification)))
    found["echo"] = f"{association.send_c_echo().Status:04X}"
    found["find"] = list(answers(association, query(AccessionNumber="R4")))
    association.release()
    return found


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "orders":
        print(json.dumps([order(*words) for words in ORDERS]))
    elif command == "many":
        print(json.dumps([order(f"R{number:05d}", f"M{number}", "TEST", "PERSON", "CT", "CT01",
                                f"2026-11-22T{number % 24:02d}:00:00+05:30", "CT") for number in range(int(rest[0]))]))
    else:
        print(json.dumps({"matching": matching, "cancel": cancel, "together": together,
                          "refused": refused}[command](int(rest[0]), *rest[1:])))
