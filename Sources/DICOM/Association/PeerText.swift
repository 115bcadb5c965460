/// Words for people about what a peer did.
enum PeerText {
    /// What the first bytes of a connection that was no DICOM say about the peer.
    static func firstBytes(_ bytes: [UInt8]) -> String {
        let http: [[UInt8]] = ["GET ", "POST", "HEAD", "PUT ", "OPTI", "PRI "].map { Array($0.utf8) }
        if bytes.starts(with: [0x16, 0x03]) {
            return "the peer speaks TLS on the port for clear DICOM; switch TLS off at the peer"
        }
        if http.contains(where: bytes.starts(with:)) { return "the peer speaks HTTP; this is the DICOM port" }
        if bytes.first == 0x0B { return "the peer speaks HL7 over MLLP; this is the DICOM port" }
        if bytes.first == 0x05 { return "the peer speaks ASTM (ENQ) or sent a DICOM release; this is the DICOM port" }
        if let type = bytes.first, (0x02...0x07).contains(type) {
            return "the peer began with a DICOM PDU of type \(type), not with an A-ASSOCIATE-RQ"
        }
        let hex = bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        return "the peer does not speak DICOM; its first bytes are \(hex.joined(separator: " "))"
    }

    /// An AE title for a log line: visible ASCII, spaces kept, the rest as `\xNN`, in quotation marks.
    static func title(_ title: String) -> String {
        let shown = title.utf8.map { byte in
            (0x20..<0x7F).contains(byte)
                ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
        }
        return "\"\(shown.joined())\""
    }

    /// What a rejection of our own request means (PS3.8 table 9-21).
    static func rejected(result: UInt16, source: UInt16, reason: UInt16) -> String {
        let why =
            switch (source, reason) {
            case (1, 1): "no reason given"
            case (1, 2): "the peer does not support the DICOM application context"
            case (1, 3): "the peer does not know our AE title; enter it there"
            case (1, 7): "the peer has another AE title than the one we called; correct it in the configuration"
            case (2, 1): "no reason given by the peer's association layer"
            case (2, 2): "the peer speaks another version of the protocol"
            case (3, 1): "the peer is congested for the moment"
            case (3, 2): "the peer has as many associations as it takes"
            default: "source \(source), reason \(reason)"
            }
        return "rejected \(result == 2 ? "for now" : "for good"): \(why)"
    }
}
