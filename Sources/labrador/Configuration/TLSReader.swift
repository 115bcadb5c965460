import Links
import Profiles

/// Reads `tls:` of a link, and looks at the files it names.
final class TLSReader {
    private let opensFiles: Bool
    /// What was found in files already looked at: many devices may share them.
    private var known: [LinkTLS: [TLSFault]] = [:]

    /// - Parameter opensFiles: Whether the files are opened at all; a listing command has no business with them.
    init(opensFiles: Bool) { self.opensFiles = opensFiles }

    /// `tls: { certificate_file, key_file, client_ca_file? }` of a listener.
    func server(_ value: YAMLValue) -> LinkTLS? {
        value.map { map in
            let files = Files(
                certificate: map.require("certificate_file"), key: map.require("key_file"),
                trust: map["client_ca_file"])
            return checked(files, LinkTLS(role: .server))
        } ?? nil
    }

    /// `tls: { ca_file?, certificate_file?, key_file?, server_name? }` of a link that connects.
    func client(_ value: YAMLValue) -> LinkTLS? {
        value.map { map in
            let files = Files(certificate: map["certificate_file"], key: map["key_file"], trust: map["ca_file"])
            if (files.certificate == nil) != (files.key == nil) {
                value.mistake("certificate_file and key_file belong together; one of them is missing")
            }
            var tls = LinkTLS(role: .client)
            tls.serverName = map["server_name"].flatMap(name)
            return checked(files, tls)
        } ?? nil
    }

    private struct Files {
        var certificate: YAMLValue?
        var key: YAMLValue?
        var trust: YAMLValue?

        subscript(file: TLSFault.File) -> YAMLValue? {
            switch file {
            case .certificate: certificate
            case .key: key
            case .trust: trust
            }
        }
    }

    private func checked(_ files: Files, _ empty: LinkTLS) -> LinkTLS? {
        var tls = empty
        tls.certificateFile = files.certificate?.name()
        tls.keyFile = files.key?.name()
        tls.trustFile = files.trust?.name()
        // What is missing was noted.
        guard (tls.certificateFile == nil) == (tls.keyFile == nil),
            tls.role == .client || tls.certificateFile != nil
        else { return nil }
        guard opensFiles else { return tls }
        let faults = known[tls] ?? tls.faults()
        known[tls] = faults
        for fault in faults {
            let value = files[fault.file]
            value?.mistake("'\(value?.name() ?? "")' cannot be used: \(fault.why)")
        }
        return tls
    }

    private func name(_ value: YAMLValue) -> String? {
        guard let text = value.name(), ConfigurationReader.host(text, at: value) else { return nil }
        return AddressRange(text) == nil
            ? text : value.wrong("'\(text)' is an address; certificates are made for names")
    }
}
