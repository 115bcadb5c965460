import Foundation
import Testing

/// Runs the independent peers: DCMTK's commands (package dcmtk) and pynetdicom (PyPI), which shares no code with ours.
enum Peers {
    struct Output {
        var status: Int32
        var text: String
    }

    /// Runs a program to its end; a missing one fails the test with what to install.
    static func run(_ program: String, _ arguments: [String], install: String) throws -> Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let output = Output(status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
        try #require(output.status != 127, "\(program) is missing: \(install)")
        return output
    }

    static func dcmtk(_ program: String, _ arguments: [String]) throws -> Output {
        try run(program, arguments, install: "apt-get install dcmtk")
    }

    /// The interpreter that has pynetdicom: `LABRADOR_PYTHON`, else python3.
    static var python: String { ProcessInfo.processInfo.environment["LABRADOR_PYTHON"] ?? "python3" }

    /// Debian 12 does not package it: where it could not be installed the tests that need it are skipped.
    static let hasPynetdicom = (try? run(python, ["-c", "import pynetdicom"], install: "python3"))?.status == 0
    static let needsPynetdicom = Comment("pynetdicom is installed")

    /// Runs the script below with a JSON object of settings; gives back the JSON it prints.
    static func pynetdicom(_ settings: [String: Any]) throws -> [String: Any] {
        let install = "pip install pynetdicom, or name an interpreter that has it in LABRADOR_PYTHON"
        let json = try JSONSerialization.data(withJSONObject: settings)
        let output = try run(python, ["-c", script, String(decoding: json, as: UTF8.self)], install: install)
        try #require(!output.text.contains("No module named"), "pynetdicom is missing: \(install)")
        try #require(output.status == 0, "\(output.text)")
        let answer = output.text.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        return try #require(try JSONSerialization.jsonObject(with: answer) as? [String: Any], "\(output.text)")
    }

    private static let script = #"""
        import io, json, sys, time
        from pydicom.dataset import Dataset
        from pydicom.tag import Tag
        from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
        from pynetdicom import AE, evt
        from pynetdicom.dimse_primitives import C_FIND, C_STORE, N_CREATE
        from pynetdicom.sop_class import ModalityWorklistInformationFind as MWL, Verification
        s = json.loads(sys.argv[1])
        syntax = ImplicitVRLittleEndian if s.get("implicit") else ExplicitVRLittleEndian

        def data_set(keys):
            ds = Dataset()
            for tag, value in keys.items():
                if tag == "00080005":
                    ds.SpecificCharacterSet = value
                elif isinstance(value, list):
                    ds[Tag(tag)] = __import__("pydicom").dataelem.DataElement(Tag(tag), "SQ", [data_set(v) for v in value])
                else:
                    vr = __import__("pydicom").datadict.dictionary_VR(Tag(tag))
                    ds.add_new(Tag(tag), vr, value)
            return ds

        def flat(ds):
            out = {}
            for e in ds:
                key = "%04X%04X" % (e.tag.group, e.tag.element)
                if e.VR == "SQ":
                    out[key] = [flat(i) for i in e.value]
                else:
                    out[key] = "" if e.value is None else "\\".join(map(str, e.value)) if e.VM > 1 else str(e.value)
            return out

        ae = AE(ae_title=s.get("calling", "CT01"))
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = s.get("timeout", 20)
        for uid in (Verification, MWL):
            ae.add_requested_context(uid, syntax)
        out = {}

        # The PDU itself: when it and the end of the connection come together, pynetdicom may report an abort.
        def received(event):
            if event.pdu.pdu_type == 3:
                out["rejection"] = [event.pdu.result, event.pdu.source, event.pdu.reason_diagnostic]

        tls = None
        if "tls" in s:
            import ssl
            t, tls = s["tls"], ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            tls.check_hostname = False
            tls.load_verify_locations(t["trust"])
            if "newest" in t:
                tls.minimum_version = ssl.TLSVersion.TLSv1
                tls.maximum_version = ssl.TLSVersion[t["newest"]]
                tls.set_ciphers(t.get("ciphers", "ALL:@SECLEVEL=0"))
            if "certificate" in t: tls.load_cert_chain(t["certificate"], t["key"])
            tls = (tls, None)

        a = ae.associate(
            "127.0.0.1", s["port"], ae_title=s.get("called", "LABRADOR"), tls_args=tls,
            evt_handlers=[(evt.EVT_PDU_RECV, received)])
        out["established"] = a.is_established
        what = s["do"]

        def raw(message, context):
            a._reactor_checkpoint.clear()
            while not a._is_paused:
                time.sleep(0.001)
            a.dimse.send_msg(message, context)
            _, rsp = a.dimse.get_msg(block=True)
            a._reactor_checkpoint.set()
            out["status"] = rsp.Status if rsp else None
            out["comment"] = getattr(rsp, "ErrorComment", None) if rsp else None

        def context_of(uid):
            return [c.context_id for c in a.accepted_contexts if c.abstract_syntax == uid][0]

        if a.is_established:
            if what == "echo":
                out["status"] = a.send_c_echo().Status
            elif what == "find":
                out["responses"], out["statuses"] = [], []
                for status, ds in a.send_c_find(data_set(s["keys"]), MWL, msg_id=7):
                    out["statuses"].append(status.Status if status else None)
                    if "ErrorComment" in status: out["comment"] = status.ErrorComment
                    if ds is not None and s.get("keep", True): out["responses"].append(flat(ds))
                    if s.get("cancel") and len(out["statuses"]) == s["cancel"]:
                        a.send_c_cancel(7, query_model=MWL)
            elif what == "identifier":
                m = C_FIND()
                m.MessageID, m.AffectedSOPClassUID, m.Priority = 1, MWL, 2
                m.Identifier = io.BytesIO(bytes.fromhex(s["head"]) + bytes.fromhex(s["unit"]) * s["times"])
                raw(m, context_of(MWL))
            elif what == "store":
                m = C_STORE()
                m.MessageID, m.Priority = 1, 2
                m.AffectedSOPClassUID = m.AffectedSOPInstanceUID = MWL
                m.DataSet = io.BytesIO(b"\x08\x00\x60\x00CS\x02\x00CT")
                raw(m, context_of(MWL))
            elif what == "create":
                m = N_CREATE()
                m.MessageID, m.AffectedSOPClassUID = 1, Verification
                raw(m, context_of(Verification))
            elif what == "other-class":
                m = C_FIND()
                m.MessageID, m.AffectedSOPClassUID, m.Priority = 1, "1.2.840.10008.5.1.4.1.2.1.1", 2
                m.Identifier = io.BytesIO(b"\x10\x00\x10\x00PN\x00\x00")
                raw(m, context_of(MWL))
            if what in ("store", "create", "other-class", "identifier"):
                try: out["echo after"] = getattr(a.send_c_echo(), "Status", None)
                except RuntimeError: out["echo after"] = None
            if s.get("abort"): a.abort()
            elif a.is_established: a.release()
        print(json.dumps(out))
        """#
}
