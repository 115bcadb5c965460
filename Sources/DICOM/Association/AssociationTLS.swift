import CDCMTK

/// TLS for associations (PS3.15 B.12): our certificate, and whom we trust.
public struct AssociationTLS: Sendable, Hashable, Codable {
    /// What is asked of those who call.
    public enum ClientCertificate: String, Sendable, Hashable, Codable, CaseIterable {
        /// Without a certificate that is trusted nobody gets in.
        case required
        /// A modality need not show one, unless it is pinned.
        case optional
    }

    /// Our certificate and those above it, PEM.
    public var certificateFile: String
    /// Its key, PEM without pass phrase.
    public var keyFile: String
    /// Certificates that a peer's may be issued by, or be, PEM; nil for none.
    public var trustFile: String?
    /// What is asked of those who call.
    public var clientCertificate: ClientCertificate

    /// A set-up.
    public init(
        certificateFile: String, keyFile: String, trustFile: String? = nil,
        clientCertificate: ClientCertificate = .required
    ) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.trustFile = trustFile
        self.clientCertificate = clientCertificate
    }

    /// What is wrong with the files; nil when they are of use.
    public func fault() -> TLSFileFault? {
        do throws(TLSFileFault) {
            _ = try TLSHandle(server: self, pins: [])
            return nil
        } catch {
            return error
        }
    }

    /// Until when our own certificate is valid, seconds of Unix time; nil when the files are of no use.
    public func expiry() -> Int64? { try? TLSHandle(server: self, pins: []).expiry }
}

/// What is wrong with a file of an `AssociationTLS`.
public struct TLSFileFault: Error, Sendable, Hashable {
    /// Which one.
    public enum File: Sendable, Hashable { case certificate, key, trust, none }

    /// The file concerned.
    public let file: File
    /// What is wrong and what to do, as the end of a sentence.
    public let why: String

    init(_ fault: cdcmtk_tls_fault) {
        file =
            switch Int(fault.file) {
            case CDCMTK_TLS_CERTIFICATE: .certificate
            case CDCMTK_TLS_KEY: .key
            case CDCMTK_TLS_TRUST: .trust
            default: .none
            }
        why = withUnsafeBytes(of: fault.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// A set-up of the bridge: files read, rules applied.
final class TLSHandle {
    let pointer: OpaquePointer

    /// For those who call us; `pins` are trusted besides the trust file.
    init(server tls: AssociationTLS, pins: [CertificatePin]) throws(TLSFileFault) {
        pointer = try Self.make(tls.certificateFile, tls.keyFile, tls.trustFile, pins, nil) { settings in
            settings.is_server = 1
            let isRequired = tls.clientCertificate == .required
            settings.peer_certificate = Int32(isRequired ? CDCMTK_PEER_REQUIRED : CDCMTK_PEER_OPTIONAL)
        }
    }

    /// To call a peer: with a pin that certificate and no other, else one that the trust file vouches for, or the
    /// machine's authorities where there is none.
    init(client tls: AssociationTLS, pin: CertificatePin?, serverName: String?) throws(TLSFileFault) {
        let trust = pin == nil ? tls.trustFile : nil
        let name = pin == nil ? serverName : nil
        pointer = try Self.make(tls.certificateFile, tls.keyFile, trust, pin.map { [$0] } ?? [], name) { _ in }
    }

    deinit { cdcmtk_tls_destroy(pointer) }

    var expiry: Int64 { cdcmtk_tls_expiry(pointer) }

    private static func make(
        _ certificate: String, _ key: String, _ trust: String?, _ pins: [CertificatePin], _ name: String?,
        _ change: (inout cdcmtk_tls_settings) -> Void
    ) throws(TLSFileFault) -> OpaquePointer {
        var fault = cdcmtk_tls_fault()
        let prints = pins.map { pin in
            var print = cdcmtk_fingerprint()
            withUnsafeMutableBytes(of: &print.bytes) { $0.copyBytes(from: pin.digest) }
            return print
        }
        let made = withCStrings([certificate, key, trust ?? "", name ?? ""]) { words in
            prints.withUnsafeBufferPointer { prints -> OpaquePointer? in
                var settings = cdcmtk_tls_settings()
                settings.certificate_file = words[0]
                settings.key_file = words[1]
                settings.trust_file = trust == nil ? nil : words[2]
                settings.server_name = name == nil ? nil : words[3]
                settings.pins = prints.baseAddress
                settings.pin_count = prints.count
                change(&settings)
                return cdcmtk_tls_create(settings, &fault)
            }
        }
        guard let made else { throw TLSFileFault(fault) }
        return made
    }
}
