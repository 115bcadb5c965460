"""The sample worklists and queries of DCMTK's Debian package, in Labrador and in wlmscpfs, asked with pynetdicom.

`orders FILE...` prints the worklist files as orders in JSON, one list.
`compare LABRADOR_PORT WLMSCPFS_PORT QUERY...` sends each query file to both, and then EVERYTHING with the keys of
ADAPTED, because few of the samples' own keys fit the worklists. It prints, for each attribute of each answer in which
they differ, `{"query", "at", "wlmscpfs", "labrador"}`: the tag below its sequence, and the value, `absent` or `empty`.
How many answers each gave is the attribute `answers`, each status once is `status`.
Ends with status 1 and a sentence when a server does not answer at all."""
import copy
import difflib
import functools
import json
import pathlib
import sys

from pydicom import dcmread
from pynetdicom.sop_class import ModalityWorklistInformationFind

from dicom_association import associate, established

CALLING, CALLED = "FINDSCU", "OFFIS"
# Labrador's own priorities (HL7 table 0485) for those of the samples, which are of their own making.
PRIORITIES = {"HIGH": "urgent", "LOW": "routine"}

EVERYTHING = "wlistqry11"
# Keys for that query, which asks for every attribute, by a name for the whole; those behind `step/` are of the step.
STEP = "step/"
ADAPTED = {
    "accession": {"AccessionNumber": "00001"}, "no accession": {"AccessionNumber": "0000"},
    "accession?": {"AccessionNumber": "0000?"}, "patient": {"PatientID": "HF"}, "patient*": {"PatientID": "H*"},
    "name": {"PatientName": "VIVALDI^ANTONIO"}, "name*": {"PatientName": "VIV*"}, "name?": {"PatientName": "?AYDN*"},
    "name small": {"PatientName": "vivaldi*"}, "name in part": {"PatientName": "VIVALDI"},
    "middle name": {"PatientName": "*^AMADEUS"}, "birth": {"PatientBirthDate": "16780304"},
    "sex": {"PatientSex": "M"}, "no sex": {"PatientSex": "F"},
    "study": {"StudyInstanceUID": "1.2.276.0.7230010.3.2.103"},
    "requested by": {"RequestingPhysician": "NEWMAN"}, "description": {"RequestedProcedureDescription": "EXAM6"},
    "procedure": {"RequestedProcedureID": "RP4474"}, "priority": {"RequestedProcedurePriority": "HIGH"},
    "modality": {STEP + "Modality": "CT"}, "no modality": {STEP + "Modality": "C"},
    "station": {STEP + "ScheduledStationAETitle": "AA32"}, "second station": {STEP + "ScheduledStationAETitle": "NN77"},
    "station name": {STEP + "ScheduledStationName": "STN345"},
    "location": {STEP + "ScheduledProcedureStepLocation": "B67F66"},
    "location*": {STEP + "ScheduledProcedureStepLocation": "B67*"},
    "step": {STEP + "ScheduledProcedureStepID": "SPD3445"},
    "performed by": {STEP + "ScheduledPerformingPhysicianName": "ROSS"},
    "performed by*": {STEP + "ScheduledPerformingPhysicianName": "*O*"},
    "step description": {STEP + "ScheduledProcedureStepDescription": "EXAM74"},
    "date": {STEP + "ScheduledProcedureStepStartDate": "19960123"},
    "from a date": {STEP + "ScheduledProcedureStepStartDate": "19960123-"},
    "to a date": {STEP + "ScheduledProcedureStepStartDate": "-19951206"},
    "dates": {STEP + "ScheduledProcedureStepStartDate": "19951001-19960131"},
    "time": {STEP + "ScheduledProcedureStepStartTime": "135558"},
    "minute": {STEP + "ScheduledProcedureStepStartTime": "1355"},
    "times": {STEP + "ScheduledProcedureStepStartTime": "090000-140000"},
    "dates and times": {STEP + "ScheduledProcedureStepStartDate": "19951015-19960123",
                        STEP + "ScheduledProcedureStepStartTime": "090000-140000"},
    "several": {"PatientName": "M*", STEP + "Modality": "CT", STEP + "ScheduledProcedureStepStartDate": "19930101-"},
    "another key": {"PatientID": "HF", "InstitutionName": ""}}


def adapted(query):
    """The query with each row of ADAPTED: its name and the data set."""
    for name, keys in ADAPTED.items():
        changed = copy.deepcopy(query)
        for keyword, value in keys.items():
            inside = keyword.startswith(STEP)
            place = changed.ScheduledProcedureStepSequence[0] if inside else changed
            setattr(place, keyword.removeprefix(STEP), value)
        yield name, changed


def order(item):
    """A worklist item as the JSON form of an order."""
    [step] = item.ScheduledProcedureStepSequence
    name, birth = item.PatientName, str(item.PatientBirthDate)
    date, time = str(step.ScheduledProcedureStepStartDate), str(step.ScheduledProcedureStepStartTime)
    stations = step[0x0040, 0x0001].value
    return {
        "accession": item.AccessionNumber, "mrn": item.PatientID, "kind": "imaging",
        "priority": PRIORITIES[item.RequestedProcedurePriority],
        "patient": {"family": name.family_name, "given": f"{name.given_name} {name.middle_name}".strip(),
                    "sex": item.PatientSex, "birth_date": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"},
        "procedure": {"code": item.RequestedProcedureDescription, "text": item.RequestedProcedureDescription},
        "requested_by": str(item.RequestingPhysician), "study_uid": item.StudyInstanceUID,
        "requested_procedure_id": item.RequestedProcedureID,
        "details": {"alerts": item.MedicalAlerts, "allergies": item.Allergies,
                    "contrast_agent": step.RequestedContrastAgent},
        "steps": [{
            "id": step.ScheduledProcedureStepID, "description": step.ScheduledProcedureStepDescription,
            "modality": step.Modality, "station_ae": [stations] if isinstance(stations, str) else list(stations),
            "station_name": step.ScheduledStationName, "location": step.ScheduledProcedureStepLocation,
            "performing_physician": str(step.ScheduledPerformingPhysicianName),
            "scheduled": f"{date[:4]}-{date[4:6]}-{date[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}+05:30"}]}


def ask(port, query):
    """Every answer to a query, and the statuses in the order in which each first came."""
    association = established(associate(port, CALLING, CALLED, [ModalityWorklistInformationFind]))
    answers, statuses = [], {}
    for status, identifier in association.send_c_find(query, ModalityWorklistInformationFind):
        if "Status" not in status:
            raise SystemExit(f"no answer at port {port}")
        statuses[f"{status.Status:04X}"] = True
        if status.Status in (0xFF00, 0xFF01):
            answers.append(flat(identifier))
    association.release()
    return answers, " ".join(statuses)


def flat(data_set, place=""):
    """Attribute to text; a sequence by its items' attributes, and by itself only when it has no item."""
    found = {}
    for element in data_set:
        at = f"{place}{element.tag.group:04X},{element.tag.element:04X}"
        if element.VR == "SQ" and element.value:
            for number, item in enumerate(element.value):
                found |= flat(item, f"{at}[{number}]/")
                if not len(item):
                    found[f"{at}[{number}]"] = "empty"
        else:
            values = element.value if element.VM > 1 else [element.value]
            text = "\\".join("" if value is None else str(value) for value in values)
            found[at] = "empty" if element.VR == "SQ" or text == "" else text
    return found


def unlike(one, other):
    return [at for at in sorted(one.keys() | other.keys()) if one.get(at) != other.get(at)]


@functools.cache
def distance(one, other):
    """Of two values of an attribute, 0 to 1; 1 when one of them is not there."""
    return 1 if one is None or other is None else 1 - difflib.SequenceMatcher(None, one, other).ratio()


def pairs(theirs, ours):
    """Answers that belong together: the most alike first."""
    near = sorted((sum(distance(their.get(at), our.get(at)) for at in unlike(their, our)), one, other)
                  for one, their in enumerate(theirs) for other, our in enumerate(ours))
    taken, given = set(), set()
    for _, one, other in near:
        if one not in taken and other not in given:
            taken.add(one)
            given.add(other)
            yield theirs[one], ours[other]


def differences(query, theirs, ours):
    """Where the two answers to a query differ."""
    found = []

    def note(at, their, our):
        found.append({"query": query, "at": at, "wlmscpfs": their, "labrador": our})

    if theirs[1] != ours[1]:
        note("status", theirs[1], ours[1])
    if len(theirs[0]) != len(ours[0]):
        note("answers", str(len(theirs[0])), str(len(ours[0])))
    for their, our in pairs(theirs[0], ours[0]):
        for at in unlike(their, our):
            note(at, their.get(at, "absent"), our.get(at, "absent"))
    return found


def compare(labrador, wlmscpfs, files):
    found, answers, attributes = [], 0, 0
    queries = [(pathlib.Path(file).stem, dcmread(file, force=True)) for file in files]
    [everything] = [query for name, query in queries if name == EVERYTHING]
    for name, query in queries + list(adapted(everything)):
        theirs, ours = ask(wlmscpfs, query), ask(labrador, query)
        found += differences(name, theirs, ours)
        answers += len(theirs[0])
        attributes += sum(map(len, theirs[0]))
    return {"answers": answers, "attributes": attributes, "differences": found}


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[0] == "orders":
        print(json.dumps([order(dcmread(file)) for file in words[1:]]))
    else:
        print(json.dumps(compare(int(words[1]), int(words[2]), words[3:])))
