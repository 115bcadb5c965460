import Core
import Foundation
import Glibc
import Testing

@testable import DICOM

/// Associations over TLS: with pynetdicom, with ourselves, and with peers that speak something else.
@Suite("DICOM over TLS", .serialized, .enabled(if: TestCertificates.isPossible, "needs openssl"))
struct AssociationTLSTests {
    private let made: TestCertificates

    init() throws { made = try TestCertificates("server", "ct", "other") }

    private func server(
        _ tls: AssociationTLS? = nil, pin: CertificatePin? = nil, isRequired: Bool = true,
        limits: (inout RadiologyLimits) -> Void = { _ in }
    ) throws -> TestServer {
        try TestServer(TestSource([]), limits: limits) { configuration in
            configuration.tls = tls ?? made.tls()
            configuration.modalities[0].rules.tls = .init(isRequired: isRequired, pin: pin)
        }
    }

    /// C-ECHO of pynetdicom as CT01.
    private func peer(
        _ server: TestServer, _ tls: [String: String]?, calling: String = "CT01"
    ) throws -> [String: Any] {
        var settings: [String: Any] = ["do": "echo", "calling": calling, "timeout": 5]
        settings["port"] = Int((tls == nil ? server.port : server.tlsPort) ?? 0)
        if let tls { settings["tls"] = tls }
        return try Peers.pynetdicom(settings)
    }

    private func echo(
        _ server: TestServer, _ tls: EchoTLS?, calling: String = "CT01", host: String = "127.0.0.1",
        clearPort: Bool = false
    ) -> String {
        var target = EchoTarget(
            host: host, port: clearPort ? server.port : server.tlsPort ?? 0, calledAETitle: "LABRADOR",
            callingAETitle: calling, tls: tls)
        target.answerTimeout = 5
        switch Echo.run(target, logger: server.log.logger()) {
        case .success: return "success"
        case .failure(let why): return why
        }
    }

    // MARK: - An independent peer

    @Test(
        "mutual authentication with TLS 1.2 and 1.3", .enabled(if: Peers.hasPynetdicom, Peers.needsPynetdicom),
        arguments: ["TLSv1_2", "TLSv1_3"])
    func mutual(version: String) throws {
        let server = try server(pin: made.pin("ct"))
        let answer = try peer(server, made.peer("ct", ["newest": version]))
        #expect(answer["status"] as? Int == 0)
        server.server.stop()
        #expect(server.log.all.filter { $0.hasPrefix("warning") } == [])
    }

    @Test("what is refused, how, and with which words", .enabled(if: Peers.hasPynetdicom, Peers.needsPynetdicom))
    func refused() throws {
        try made.selfSigned("stranger")
        try made.issue("old", to: "20200201000000Z")
        let server = try server(pin: made.pin("ct"))
        let handshakes: [([String: String], String)] = [
            (made.peer(), "the peer showed no certificate"),
            (made.peer("stranger"), "nobody we trust vouches for the peer's certificate"),
            (made.peer("old"), "the peer's certificate has expired"),
            (made.peer("ct", ["newest": "TLSv1_1"]), "only versions older than TLS 1.2"),
            (made.peer("ct", ["newest": "TLSv1"]), "only versions older than TLS 1.2"),
            (
                made.peer("ct", ["newest": "TLSv1_2", "ciphers": "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"]),
                "no cipher suite in common"
            ),
        ]
        for (tls, words) in handshakes {
            let answer = try peer(server, tls)
            #expect(answer["established"] as? Bool == false && answer["rejection"] == nil, "\(words)")
            #expect(server.log.contains(words), "\(words): \(server.log.all.suffix(3))")
        }
        // A certificate that is trusted, but another modality's.
        #expect(try peer(server, made.peer("other"))["rejection"] as? [Int] == [1, 1, 3])
        #expect(server.log.contains("ct-1 showed the certificate \(try made.pin("other"))"))
        #expect(try peer(server, made.peer("other"), calling: "MR01")["status"] as? Int == 0)
        // And the right one on the wrong port.
        #expect(try peer(server, nil)["rejection"] as? [Int] == [1, 1, 3])
        #expect(server.log.contains("ct-1 must use TLS and came on the clear port"))
        #expect(try peer(server, made.peer("ct"))["status"] as? Int == 0)
    }

    @Test(
        "a certificate is optional where that is configured", .enabled(if: Peers.hasPynetdicom, Peers.needsPynetdicom))
    func optional() throws {
        try made.selfSigned("stranger")
        let open = try server(made.tls(trust: nil, .optional))
        #expect(try peer(open, made.peer())["status"] as? Int == 0)
        // One that nobody vouches for is as good as none.
        #expect(try peer(open, made.peer("stranger"))["status"] as? Int == 0)
        let pinned = try server(made.tls(trust: nil, .optional), pin: made.pin("stranger"))
        #expect(try peer(pinned, made.peer("stranger"))["status"] as? Int == 0)
        #expect(try peer(pinned, made.peer())["rejection"] as? [Int] == [1, 1, 3])
        #expect(try peer(pinned, made.peer("ct"))["rejection"] as? [Int] == [1, 1, 3])
        #expect(try peer(pinned, made.peer(), calling: "MR01")["status"] as? Int == 0)
        // With authorities a certificate of none of them is refused.
        let trusting = try server(made.tls(trust: "ca", .optional))
        #expect(try peer(trusting, made.peer())["status"] as? Int == 0)
        #expect(try peer(trusting, made.peer("stranger"))["established"] as? Bool == false)
    }

    // MARK: - Ourselves as requestor

    @Test("we call over TLS: the pin, the authority and the name are looked at")
    func calling() throws {
        try made.selfSigned("stranger")
        let server = try server(pin: made.pin("ct"))
        let own = made.tls("ct")
        #expect(echo(server, EchoTLS(own: own, pin: try made.pin("server"))) == "success")
        #expect(echo(server, EchoTLS(own: own)) == "success")
        #expect(echo(server, EchoTLS(own: own), host: "localhost") == "success")
        #expect(echo(server, EchoTLS(own: own, pin: try made.pin("other"))).contains("another certificate than its"))
        #expect(echo(server, EchoTLS(own: made.tls("ct", trust: "stranger"))).contains("nobody we trust vouches"))
        #expect(
            echo(server, EchoTLS(own: made.tls("stranger"))).contains("TLS failed: it does not trust our certificate"))
        #expect(echo(server, nil).contains("the peer aborted"))
        #expect(echo(server, EchoTLS(own: own), clearPort: true).contains("does it speak TLS on this port"))
        #expect(echo(server, EchoTLS(own: made.tls("none"))).contains("no certificate could be read"))
    }

    @Test("a pin stands for the certificate itself, whoever issued it and however old it is")
    func pins() throws {
        try made.selfSigned("alone")
        try made.issue("old", to: "20200201000000Z")
        for name in ["alone", "old"] {
            let server = try server(made.tls(trust: nil), pin: made.pin(name))
            #expect(echo(server, EchoTLS(own: made.tls(name))) == "success", "\(name)")
            #expect(echo(server, EchoTLS(own: made.tls("ct"))) != "success")
        }
    }

    @Test("a renewed certificate is taken without a restart, one of no use is not")
    func renewal() throws {
        let server = try server()
        let first = EchoTLS(own: made.tls("ct"), pin: try made.pin("server"))
        #expect(echo(server, first) == "success")
        let second = EchoTLS(own: made.tls("ct"), pin: try made.pin("other"))
        for kind in ["pem", "key"] {
            try FileManager.default.removeItem(atPath: made.file("server." + kind))
            // Only one of the two has come.
            if kind == "key" {
                #expect(throws: RadiologyServerError.self) { try server.server.renewTLS() }
                #expect(echo(server, first) == "success")
            }
            try FileManager.default.copyItem(atPath: made.file("other." + kind), toPath: made.file("server." + kind))
        }
        try server.server.renewTLS()
        #expect(echo(server, second) == "success")
        #expect(echo(server, first) != "success")
    }

    // MARK: - Files

    @Test("files of no use are told, each by itself")
    func faults() throws {
        try made.selfSigned("weak", key: "rsa:1024 -nodes")
        func fault(_ tls: AssociationTLS) -> TLSFileFault.File? { tls.fault()?.file }
        #expect(fault(made.tls()) == nil)
        #expect(fault(made.tls("none")) == .certificate)
        var tls = made.tls()
        tls.keyFile = made.file("ct.key")
        #expect(fault(tls) == .key && tls.fault()?.why == "it is not the key of the certificate")
        tls.keyFile = made.file("ca.pem")
        #expect(fault(tls) == .key)
        #expect(fault(made.tls(trust: "none")) == .trust)
        #expect(made.tls("weak").fault()?.why.contains("2,048 bits") == true)
        #expect(made.tls().expiry() == 4_102_358_400)
    }

    // MARK: - Peers that misbehave

    @Test(
        "what does not speak TLS on the TLS port is told apart in words",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", "speaks HTTP; this is the port for DICOM over TLS"), ("garbage", "67 61 72"),
            ("\u{16}\u{03}\u{01}\u{00}\u{05}hello", "TLS failed"),
        ])
    func garbage(text: String, words: String) throws {
        let server = try server()
        _ = server.exchange(Array(text.utf8), tls: true)
        #expect(echo(server, EchoTLS(own: made.tls("ct"))) == "success")
        server.server.stop()
        #expect(server.log.contains(words), "\(server.log.all)")
    }

    @Test("a modality that speaks clear DICOM on the TLS port is told so, and aborted")
    func clearOnTLS() throws {
        let server = try server()
        #expect(server.exchange(SampleRequest.pdu(), tls: true) == [7, 0, 0, 0, 0, 4, 0, 0, 2, 2])
        server.server.stop()
        #expect(server.log.contains("this peer speaks clear DICOM on the TLS port"))
    }

    @Test("handshakes that stop half-way hold up nobody, and end with the association's time")
    func halfOpen() throws {
        let server = try server { $0.associationTimeout = 2 }
        // The beginning of a handshake record's head, and then nothing.
        let silent = (0..<8).map { _ in server.connect(tls: true) }
        defer { for descriptor in silent { close(descriptor) } }
        for descriptor in silent.suffix(4) { _ = send(descriptor, [0x16, 3, 1], 3, Int32(MSG_NOSIGNAL)) }
        let clock = ContinuousClock()
        let own = EchoTLS(own: made.tls("ct"))
        let took = clock.measure { for _ in 0..<5 { #expect(echo(server, own) == "success") } }
        #expect(took < .seconds(2))
        let began = clock.now
        var buffer = [UInt8](repeating: 0, count: 64)
        // Each is closed by the server.
        for descriptor in silent { while recv(descriptor, &buffer, buffer.count, 0) > 0 {} }
        #expect(clock.now - began < .seconds(4))
        server.server.stop()
        #expect(server.log.contains("stopped in the middle of the handshake"), "\(server.log.all)")
    }

    @Test("500 associations over TLS leave mappings and descriptors as they were")
    func noLeak() throws {
        let server = try server()
        let own = EchoTLS(own: made.tls("ct"))
        func counts() throws -> (mappings: Int, descriptors: Int) {
            (
                try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").count,
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            )
        }
        for _ in 0..<100 { #expect(echo(server, own) == "success") }
        let before = try counts()
        for _ in 0..<500 { #expect(echo(server, own) == "success") }
        let after = try counts()
        #expect(after.mappings < before.mappings + 100, "\(before) \(after)")
        #expect(after.descriptors < before.descriptors + 100, "\(before) \(after)")
    }
}
