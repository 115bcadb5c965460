import AsyncHTTPClient
import Core
import Foundation
import HummingbirdTesting
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing

@testable import Console

/// The real listeners, on a free port and in a folder of their own.
@Suite(.timeLimit(.minutes(1))) final class ConsoleServerTests: Sendable {
    private let folder: String
    private let path: String

    init() throws {
        // Short, because a socket's path is.
        folder = "/tmp/lc-\(UUID().uuidString.prefix(8))"
        path = "\(folder)/labrador.sock"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        // What a failed test leaves behind is of no use.
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func server(
        _ change: (inout ConsoleConfiguration) -> Void = { _ in },
        onReady: @escaping @Sendable (ConsoleAddress) -> Void = { _ in }
    ) -> ConsoleServer {
        var configuration = ConsoleConfiguration()
        configuration.port = 0
        configuration.socketPath = path
        change(&configuration)
        let registry = DemoRows.registry
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        return ConsoleServer(
            configuration: configuration,
            ports: ConsolePorts(registry: registry, orders: registry, devices: MemoryDevices(rows: DemoRows.devices)),
            logger: quiet, now: { DemoRows.now }, onReady: onReady)
    }

    /// Runs a server, hands its address to `test`, and shuts it down gracefully.
    private func withServer(
        _ change: (inout ConsoleConfiguration) -> Void = { _ in },
        _ test: @escaping @Sendable (ConsoleAddress) async throws -> Void
    ) async throws {
        let (addresses, continuation) = AsyncStream.makeStream(of: ConsoleAddress.self)
        let server = server(change, onReady: { continuation.yield($0) })
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        let group = ServiceGroup(configuration: .init(services: [server], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            if let address = await addresses.first(where: { _ in true }) {
                do {
                    try await test(address)
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func bothListenersServeTheSameAddresses() async throws {
        try await withServer { [path] address in
            #expect(address.port > 0)
            let socket = try #require(URL(httpURLWithSocketPath: path, uri: "/api/v1/devices")).absoluteString
            var answers: [String] = []
            for url in ["\(address.url)api/v1/devices", socket] {
                let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
                #expect(answer.status == .ok)
                answers.append(String(buffer: try await answer.body.collect(upTo: 1_000_000)))
            }
            #expect(answers[0] == answers[1])
            #expect(answers[0].contains("haem-1"))
        }
    }

    @Test func aForeignHostNameIsRefusedOnTheNetworkOnly() async throws {
        try await withServer { [path] address in
            let socket = try #require(URL(httpURLWithSocketPath: path, uri: "/")).absoluteString
            for (url, code) in [(address.url, UInt(421)), (socket, 200)] {
                var request = HTTPClientRequest(url: url)
                request.headers.add(name: "Host", value: "evil.example")
                #expect(try await HTTPClient.shared.execute(request, timeout: .seconds(10)).status.code == code)
            }
        }
    }

    @Test func peersThatDripAreClosedAndTheirAddressGetsAnAnswerMeanwhile() async throws {
        try await withServer {
            $0.requestTimeout = .seconds(5)
            $0.connectionsPerAddress = 4
            $0.connections = 8
        } _: { [path] address in
            let head = "POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n["
            let peers = try (0..<12).map { try DrippingPeer(port: address.port, first: $0 < 6 ? head : "GET / HT") }
            let socket = try #require(URL(httpURLWithSocketPath: path, uri: "/healthz")).absoluteString
            for url in ["\(address.url)healthz", socket] {
                let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(4))
                #expect(answer.status == .ok)
            }
            // One byte now and then keeps nobody alive.
            let end = ContinuousClock.now + .seconds(30)
            while peers.contains(where: { $0.drip() }), ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(peers.allSatisfy { !$0.drip() })
        }
    }

    @Test func aConnectionThatAsksAgainAndAgainIsKept() async throws {
        let limit = Duration.seconds(1)
        try await withServer {
            $0.requestTimeout = limit
        } _: { address in
            // A busy machine may hold this test up for longer than the limit itself; one undisturbed go is enough.
            for _ in 0..<20 where try await Self.isKept(for: limit * 2, port: address.port) { return }
            Issue.record("no connection was kept beyond the time limit of one request")
        }
    }

    private static func isKept(for duration: Duration, port: Int) async throws -> Bool {
        let peer = try DrippingPeer(port: port, first: "")
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            guard peer.ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").hasPrefix("HTTP/1.1 200") else {
                return false
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return true
    }

    @Test func theSocketIsItsOwnersAloneAndGoesWithTheServer() async throws {
        try await withServer { [path, folder] _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["labrador.sock"])
            #expect(ControlSocketFile(path: path).probe() == .answers)
        }
        #expect(ControlSocketFile(path: path).probe() == .absent)
    }

    @Test func aSecondServerIsRefusedWhileTheFirstAnswers() async throws {
        try await withServer { [path] _ in
            let error = await #expect(throws: ConsoleStartError.self) { try await self.server().run() }
            #expect(error?.sentence.hasPrefix("Another Labrador already answers on \(path).") == true)
            #expect(ControlSocketFile(path: path).probe() == .answers)
        }
    }

    @Test func aStaleSocketIsReplaced() async throws {
        try makeStaleSocket(path)
        #expect(ControlSocketFile(path: path).probe() == .stale)
        try await withServer { [path] _ in #expect(ControlSocketFile(path: path).probe() == .answers) }
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: ConsoleStartError.self) { try await self.server().run() }
        #expect(error?.sentence.contains("it is no socket, so it was left alone") == true)
        #expect(FileManager.default.contents(atPath: path) == Data("precious".utf8))
    }

    @Test func aPathTooLongForASocketIsToldInWords() async throws {
        let long = folder + "/" + String(repeating: "x", count: 100) + "/labrador.sock"
        let error = await #expect(throws: ConsoleStartError.self) {
            try await self.server { $0.socketPath = long }.run()
        }
        #expect(error?.sentence.contains("more than 107 bytes") == true)
    }

    @Test func aPortInUseIsToldInWordsAndLeavesNoSocket() async throws {
        try await withServer { [folder] address in
            let other = "\(folder)/other.sock"
            let error = await #expect(throws: ConsoleStartError.self) {
                try await self.server {
                    $0.port = address.port
                    $0.socketPath = other
                }.run()
            }
            #expect(
                error?.sentence.hasPrefix("api.listen: cannot listen on 127.0.0.1:\(address.port): another program")
                    == true)
            #expect(ControlSocketFile(path: other).probe() == .absent)
        }
    }
}
