"""C-ECHO over TLS with pynetdicom: PORT CALLING TRUST [CERTIFICATE KEY] [NEWEST]; prints what came of it."""

import json
import ssl
import sys

from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification

port, calling, trust, *rest = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.load_verify_locations(trust)
if len(rest) >= 2:
    context.load_cert_chain(rest[0], rest[1])
if len(rest) == 3:
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion[rest[2]]
    context.set_ciphers("ALL:@SECLEVEL=0")
out = {"rejection": ""}


def received(event):
    if event.pdu.pdu_type == 3:
        out["rejection"] = f"{event.pdu.result} {event.pdu.source} {event.pdu.reason_diagnostic}"


ae = AE(ae_title=calling)
ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 10
ae.add_requested_context(Verification)
association = ae.associate(
    "127.0.0.1", int(port), ae_title="LABRADOR", tls_args=(context, None), evt_handlers=[(evt.EVT_PDU_RECV, received)])
out["established"] = "yes" if association.is_established else "no"
out["status"] = ""
if association.is_established:
    out["status"] = f"{association.send_c_echo().Status:04X}"
    association.release()
print(json.dumps(out))
