import DICOM
import Glibc
import Profiles

/// `dicom.tls`: where TLS is spoken, and with what.
struct DICOMTLSSection: Sendable, Equatable {
    /// The port that IANA keeps for it (dicom-tls).
    static let usualPort = 2762

    var listen: SocketAddressText
    var files: AssociationTLS
}

/// TLS of associations: `dicom.tls`, and `tls` of a modality.
extension DICOMReader {
    /// `tls: { listen, certificate_file, key_file, trust_file, client_certificate }`.
    func tls(_ value: YAMLValue) -> DICOMTLSSection? {
        value.map { map in
            let listen = map["listen"]
            let address =
                listen.flatMap(ConfigurationReader.address)
                ?? SocketAddressText(host: "0.0.0.0", port: DICOMTLSSection.usualPort)
            plan.add(address, for: "radiology over TLS", at: listen)
            let files = (
                certificate: map.require("certificate_file"), key: map.require("key_file"), trust: map["trust_file"]
            )
            let (certificate, key, trust) = (files.certificate?.name(), files.key?.name(), files.trust?.name())
            let asked = map["client_certificate"]?.choice(of: AssociationTLS.ClientCertificate.self) ?? .required
            guard let certificate, let key else { return nil }
            let tls = AssociationTLS(
                certificateFile: certificate, keyFile: key, trustFile: trust, clientCertificate: asked)
            let absent = [files.certificate, files.key, files.trust].compactMap { $0 }.filter(isAbsent)
            for file in opensFiles ? absent : [] {
                file.mistake(
                    "'\(file.name() ?? "")' is not there; a name that begins with no / is looked for in the folder the "
                        + "program is started in. Write the whole path")
            }
            if opensFiles, absent.isEmpty, let fault = tls.fault() {
                let place =
                    switch fault.file {
                    case .certificate, .none: files.certificate
                    case .key: files.key
                    case .trust: files.trust
                    }
                place?.mistake("'\(place?.name() ?? "")' cannot be used: \(fault.why)")
            }
            return DICOMTLSSection(listen: address, files: tls)
        } ?? nil
    }

    private func isAbsent(_ file: YAMLValue) -> Bool { file.name().map { access($0, F_OK) != 0 } ?? false }

    /// `tls: { required, pin }` of a modality.
    func callerTLS(_ value: YAMLValue) -> CallerRules.TLS? {
        value.map { map in
            let required = map["required"]?.bool() ?? true
            return CallerRules.TLS(isRequired: required, pin: map["pin"].flatMap(pin))
        }
    }

    private func pin(_ value: YAMLValue) -> CertificatePin? {
        guard let text = value.name() else { return nil }
        return CertificatePin(text)
            ?? value.wrong(
                "'\(text)' is no fingerprint: write sha256: and the 64 digits that "
                    + "`openssl x509 -noout -fingerprint -sha256 -in FILE` prints")
    }

    /// Notes modalities whose `tls` can come to nothing.
    func noteTLSWithoutFiles(_ section: DICOMSection, at places: [String: YAMLValue]) {
        for modality in section.modalities where modality.rules.tls != nil && section.tls == nil {
            places[modality.id]?.mistake(
                "TLS needs our certificate: write dicom.tls with certificate_file and key_file")
        }
        guard let tls = section.tls, tls.files.clientCertificate == .required, tls.files.trustFile == nil,
            section.modalities.allSatisfy({ $0.rules.tls?.pin == nil })
        else { return }
        places[""]?.mistake(
            "a client certificate is required, and none can be trusted: write trust_file, give modalities a tls.pin, or "
                + "write client_certificate: optional")
    }
}
