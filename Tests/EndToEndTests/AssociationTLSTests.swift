import Core
import Foundation
import Testing

extension EndToEnd {
    /// The daemon's port for DICOM over TLS, with peers that share no code with it.
    @Suite("DICOM over TLS from outside", .enabled("openssl is installed") { SelfSigned.isPossible })
    struct AssociationTLS {
        private let files: TemporaryFolder
        private let ours: SelfSigned
        private let scanner: SelfSigned
        private let port: Int
        private let house: House

        init() async throws {
            files = try TemporaryFolder()
            ours = try await SelfSigned("labrador", in: files)
            scanner = try await SelfSigned("ct01", in: files)
            port = try Loopback.freePort()
            house = try House(
                [:], modalities: ["CT01": "CT"], posts: false,
                dicomMore: "  tls: { listen: '127.0.0.1:\(port)', certificate_file: \(ours.certificate), "
                    + "key_file: \(ours.key) }",
                modalityMore: ", tls: { pin: '\(scanner.pin)' }")
        }

        private func echo(_ own: SelfSigned?, trust: SelfSigned? = nil, newest: String? = nil) async throws -> JSONValue
        {
            let settings = ["\(port)", "CT01", (trust ?? ours).certificate]
            let certificate = own.map { [$0.certificate, $0.key] } ?? []
            let output = try await run(
                Python.interpreter,
                [Python.scripts + "/dicom_tls.py"] + settings + certificate + (newest.map { [$0] } ?? []))
            return try Python.last(output.code, output.out, output.err)
        }

        @Test(
            "pynetdicom gets in with its own certificate and with no other, and not with TLS 1.1",
            .enabled("pynetdicom is installed") { try await Python.has("pynetdicom") })
        func pynetdicom() async throws {
            let daemon = try await house.start()
            let stranger = try await SelfSigned("stranger", in: files)
            #expect(try await echo(scanner)["status"]?.text == "0000")
            #expect(try await echo(nil)["status"]?.text == "")
            #expect(try await echo(stranger)["status"]?.text == "")
            #expect(try await echo(scanner, newest: "TLSv1_2")["status"]?.text == "0000")
            #expect(try await echo(scanner, newest: "TLSv1_1")["established"]?.text == "no")
            // In clear it is rejected with the standard's reason.
            let clear = try DICOMLine(port: house.dicom)
            clear.write(DICOMLine.request(calling: "CT01"))
            #expect(try clear.pdu() == .init(type: 3, body: [0, 1, 1, 3]))
            // And on the wrong port it is told so.
            let wrong = try DICOMLine(port: port)
            wrong.write(DICOMLine.request(calling: "CT01"))
            #expect(try wrong.pdu().type == 7)
            for words in [
                "the peer showed no certificate", "nobody we trust vouches for the peer's certificate",
                "only versions older than TLS 1.2", "ct01 must use TLS and came on the clear port",
                "this peer speaks clear DICOM on the TLS port",
            ] { try await eventually("the log says: \(words)") { daemon.program.err.contains(words) } }
            try await daemon.stop()
        }

        @Test(
            "both ports outlive the radiology process, and a renewed certificate needs no restart",
            .enabled("pynetdicom is installed") { try await Python.has("pynetdicom") })
        func outlives() async throws {
            let daemon = try await house.start()
            let child = try #require(daemon.radiologyProcess)
            #expect(kill(child, SIGKILL) == 0)
            #expect(try await echo(scanner)["status"]?.text == "0000")
            #expect(daemon.radiologyProcess != child)

            let renewed = try await SelfSigned("renewed", in: files)
            for (new, old) in [(renewed.certificate, ours.certificate), (renewed.key, ours.key)] {
                try FileManager.default.removeItem(atPath: old)
                try FileManager.default.copyItem(atPath: new, toPath: old)
            }
            try await eventually("the renewed certificate", within: .seconds(15), every: .milliseconds(500)) {
                try await echo(scanner, trust: renewed)["status"]?.text == "0000"
            }
            #expect(daemon.program.err.contains("the files of dicom.tls have changed and are in use"))
            try await daemon.stop()
        }

        @Test(
            "`echo` calls a modality over TLS and looks at its certificate",
            .enabled("DCMTK is installed") { Modality.isInstalled })
        func called() async throws {
            let daemon = try await house.start()
            for (peer, isRight) in [(scanner, true), (try await SelfSigned("other", in: files), false)] {
                let server = try Program(
                    Modality.tools + "/storescp",
                    ["-aet", "CT01", "+tls", peer.key, peer.certificate, "+cf", ours.certificate, "\(house.modality)"],
                    folder: house.folder, name: "storescp-\(isRight)", directory: house.folder.path)
                try await eventually("an answer of the modality") {
                    let answer = try await house.command("echo", "CT01")
                    if isRight { return answer.code == 0 }
                    return answer.code == 1 && answer.err.contains("another certificate than its `tls.pin`")
                }
                try await server.kill()
            }
            try await daemon.stop()
        }

        @Test("`check` prints both ports, who must do what, and when our certificate ends")
        func check() async throws {
            let output = try await house.command("check")
            #expect(output.code == 0, "\(output.err)")
            let year = String(ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 2 * 86_400)).prefix(4))
            #expect(output.out.contains("LABRADOR on 127.0.0.1:\(house.dicom)"))
            #expect(
                output.out.contains(
                    "LABRADOR over TLS on 127.0.0.1:\(port), client certificate required, certificate valid until \(year)"
                ))
            #expect(output.out.contains("ct01: CT01, CT at 127.0.0.1:"))
            #expect(output.out.contains(", TLS required, pinned"))
        }
    }
}
