import Foundation
import Testing

extension EndToEnd {
    @Suite("What `check` says about who is let in on the DICOM ports")
    struct AssociationConfiguration {
        private let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        private func check(_ lines: String...) async throws -> Output {
            let file = try folder.write("dicom:\n" + lines.map { "  \($0)\n" }.joined(), to: "c.yaml")
            var output = try await labrador("check", "--config", file)
            output.err = output.err.replacingOccurrences(of: file + ":", with: "")
            return output
        }

        private func modality(_ more: String) -> String {
            "modalities: [{ id: ct-1, ae_title: CT01, modality: CT\(more) }]"
        }

        @Test(
            "a mistake is told at its line, with what would be right",
            arguments: [
                ("ae_titles: loose", "2: dicom.ae_titles: ", "exact, ignore-case"),
                ("limits: { associations: 0 }", "2: dicom.limits.associations: ", "1"),
                ("limits: { associations_per_address: 300 }", "2: dicom.limits.associations_per_address: ", "256"),
                ("limits: { idle: 2s }", "2: dicom.limits.idle: ", "out of range"),
                ("limits: { idle: 120 }", "2: dicom.limits.idle: ", "unit"),
                ("limits: { association: 2m }", "2: dicom.limits.association: ", "out of range"),
                ("limits: { message: 500ms }", "2: dicom.limits.message: ", "out of range"),
                ("limits: { mesage: 5s }", "2: dicom.limits", "message"),
                ("tls: { key_file: /x }", "2: dicom.tls", "certificate_file"),
                (
                    "tls: { certificate_file: /none, key_file: /none, client_certificate: no }",
                    "2: dicom.tls.client_certificate: ", "required, optional"
                ),
                (
                    "tls: { certificate_file: /none, key_file: /none, client_certificate: optional }",
                    "2: dicom.tls.certificate_file: ", "'/none' is not there; a name that begins with no /"
                ),
                (
                    "tls: { listen: '0.0.0.0:11112', certificate_file: /none, key_file: /none }",
                    "dicom.tls.listen: ", "0.0.0.0:11112 is taken: radiology listens"
                ),
            ])
        func mistakes(line: String, place: String, words: String) async throws {
            let output = try await check(line)
            #expect(output.code == 1)
            let found = output.err.split(separator: "\n").contains { $0.contains(place) && $0.contains(words) }
            #expect(found, "\(output.err)")
        }

        @Test(
            "the same for a modality",
            arguments: [
                (", check_address: true", "check_address", "write the modality's IPv4 address as `host`"),
                (", check_address: true, host: ct.example", "check_address", "names are not looked up"),
                (", max_associations: 0", "max_associations", "1"),
                (", tls: { pin: 'sha1:00' }", "tls.pin", "openssl x509 -noout -fingerprint -sha256"),
                (", tls: { required: true }", "tls", "write dicom.tls with certificate_file and key_file"),
            ])
        func modalityMistakes(more: String, place: String, words: String) async throws {
            let output = try await check(modality(more))
            #expect(output.code == 1)
            #expect(output.err.contains(words), "\(output.err)")
            #expect(output.err.hasPrefix("2: dicom.modalities[1].\(place): "), "\(output.err)")
        }

        @Test("titles that differ in capitals only are two modalities, unless capitals are ignored")
        func capitals() async throws {
            let two =
                "modalities: [{ id: a, ae_title: CT01, modality: CT }, { id: b, ae_title: ct01, modality: CT }]"
            #expect(try await check(two).code == 0)
            let ignoring = try await check("ae_titles: ignore-case", two)
            #expect(ignoring.code == 1 && ignoring.err.contains("is the AE title of two modalities"))
        }

        @Test("rules that are right are printed", .enabled("openssl is installed") { SelfSigned.isPossible })
        func right() async throws {
            let ours = try await SelfSigned("ours", in: folder)
            let tls = "tls: { certificate_file: \(ours.certificate), key_file: \(ours.key) }"
            let output = try await check(
                tls, "limits: { associations: 16, idle: 90s }",
                modality(
                    ", host: 10.0.1.5, check_address: true, max_associations: 2, tls: { required: false, pin: '\(ours.pin)' }"
                ))
            #expect(output.code == 0, "\(output.err)")
            #expect(output.out.contains("LABRADOR over TLS on 0.0.0.0:2762, client certificate required"))
            #expect(
                output.out.contains("calls from 10.0.1.5 only, at most 2 associations, TLS, pinned"), "\(output.out)")
            // Nobody could ever be let in.
            let closed = try await check(tls)
            #expect(
                closed.code == 1 && closed.err.contains("a client certificate is required, and none can be trusted"))
        }
    }
}
