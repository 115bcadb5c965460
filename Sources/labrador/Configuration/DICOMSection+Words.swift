import DICOM
import Foundation

extension DICOMSection {
    /// How a modality is called over TLS; nil in clear.
    func callTLS(_ modality: ModalitySection) -> EchoTLS? {
        guard let rules = modality.rules.tls, let tls else { return nil }
        return EchoTLS(own: tls.files, pin: rules.pin)
    }
}

extension DICOMTLSSection {
    /// For `check`.
    var words: String {
        let asked =
            switch files.clientCertificate {
            case .required: "client certificate required"
            case .optional: "client certificate optional"
            }
        return "TLS on \(listen), \(asked)" + (CertificateLifetime(files)?.words(now: Date()) ?? "")
    }
}

extension CallerRules {
    /// For `check`; empty where nothing is asked.
    var words: String {
        var parts: [String] = []
        if let address { parts.append("calls from \(address) only") }
        if let maxAssociations { parts.append("at most \(maxAssociations) associations") }
        if let tls { parts.append((tls.isRequired ? "TLS required" : "TLS") + (tls.pin == nil ? "" : ", pinned")) }
        return parts.map { ", \($0)" }.joined()
    }
}

/// Until when our own certificate is valid.
struct CertificateLifetime: Equatable {
    /// The end is told so long before it comes, days.
    static let warningDays = 30

    let end: Date

    init(end: Date) { self.end = end }

    /// Nil when the certificate cannot be read, which is told elsewhere.
    init?(_ tls: AssociationTLS) {
        guard let seconds = tls.expiry(), seconds > 0 else { return nil }
        end = Date(timeIntervalSince1970: TimeInterval(seconds))
    }

    private var day: String { String(ISO8601DateFormatter().string(from: end).prefix(10)) }

    /// For `check`.
    func words(now: Date) -> String {
        end <= now
            ? ", certificate EXPIRED on \(day): modalities will not take it; renew it"
            : ", certificate valid until \(day)"
    }

    /// For the log; nil while there is time.
    func warning(now: Date) -> String? {
        if end <= now { return "the certificate of dicom.tls expired on \(day): modalities will not take it; renew it" }
        let left = Int(end.timeIntervalSince(now) / 86_400)
        return left < Self.warningDays ? "the certificate of dicom.tls expires on \(day), in \(left) days" : nil
    }
}
