/// The SHA-256 of a certificate in DER: the one certificate a peer must show.
public struct CertificatePin: Sendable, Hashable, Codable, CustomStringConvertible {
    /// 32 bytes.
    let digest: [UInt8]

    /// `sha256:` and 64 hexadecimal digits, as OpenSSL's `x509 -fingerprint` writes them: with colons or without.
    ///
    /// Nil when it is something else.
    public init?(_ text: String) {
        let prefix = "sha256:"
        guard text.lowercased().hasPrefix(prefix) else { return nil }
        self.init(hexadecimal: text.dropFirst(prefix.count).filter { $0 != ":" })
    }

    /// 64 hexadecimal digits.
    init?(hexadecimal digits: some StringProtocol) {
        let values = digits.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 0xFF) }
        guard values.count == 64, values.allSatisfy({ $0 < 16 }) else { return nil }
        digest = stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// As it is written in the configuration.
    public var description: String {
        "sha256:" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// How an association came.
enum PeerTransport: Hashable, Sendable {
    /// On the clear port.
    case clear
    /// On the TLS port.
    ///
    /// The certificate is nil when the peer showed none, or none that anybody vouches for.
    case tls(version: String, certificate: CertificatePin?)
}
