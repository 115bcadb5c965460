"""A worklist, a receiver of performed procedure steps and an archive by pynetdicom, on one port.

Takes the word `settings` and a file with a JSON object: "worklist" (a list of entries, each an object of tags and values, sequences as lists), and statuses to
answer with in place of success: "find", "create", "set", "store" (numbers), "abort" (the name of the service at which the
association is aborted), "called" (the only title it answers to). Prints its port, then a JSON line for each request: what
was asked, by whom, and what of it matters."""
import json
import signal
import sys

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.sop_class import (ModalityPerformedProcedureStep, ModalityWorklistInformationFind,
                                  SecondaryCaptureImageStorage, Verification)

told = json.load(open(sys.argv[2], encoding="utf-8"))
steps = {}


def data_set(entry):
    made = Dataset()
    for tag, value in entry.items():
        vr = dictionary_VR(Tag(tag))
        made.add_new(Tag(tag), vr, [data_set(item) for item in value] if vr == "SQ" else value)
    return made


def texts(found):
    """Tags and values; a sequence as the list of its items."""
    out = {}
    for element in found:
        if element.tag.group == 0x7FE0:
            out["pixels"] = str(len(element.value))
        elif element.VR == "SQ":
            out["%08X" % element.tag] = [texts(item) for item in element.value]
        else:
            value = element.value
            out["%08X" % element.tag] = "" if value is None else "\\".join(map(str, value)) if element.VM > 1 else str(value)
    return out


def say(what, event, more):
    calling = event.assoc.requestor.ae_title
    print(json.dumps({"asked": what, "by": calling, **more}), flush=True)
    if told.get("abort") == what:
        event.assoc.abort()


def find(event):
    say("find", event, {"data": texts(event.identifier)})
    if "find" in told:
        yield told["find"], None
        return
    for entry in told.get("worklist", []):
        if event.is_cancelled:
            print(json.dumps({"asked": "cancel"}), flush=True)
            yield 0xFE00, None
            return
        yield 0xFF00, data_set(entry)


def create(event):
    asked = event.attribute_list
    uid = event.request.AffectedSOPInstanceUID
    say("create", event, {"uid": uid, "data": texts(asked)})
    if "create" in told:
        refusal = Dataset()
        refusal.Status = told["create"]
        refusal.ErrorComment = "as the test wants it"
        return refusal, None
    steps[uid] = asked
    return 0x0000, asked


def change(event):
    uid = event.request.RequestedSOPInstanceUID
    say("set", event, {"uid": uid, "data": texts(event.modification_list)})
    if "set" in told:
        return told["set"], None
    if uid not in steps:
        return 0x0112, None
    steps[uid].update(event.modification_list)
    return 0x0000, steps[uid]


def store(event):
    say("store", event, {"data": texts(event.dataset), "context": event.context.transfer_syntax})
    return told.get("store", 0x0000)


ae = AE(ae_title=told.get("called", "LABRADOR"))
ae.require_called_aet = "called" in told
for uid in (Verification, ModalityWorklistInformationFind, ModalityPerformedProcedureStep, SecondaryCaptureImageStorage):
    if uid not in told.get("without", []):
        ae.add_supported_context(uid, told.get("syntaxes", [ExplicitVRLittleEndian, ImplicitVRLittleEndian]))
server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[
    (evt.EVT_C_FIND, find), (evt.EVT_N_CREATE, create), (evt.EVT_N_SET, change), (evt.EVT_C_STORE, store)])
print(server.socket.getsockname()[1], flush=True)
signal.pause()
