import Core
import Foundation
import NIOSSL
import Testing
import Upstream

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/tls")

    private func certificate(_ name: String = "certificate") -> String {
        folder.appendingPathComponent("\(name).pem").path
    }

    private func server(_ name: String = "certificate") async throws -> ScriptedServer {
        let certificates = try NIOSSLCertificate.fromPEMFile(certificate(name))
        let key = try NIOSSLPrivateKey(file: folder.appendingPathComponent("key.pem").path, format: .pem)
        return try await ScriptedServer(
            tls: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        ) { _, _ in .done() }
    }

    @Test func aCertificateThatIsTrustedPasses() async throws {
        let server = try await server()
        let destination = try FHIRDestination.test(server.url, certificates: certificate())
        let verdict = await destination.verdict(on: Sample.delivery(1))
        #expect(verdict.kind == .delivered, "\(verdict.text)")
        await destination.close()
        try await server.stop()
    }

    @Test func aCertificateNobodyTrustsStopsTheLane() async throws {
        let server = try await server()
        let destination = try FHIRDestination.test(server.url)
        let verdict = await destination.verdict(on: Sample.delivery(1))
        #expect(verdict.kind == .laneFault, "\(verdict.text)")
        #expect(verdict.text.contains("certificate is not trusted"), "\(verdict.text)")
        #expect(server.requests.isEmpty)
        await destination.close()
        try await server.stop()
    }

    @Test func aCertificateForAnotherNameStopsTheLane() async throws {
        let server = try await server("other-name")
        let destination = try FHIRDestination.test(server.url, certificates: certificate("other-name"))
        let verdict = await destination.verdict(on: Sample.delivery(1))
        #expect(verdict.kind == .laneFault, "\(verdict.text)")
        #expect(server.requests.isEmpty)
        await destination.close()
        try await server.stop()
    }

    @Test func aServerThatDoesNotSpeakTLSStopsTheLane() async throws {
        // It answers the first bytes of the handshake, which are no HTTP request, with nothing: the other side speaks
        // first here.
        let server = try await ScriptedServer(greeting: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") {
            _, _ in .drop
        }
        let destination = try FHIRDestination.test(server.url.replacing("http://", with: "https://"))
        let verdict = await destination.verdict(on: Sample.delivery(1))
        #expect(verdict.kind == .laneFault, "\(verdict.text)")
        await destination.close()
        try await server.stop()
    }
}
