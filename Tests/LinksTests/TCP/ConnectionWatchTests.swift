import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Testing

@testable import Links

@Suite("What watches a connection")
struct ConnectionWatchTests {
    private let channel = EmbeddedChannel()
    private let remarks = NIOLockedValueBox<[String]>([])
    private let probes = NIOLockedValueBox<[String]>([])

    private func watch(idle: Duration?) throws -> ConnectionWatch {
        let watch = ConnectionWatch(
            bounds: LinkBounds(), idle: idle,
            probing: TCPProbing(
                begin: { [probes] _ in probes.withLockedValue { $0.append("begin") } },
                end: { [probes] _ in probes.withLockedValue { $0.append("end") } }),
            remark: { [remarks] text in remarks.withLockedValue { $0.append(text) } })
        try channel.pipeline.syncOperations.addHandler(watch)
        try channel.connect(to: SocketAddress(ipAddress: "10.0.0.1", port: 1)).wait()
        return watch
    }

    private func say() throws { try channel.writeInbound(ByteBuffer(bytes: [0x05])) }

    @Test("silence for `idle` ends the connection with a remark; each word of the peer starts it anew")
    func idle() throws {
        _ = try watch(idle: .seconds(600))
        channel.embeddedEventLoop.advanceTime(by: .seconds(599))
        try say()
        channel.embeddedEventLoop.advanceTime(by: .seconds(599))
        #expect(channel.isActive)
        #expect(remarks.withLockedValue { $0 } == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(
            remarks.withLockedValue { $0 } == [
                "The connection was closed: nothing came for 10 min, the `idle` of this device."
            ])
    }

    @Test("without `idle` a connection may be silent for ever")
    func forEver() throws {
        _ = try watch(idle: nil)
        channel.embeddedEventLoop.advanceTime(by: .hours(1_000))
        #expect(channel.isActive)
    }

    @Test("a silent connection is probed and then left in peace again; one that spoke lately is not")
    func probe() throws {
        let watch = try watch(idle: nil)
        let loop = channel.embeddedEventLoop
        var seen: [String] { probes.withLockedValue { $0 } }
        loop.advanceTime(by: .milliseconds(4_999))
        watch.probeIfSilent()
        #expect(seen == [])
        loop.advanceTime(by: .milliseconds(1))
        watch.probeIfSilent()
        watch.probeIfSilent()
        #expect(seen == ["begin"])
        loop.advanceTime(by: .milliseconds(9_999))
        #expect(seen == ["begin"])
        loop.advanceTime(by: .milliseconds(1))
        #expect(seen == ["begin", "end"])
        try say()
        watch.probeIfSilent()
        #expect(seen == ["begin", "end"])
        loop.advanceTime(by: .seconds(5))
        watch.probeIfSilent()
        #expect(seen == ["begin", "end", "begin"])
        // What ended meanwhile is left alone.
        try channel.close().wait()
        loop.advanceTime(by: .seconds(10))
        #expect(seen == ["begin", "end", "begin"])
    }

    @Test("a daemon that stops ends a connection nobody keeps; a handler with something to finish keeps it")
    func stopping() throws {
        final class Busy: ChannelInboundHandler {
            typealias InboundIn = ByteBuffer
            func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {}
        }
        for isBusy in [true, false] {
            let channel = EmbeddedChannel()
            try channel.connect(to: SocketAddress(ipAddress: "10.0.0.1", port: 1)).wait()
            if isBusy { try channel.pipeline.syncOperations.addHandler(Busy()) }
            try channel.pipeline.syncOperations.addHandler(LinkTail())
            channel.pipeline.fireUserInboundEventTriggered(StopWhenIdle())
            #expect(channel.isActive == isBusy)
        }
    }
}
