/// What went wrong between a peer and TLS.
extension PeerText {
    /// Whether a peer's first bytes are a handshake or a refusal of TLS (RFC 8446 section 5.1).
    static func isTLSRecord(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x16, 0x03]) || bytes.starts(with: [0x15, 0x03])
    }

    /// What the first bytes on the TLS port say about a peer that does not begin with TLS.
    static func firstBytesInsteadOfTLS(_ bytes: [UInt8]) -> String {
        if bytes.first == 0x01 {
            return
                "this peer speaks clear DICOM on the TLS port; switch TLS on at the peer, or let it call the clear port"
        }
        return firstBytes(bytes).replacing("this is the DICOM port", with: "this is the port for DICOM over TLS")
    }

    /// OpenSSL's reason in a few words, where a person is to do something about it.
    ///
    /// - Parameter isServer: Whether the peer called us.
    static func handshake(_ reason: String, isServer: Bool) -> String {
        let lower = reason.lowercased()
        let known = isServer ? asServer + asEither : asClient + asEither
        let words = known.first { lower.contains($0.part) }?.words
        return "TLS failed: \(words ?? reason)"
    }

    private typealias Words = (part: String, words: String)

    private static let asServer: [Words] = [
        (
            "peer did not return a certificate",
            "the peer showed no certificate, and `dicom.tls.client_certificate` asks for one"
        ),
        ("has expired", "the peer's certificate has expired"),
        ("not yet valid", "the peer's certificate is not valid yet; compare the clocks"),
        (
            "certificate verify failed",
            "nobody we trust vouches for the peer's certificate: add its authority to `dicom.tls.trust_file`, or pin it"
        ),
        ("alert unknown ca", "the peer does not trust our certificate: enter our authority there"),
        ("alert bad certificate", "the peer does not accept our certificate"),
        ("alert certificate expired", "the peer says that our certificate has expired"),
        ("alert certificate unknown", "the peer does not accept our certificate"),
        (
            "unsupported protocol", "the peer knows only versions older than TLS 1.2; 1.2 is the least here (RFC 9325)"
        ),
    ]

    private static let asClient: [Words] = [
        ("has expired", "its certificate has expired"),
        ("not yet valid", "its certificate is not valid yet; compare the clocks"),
        ("hostname mismatch", "its certificate is for another name than `host`"),
        ("certificate not trusted", "it showed another certificate than its `tls.pin`"),
        (
            "certificate verify failed",
            "nobody we trust vouches for its certificate: add its authority to `dicom.tls.trust_file`, or pin it"
        ),
        ("alert unknown ca", "it does not trust our certificate: enter our authority there"),
        ("alert bad certificate", "it does not accept our certificate"),
        ("alert certificate required", "it asks for a certificate and did not take ours"),
        ("alert certificate expired", "it says that our certificate has expired"),
        ("alert handshake failure", "it has no cipher suite in common with us, or wants another certificate"),
        ("alert protocol version", "it has no TLS version in common with us; 1.2 is the least here"),
        ("wrong version number", "it does not speak TLS on this port"),
        ("the peer hung up", "it hung up; does it speak TLS on this port?"),
    ]

    private static let asEither: [Words] = [
        ("no shared cipher", "the peer has no cipher suite in common with us; ours are those of RFC 9325"),
        ("unsupported protocol", "the peer and we have no TLS version in common; 1.2 is the least here"),
        ("wrong version number", "what the peer says is no TLS that we understand"),
        ("the peer hung up", "the peer hung up during the handshake"),
        ("stopped in the middle", "the peer stopped in the middle of the handshake"),
    ]
}
