import Core
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import Links

@Suite("Devices we connect to", .timeLimit(.minutes(2)))
struct DialingTests {
    /// A device that listens: counts connections, sends ENQ, and tells what came back.
    private final class Device: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let received = NIOLockedValueBox<[UInt8]>([])
        let accepted = NIOLockedValueBox(0)
        let hangsUp: Bool

        init(hangsUp: Bool = false) { self.hangsUp = hangsUp }

        func channelActive(context: ChannelHandlerContext) {
            accepted.withLockedValue { $0 += 1 }
            if hangsUp { return context.close(promise: nil) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: enquiry)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.withLockedValue { $0 += unwrapInboundIn(data).readableBytesView }
        }

        func listen(port: Int = 0) async throws -> any Channel {
            try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(self)
                    }
                }
                .bind(host: "127.0.0.1", port: port).get()
        }
    }

    private func port(_ channel: any Channel) throws -> Int { try #require(channel.localAddress?.port) }

    @Test("it connects, by name too, answers, and has the options of any connection")
    func connects() async throws {
        let device = Device()
        let server = try await device.listen()
        let links = try await RealLinks(["a": .tcpConnect(.init(host: "localhost", port: try port(server)))])
        try await eventually("the answer") { device.received.withLockedValue { $0 } == acknowledge }
        let row = try links.row("a")
        #expect(row.state == "connected")
        #expect(row.listening == "localhost:\(try port(server))")
        #expect(row.remark == "")
        let member = try #require(links.service.shared.live.of("a").first)
        #expect(try await member.channel.getOption(TCPOptions.keepAliveIdle).get() == 120)
        #expect(try await member.channel.getOption(TCPOptions.userTimeout).get() == 300_000)
        await links.open.close()
        #expect(!member.channel.isActive)
        try await server.close()
    }

    @Test("a device that is not there keeps nobody waiting, and is connected to once it is")
    func later() async throws {
        let first = try await Device().listen()
        let port = try port(first)
        try await first.close()
        let links = try await RealLinks(["a": .tcpConnect(.init(host: "127.0.0.1", port: port))])
        try await links.until("the failure", "a") { $0.state == "offline" }
        #expect(
            try links.row("a").remark.hasPrefix(
                "127.0.0.1:\(port) cannot be reached: it refused the connection; is its host interface switched on"))
        let device = Device()
        let server = try await device.listen(port: port)
        try await links.until("the connection", "a") { $0.state == "connected" }
        #expect(try links.row("a").remark == "")
        await links.open.close()
        try await server.close()
    }

    @Test("a device that hangs up is offline with words, and is called again")
    func hangsUp() async throws {
        let device = Device(hangsUp: true)
        let server = try await device.listen()
        let links = try await RealLinks(["a": .tcpConnect(.init(host: "127.0.0.1", port: try port(server)))])
        try await links.until("the end", "a") { $0.state == "offline" }
        #expect(try links.row("a").remark.contains("ended. The next try comes within"))
        try await eventually("a second call") { device.accepted.withLockedValue { $0 } >= 2 }
        // Not many at once: the second waits for a second, the third for two. A busy machine may have looked late.
        #expect(device.accepted.withLockedValue { $0 } <= 3)
        await links.open.close()
        try await server.close()
    }

    @Test("an unknown name is told in words; stopping ends the calls")
    func unknown() async throws {
        let links = try await RealLinks(["a": .tcpConnect(.init(host: "no-such-analyser.invalid", port: 5100))])
        try await links.until("the failure", "a") { $0.state == "offline" }
        #expect(try links.row("a").remark.contains("no address is known for 'no-such-analyser.invalid'"))
        await links.open.close()
    }

    @Test(
        "why a connection could not be made, in words",
        arguments: [
            (ECONNREFUSED, "refused"), (ETIMEDOUT, "no answer within 10 s"), (EHOSTUNREACH, "no way"),
            (ENETUNREACH, "no way"), (EACCES, "Permission denied"),
        ])
    func words(code: CInt, words: String) {
        #expect(connectFailure(IOError(errnoCode: code, reason: "connect"), seconds: 10).contains(words))
    }

    @Test("a time-out in words")
    func timeOut() {
        let error = ChannelError.connectTimeout(.seconds(10))
        #expect(connectFailure(error, seconds: 10).hasPrefix("there was no answer within 10 s"))
    }
}
