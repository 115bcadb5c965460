"""Names of pydicom's character-set files, asked for and answered in each file's own character set.

`orders` prints an order for each file that has a patient's name, as one JSON list; `modalities` prints, for the
configuration, a modality for each that takes its character set and no other. `ask PORT` asks for each name, encoded by
pydicom as the file's Specific Character Set says; `take PORT` asks as each of the modalities for its order. Both print
what was wrong: a name that was not found, that came back as another, or in another character set."""
import json
import pathlib
import sys
import warnings

from pydicom import dcmread
from pydicom.data import get_charset_files
from pydicom.dataset import Dataset
from pynetdicom.sop_class import ModalityWorklistInformationFind as FIND

from dicom_association import associate, established

warnings.simplefilter("ignore")


def files():
    """Accession, file name, character set and name of each."""
    found = []
    for path in sorted(get_charset_files("*.dcm")):
        data_set = dcmread(path)
        if data_set.get("PatientName"):
            found.append((f"C{len(found)}", pathlib.Path(path).stem, data_set.SpecificCharacterSet,
                          data_set.PatientName))
    return found


def order(accession, name):
    return {"accession": accession, "mrn": f"M{accession}", "kind": "imaging", "modality": "CT", "station_ae": "CT01",
            "patient": {"family": name.family_name, "given": name.given_name, "ideographic": name.ideographic,
                        "phonetic": name.phonetic, "sex": "O", "birth_date": "1981-04-02"},
            "procedure": {"code": "CTHEAD", "text": "CT head"}, "scheduled": "2026-11-22T10:00:00+05:30"}


def declared(character_set):
    """As the element's text."""
    return character_set if isinstance(character_set, str) else "\\".join(character_set)


def modality(number, character_set):
    """A modality's entry in the configuration; JSON is YAML, too."""
    return json.dumps({"id": f"cs{number:02d}", "ae_title": f"CS{number:02d}", "modality": "OT",
                       "worklist": {"scope": "all"}, "character_set": declared(character_set),
                       "strict_character_set": True})


def answers(association, query, what, wrong):
    """The data sets of the matches."""
    found = []
    for status, identifier in association.send_c_find(query, FIND):
        if status.Status == 0xFF00:
            found.append(identifier)
        elif status.Status != 0:
            wrong.append(f"{what}: status {status.Status:04X}")
    return found


def take(port):
    wrong = []
    for number, (accession, file, character_set, name) in enumerate(files()):
        association = established(associate(port, f"CS{number:02d}", "LABRADOR", [FIND]))
        query = Dataset()
        query.AccessionNumber, query.PatientName = accession, ""
        found = answers(association, query, file, wrong)
        if [str(match.PatientName) for match in found] != [str(name)]:
            wrong.append(f"{file}: {str(name)} came back as {[str(match.PatientName) for match in found]}")
        # The first value may be left empty for the default repertoire (PS3.3 section C.12.1.1.2).
        right = declared(character_set).removeprefix("ISO 2022 IR 6\\").removeprefix("\\")
        wrong += [f"{file}: answered in {declared(match.get('SpecificCharacterSet', ''))}" for match in found
                  if declared(match.get("SpecificCharacterSet", "")).removeprefix("\\") != right]
        association.release()
    return {"files": len(files()), "wrong": wrong}


def ask(port):
    association, wrong = established(associate(port, "CT01", "LABRADOR", [FIND])), []
    known = {accession: str(name) for accession, _, _, name in files()}
    for accession, file, character_set, name in files():
        query = Dataset()
        query.SpecificCharacterSet = character_set
        query.AccessionNumber = ""
        query.PatientName = str(name)
        found = {match.AccessionNumber: str(match.PatientName) for match in answers(association, query, file, wrong)}
        if accession not in found:
            wrong.append(f"{file}: {str(name)} is not found")
        wrong += [f"{file}: {known[other]} came back as {back}" for other, back in found.items() if known[other] != back]
    association.release()
    return {"files": len(known), "wrong": wrong}


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "orders":
        print(json.dumps([order(accession, name) for accession, _, _, name in files()]))
    elif command == "modalities":
        for number, (_, _, character_set, _) in enumerate(files()):
            print(modality(number, character_set))
    else:
        print(json.dumps({"ask": ask, "take": take}[command](int(rest[0]))))
