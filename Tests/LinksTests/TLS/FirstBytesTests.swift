import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOTLS
import Testing

@testable import Links

@Suite("One side speaks TLS, the other does not")
struct FirstBytesTests {
    /// The beginning of a ClientHello, of a server's refusal (alert), of ASTM, of MLLP, of a NAK and of an HTTP answer.
    private static let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]
    private static let alert: [UInt8] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]
    private static let clear: [[UInt8]] = [
        [0x05], [0x0B, 0x4D, 0x53, 0x48], [0x15], [0x15, 0x05], [0x48], [0x02, 0x31],
    ]

    @Test("TLS on a link in clear is told, anything else is not")
    func onClear() {
        for bytes in [Self.hello, Self.alert] {
            #expect(FirstBytes.mistake(in: bytes, expected: .clear)?.contains("The peer speaks TLS") == true)
        }
        for bytes in Self.clear + [[0x16], [0x16, 0x03], []] {
            #expect(FirstBytes.mistake(in: bytes, expected: .clear) == nil, "\(bytes)")
        }
    }

    @Test(
        "a clear text on a link with TLS is told, TLS is not", arguments: [FirstBytes.Expected.tlsClient, .tlsServer])
    func onTLS(expected: FirstBytes.Expected) {
        for bytes in [Self.hello, Self.alert, [0x16], []] {
            #expect(FirstBytes.mistake(in: bytes, expected: expected) == nil, "\(bytes)")
        }
        for bytes in Self.clear where bytes != [0x15] {
            #expect(FirstBytes.mistake(in: bytes, expected: expected)?.contains("does not speak TLS") == true)
        }
    }

    @Test("the handler closes the connection on the mistake, and is gone after a right beginning")
    func handler() throws {
        let told = NIOLockedValueBox<[String]>([])
        func channel() throws -> EmbeddedChannel {
            let channel = EmbeddedChannel()
            try channel.pipeline.syncOperations.addHandler(
                FirstBytes(expected: .clear) { text in told.withLockedValue { $0.append(text) } })
            try channel.connect(to: SocketAddress(ipAddress: "10.0.0.1", port: 1)).wait()
            return channel
        }
        let wrong = try channel()
        try wrong.writeInbound(ByteBuffer(bytes: Self.hello))
        #expect(try wrong.readInbound(as: ByteBuffer.self) == nil)
        #expect(!wrong.isActive)
        #expect(told.withLockedValue { $0.count } == 1)
        let right = try channel()
        // Later bytes may be anything: they stand within a message.
        for bytes in [[0x05], Self.hello] {
            try right.writeInbound(ByteBuffer(bytes: bytes))
            #expect(try right.readInbound(as: ByteBuffer.self) == ByteBuffer(bytes: bytes))
        }
        #expect(right.isActive)
        #expect(told.withLockedValue { $0.count } == 1)
    }
}

@Suite("The gate before the protocol of a link with TLS")
struct TLSGateTests {
    /// Counts what the protocol sees.
    private final class Inner: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var seen: [String] = []
        func channelActive(context: ChannelHandlerContext) { seen.append("active") }
        func channelInactive(context: ChannelHandlerContext) { seen.append("inactive") }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { seen.append("error") }
    }

    private let channel = EmbeddedChannel()
    private let told = NIOLockedValueBox<[String]>([])
    private let inner = Inner()

    private func start() throws {
        let tell: @Sendable (String) -> Void = { [told] text in told.withLockedValue { $0.append(text) } }
        try channel.pipeline.syncOperations.addHandlers([
            TLSGate(first: FirstBytes(expected: .tlsClient, tell: tell), limit: .seconds(10), tell: tell), inner,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "10.0.0.1", port: 1)).wait()
    }

    private var words: [String] { told.withLockedValue { $0 } }

    @Test("the connection begins with the end of the handshake")
    func opens() throws {
        try start()
        #expect(inner.seen == [])
        channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        #expect(inner.seen == ["active"])
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        try channel.close().wait()
        #expect(inner.seen == ["active", "inactive"])
        #expect(words == [])
    }

    @Test("a handshake that does not end, fails or is broken off never reaches the protocol, and is told once")
    func fails() throws {
        struct Failure: Error {}
        try start()
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
        channel.pipeline.fireErrorCaught(Failure())
        #expect(words == ["The TLS handshake was not done within 10 s."])
        #expect(inner.seen == [])
    }

    @Test("the peer hangs up during the handshake")
    func hangUp() throws {
        try start()
        try channel.close().wait()
        #expect(words == ["The peer hung up during the TLS handshake."])
        #expect(inner.seen == [])
    }
}
