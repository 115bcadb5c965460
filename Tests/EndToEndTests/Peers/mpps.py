"""A modality that performs procedure steps, with pynetdicom, which shares no code with the program.

mpps.py SETTINGS: sends messages one after the other on one association and prints what each was answered with.
mpps.py load-N SETTINGS: keeps creating and ending steps on one connection after another until the file `stop` is there,
    repeats what got no answer, and prints the steps that were answered with success.
mpps.py serve PORT FILE: takes steps as another receiver does and appends each to FILE; prints `ready`.
"""
import json
import os
import sys
import time
import warnings

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid
from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import N_CREATE, N_SET
from pynetdicom.sop_class import (
    ModalityPerformedProcedureStep as MPPS, ModalityPerformedProcedureStepRetrieve as RETRIEVE)

warnings.simplefilter("ignore")


def element(tag, value):
    tag = Tag(tag)
    vr = pydicom.datadict.dictionary_VR(tag)
    if vr == "SQ":
        return DataElement(tag, vr, Sequence([data_set(item) for item in value or []]))
    return DataElement(tag, vr, value)


def data_set(values):
    ds = Dataset()
    for tag, value in values.items():
        ds.add(element(tag, value))
    return ds


def begin(message):
    item = {"00080050": message.get("accession", "R26-1"), "00081110": [],
            "0020000D": message.get("study", "1.2.826.0.1.3680043.9.7"), "00321060": "CT head", "00400007": "CT head",
            "00400008": [], "00400009": message.get("step", "SPS1"), "00401001": "RP1"}
    ds = data_set({
        "00080005": "ISO_IR 100", "00080060": "CT", "00081032": [], "00081120": [], "00100010": "M\u00fcller^Asha",
        "00100020": message.get("patient", "MRN0001"), "00100030": "19810402", "00100040": "F", "00200010": "RP1",
        "00400241": "CT01", "00400242": "", "00400243": "", "00400244": "20261122", "00400245": "101500",
        "00400250": "", "00400251": "", "00400252": message.get("state", "IN PROGRESS"), "00400253": "PPS1",
        "00400254": "CT head", "00400255": "", "00400260": [],
        "00400270": [item] if message.get("scheduled", True) else [], "00400281": [], "00400340": []})
    return changed(ds, message)


def end(message):
    series = {"00080054": "", "0008103E": "", "00081050": "", "00081070": "", "00081140": [
        {"00081150": "1.2.840.10008.5.1.4.1.1.2", "00081155": "1.2.3.4"}], "00181030": "HEAD", "0020000E": "1.2.10",
        "00400220": []}
    values = {}
    if "state" in message:
        values = {"00400250": "20261122", "00400251": "103000", "00400252": message["state"], "00400340": [series]}
    return changed(data_set(values), message)


def changed(ds, message):
    for tag in message.get("without", []):
        del ds[Tag(tag)]
    for tag, value in message.get("set", {}).items():
        ds[Tag(tag)] = element(tag, value)
    return ds


def flat(ds):
    return {"%04X%04X" % (e.tag.group, e.tag.element): "" if e.VR == "SQ" else str(e.value) for e in ds}


def answer(status, ds, uid):
    out = {"status": status.get("Status", -1) if status else -1, "comment": status.get("ErrorComment") if status else None,
           "error": status.get("ErrorID") if status else None, "instance": uid}
    tags = status.get("AttributeIdentifierList") if status else None
    if tags:
        tags = [tags] if isinstance(tags, (int, pydicom.tag.BaseTag)) else tags
        out["attributes"] = ["%08X" % int(tag) for tag in tags]
    if ds:
        out["data"] = flat(ds)
    return out


def context(association, uid, implicit):
    syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    return [c for c in association.accepted_contexts
            if c.abstract_syntax == uid and c.transfer_syntax[0] == syntax][0]


def raw(association, message, implicit):
    """What pynetdicom itself would refuse to send, or sends on another context: the message as it is."""
    accepted = context(association, MPPS, implicit)
    association._reactor_checkpoint.clear()
    while not association._is_paused:
        time.sleep(0.001)
    association.dimse.send_msg(message, accepted.context_id)
    _, response = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    status = Dataset()
    for name in ("Status", "ErrorComment", "ErrorID", "AttributeIdentifierList"):
        value = getattr(response, name, None)
        if value is not None:
            setattr(status, name, value)
    data = getattr(response, "AttributeList", None)
    ds = None
    if data is not None:
        from pynetdicom.dsutils import decode
        ds = decode(data, implicit, True)
    return answer(status, ds, getattr(response, "AffectedSOPInstanceUID", None))


def send(association, message):
    from io import BytesIO
    from pynetdicom.dsutils import encode
    implicit = message.get("implicit", False)
    if message["do"] == "get":
        tags = [Tag(tag) for tag in message.get("tags", [])]
        status, ds = association.send_n_get(tags, RETRIEVE, message["uid"])
        return answer(status, ds, message["uid"])
    request = N_CREATE() if message["do"] == "create" else N_SET()
    request.MessageID = 1
    if message["do"] == "create":
        request.AffectedSOPClassUID = MPPS
        if "uid" in message:
            request.AffectedSOPInstanceUID = message["uid"]
        request.AttributeList = BytesIO(encode(begin(message), implicit, True))
    else:
        request.RequestedSOPClassUID = MPPS
        request.RequestedSOPInstanceUID = message["uid"]
        request.ModificationList = BytesIO(encode(end(message), implicit, True))
    return raw(association, request, implicit)


def associate(settings):
    ae = AE(ae_title=settings.get("calling", "CT01"))
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = settings.get("timeout", 20)
    for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian):
        ae.add_requested_context(MPPS, syntax)
    ae.add_requested_context(RETRIEVE, ExplicitVRLittleEndian)
    return ae.associate("127.0.0.1", settings["port"], ae_title="LABRADOR")


def talk(settings):
    association = associate(settings)
    if not association.is_established:
        raise SystemExit("no association")
    answers = [send(association, message) for message in settings["messages"]]
    association.release()
    print(json.dumps(answers))


def load(settings):
    """Steps one after the other; what is not answered is sent again until it is."""
    created, ended, repeated = [], [], 0
    association = None
    while not os.path.exists(settings["stop"]):
        uid = str(generate_uid())
        for message, done in (({"do": "create", "uid": uid}, created),
                              ({"do": "set", "uid": uid, "state": "COMPLETED"}, ended)):
            first = True
            while True:
                try:
                    if association is None or not association.is_established:
                        association = associate(dict(settings, timeout=5))
                        if not association.is_established:
                            time.sleep(0.05)
                            continue
                    got = send(association, dict(message, accession="", step="", study=uid))
                except Exception:
                    got = {"status": -1}
                if got["status"] == 0 or (not first and got["status"] in (0x0111, 0x0110)):
                    done.append(uid)
                    break
                if got["status"] not in (-1, 0x0110):
                    raise SystemExit("answered with %04X: %s" % (got["status"], got.get("comment")))
                if association is not None:
                    association.abort()
                association, first, repeated = None, False, repeated + 1
    if association is not None and association.is_established:
        association.release()
    print(json.dumps({"created": created, "ended": ended, "repeated": repeated}))


def serve(port, file):
    def keep(name):
        def handle(event):
            ds = event.attribute_list if name == "N-CREATE" else event.modification_list
            uid = event.request.AffectedSOPInstanceUID if name == "N-CREATE" else event.request.RequestedSOPInstanceUID
            with open(file, "a") as out:
                out.write(json.dumps({"do": name, "uid": str(uid), "state": str(ds.get("PerformedProcedureStepStatus")),
                                      "syntax": str(event.context.transfer_syntax),
                                      "name": str(ds.get("PatientName", ""))}) + "\n")
            return 0x0000, ds
        return handle

    ae = AE(ae_title="RIS")
    ae.add_supported_context(MPPS, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    server = ae.start_server(
        ("127.0.0.1", int(port)), block=False,
        evt_handlers=[(evt.EVT_N_CREATE, keep("N-CREATE")), (evt.EVT_N_SET, keep("N-SET"))])
    print("ready", flush=True)
    while True:
        time.sleep(1)


if sys.argv[1].startswith("load-"):
    load(json.loads(sys.argv[2]))
elif sys.argv[1] == "serve":
    serve(sys.argv[2], sys.argv[3])
else:
    talk(json.loads(sys.argv[1]))
