import Core
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Links

/// Certificates made for one test with openssl: an authority, and certificates of it for a server and a client.
final class Certificates: Sendable {
    let folder: Folder
    static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    init() throws {
        folder = try Folder()
        try Self.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=Authority "
                + "-keyout \(folder.path)/ca.key -out \(folder.path)/ca.pem")
        for (name, names) in [
            ("server", "DNS:analyser.test,IP:127.0.0.1"), ("client", "DNS:client.test"), ("named", "DNS:analyser.test"),
        ] {
            try Self.openssl(
                "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name) "
                    + "-addext subjectAltName=\(names) "
                    + "-keyout \(folder.path)/\(name).key -out \(folder.path)/\(name).csr")
            try Self.openssl(
                "x509 -req -days 2 -copy_extensions copy -CA \(folder.path)/ca.pem -CAkey \(folder.path)/ca.key "
                    + "-CAcreateserial -in \(folder.path)/\(name).csr -out \(folder.path)/\(name).pem")
        }
    }

    func file(_ name: String) -> String { folder.path + "/" + name }

    func tls(
        _ role: LinkTLS.Role, _ name: String? = nil, key: String? = nil, trust: String? = nil, server: String? = nil
    ) -> LinkTLS {
        LinkTLS(
            role: role, certificateFile: name.map { file($0 + ".pem") },
            keyFile: (key ?? name).map { file($0 + ".key") },
            trustFile: trust.map(file), serverName: server)
    }

    private static func openssl(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments)")
    }
}

@Suite("TLS on links", .timeLimit(.minutes(2)), .enabled(if: Certificates.isPossible, "needs openssl"))
struct LinkTLSTests {
    private let made: Certificates

    init() throws { made = try Certificates() }

    // MARK: - Files

    @Test("files that are right have no fault")
    func right() {
        #expect(made.tls(.server, "server").faults() == [])
        #expect(made.tls(.server, "server", trust: "ca.pem").faults() == [])
        #expect(made.tls(.client).faults() == [])
        #expect(made.tls(.client, "client", trust: "ca.pem").faults() == [])
    }

    @Test("what is missing, no PEM, or does not belong together is told at its file")
    func faults() throws {
        func files(_ tls: LinkTLS) -> [TLSFault.File] { tls.faults().map(\.file) }
        #expect(files(made.tls(.server, "none")) == [.certificate, .key])
        #expect(files(made.tls(.server, "server", trust: "none.pem")) == [.trust])
        #expect(files(made.tls(.server, "server", trust: "ca.key")) == [.trust])
        let mismatch = made.tls(.server, "server", key: "client").faults()
        #expect(mismatch.map(\.file) == [.key])
        #expect(mismatch.first?.why.hasPrefix("it is not the key of the certificate in ") == true)
        var swapped = made.tls(.server, "server")
        (swapped.certificateFile, swapped.keyFile) = (swapped.keyFile, swapped.certificateFile)
        #expect(files(swapped) == [.certificate, .key])
    }

    // MARK: - Two services that talk to each other

    private func listen(_ tls: LinkTLS?) async throws -> RealLinks {
        var link = TCPListenLink(host: "127.0.0.1", port: 0)
        link.tls = tls
        return try await RealLinks(["a": .tcpListen(link)])
    }

    private func connect(_ tls: LinkTLS?, to server: RealLinks, host: String = "127.0.0.1") async throws -> RealLinks {
        var link = TCPConnectLink(host: host, port: try server.port("a"))
        link.tls = tls
        return try await RealLinks(["b": .tcpConnect(link)])
    }

    private func finish(_ links: RealLinks...) async { for links in links { await links.open.close() } }

    @Test("both sides meet; a name of its own is looked for where one is configured")
    func meet() async throws {
        let server = try await listen(made.tls(.server, "server"))
        for name in [nil, "analyser.test"] {
            let client = try await connect(made.tls(.client, trust: "ca.pem", server: name), to: server)
            try await client.until("the handshake", "b") { $0.state == "connected" }
            try await server.until("the handshake", "a") { $0.state == "connected" }
            await finish(client)
        }
        await finish(server)
    }

    @Test("the certificate is for another name: told, and not connected")
    func otherName() async throws {
        let server = try await listen(made.tls(.server, "named"))
        let client = try await connect(made.tls(.client, trust: "ca.pem", server: "other.test"), to: server)
        try await client.until("the refusal", "b") { $0.remark.contains("another name") }
        #expect(try client.row("b").state != "connected")
        await finish(client, server)
    }

    @Test("the authority is unknown: told on both sides")
    func unknownAuthority() async throws {
        let server = try await listen(made.tls(.server, "server"))
        let client = try await connect(made.tls(.client), to: server)
        try await client.until("the refusal", "b") { $0.remark.contains("of no authority known here") }
        try await server.until("the refusal", "a") { $0.remark.contains("does not know the authority of our") }
        await finish(client, server)
    }

    @Test("mutual: a client with a certificate of the authority is let in")
    func mutual() async throws {
        let server = try await listen(made.tls(.server, "server", trust: "ca.pem"))
        let client = try await connect(made.tls(.client, "client", trust: "ca.pem"), to: server)
        try await server.until("the handshake", "a") { $0.state == "connected" }
        try await client.until("the handshake", "b") { $0.state == "connected" }
        await finish(client, server)
    }

    @Test("mutual: a client without a certificate is refused, with words")
    func mutualWithout() async throws {
        let server = try await listen(made.tls(.server, "server", trust: "ca.pem"))
        let client = try await connect(made.tls(.client, trust: "ca.pem"), to: server)
        try await server.until("the refusal", "a") { $0.remark.contains("showed no certificate") }
        #expect(try server.row("a").state == "listening")
        await finish(client, server)
    }

    @Test("a peer in clear on a link with TLS is told, and so is the other way round")
    func clearAndTLS() async throws {
        let secure = try await listen(made.tls(.server, "server"))
        let peer = try RawPeer(port: try secure.port("a"))
        peer.send(enquiry)
        #expect(peer.isEnded)
        try await secure.until("the words", "a") { $0.remark.contains("The peer does not speak TLS") }
        let clear = try await listen(nil)
        let client = try await connect(made.tls(.client, trust: "ca.pem"), to: clear)
        try await clear.until("the words", "a") { $0.remark.contains("The peer speaks TLS") }
        try await client.until("the words", "b") { $0.remark.contains("hung up") }
        await finish(secure, clear, client)
    }

    @Test("TLS 1.1 is not spoken")
    func oldVersion() async throws {
        let server = try await listen(made.tls(.server, "server"))
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.maximumTLSVersion = .tlsv11
        configuration.minimumTLSVersion = .tlsv1
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        try NIOSSLClientHandler(context: context, serverHostname: nil))
                }
            }
            .connect(host: "127.0.0.1", port: try server.port("a")).get()
        try await server.until("the refusal", "a") { $0.remark.contains("only TLS versions older than 1.2") }
        try? await channel.closeFuture.get()
        await finish(server)
    }

    @Test("files that went bad after `check` keep the daemon from starting, in words")
    func badAtStart() async throws {
        await #expect(throws: LinkService.CannotOpen.self) { try await listen(made.tls(.server, "none")) }
        do {
            _ = try await listen(made.tls(.server, "server", key: "client"))
        } catch let error as LinkService.CannotOpen {
            #expect(error.description.hasPrefix("Device a: TLS: \(made.file("client.key")): it is not the key"))
        }
    }
}
