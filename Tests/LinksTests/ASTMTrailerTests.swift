import ASTM
import Core
import NIOCore
import NIOEmbedded
import Testing

@testable import Links

/// Frames without CR LF: some devices leave it out, and some send it late.
@Suite("A frame that waits for its CR LF")
struct ASTMTrailerTests {
    private let frame = FrameEncoder.frame(number: 1, text: Array("H|\\^&\r".utf8), isFinal: true)

    private func line(checksum: ChecksumPolicy = .strict) throws -> EmbeddedChannel {
        let status = LinkStatusBoard()
        status.register("haem-1", profile: "test", address: "127.0.0.1:5001")
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(
            ASTMLinkHandler(
                device: "haem-1", journal: FakeJournal(), status: status, link: LinkMachine(role: .computer),
                decoder: .frames(FrameDecoder(checksum: checksum)), waitingBytes: LinkLimits().waitingBytes,
                clock: { Timestamp(microseconds: 0) }))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5001)).wait()
        #expect(try send([0x05], to: channel) == [0x06])
        return channel
    }

    private func send(_ bytes: [UInt8], to channel: EmbeddedChannel) throws -> [UInt8] {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        return try answers(of: channel)
    }

    private func answers(of channel: EmbeddedChannel) throws -> [UInt8] {
        var all: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { all += buffer.readableBytesView }
        return all
    }

    @Test("after half a second without it the frame counts as complete")
    func missing() throws {
        let channel = try line()
        #expect(try send(Array(frame.dropLast(2)), to: channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(499))
        #expect(try answers(of: channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(2))
        #expect(try answers(of: channel) == [0x06])
    }

    @Test("in time it ends the frame at once, and nothing is answered later", arguments: [1, 2])
    func inTime(held: Int) throws {
        let channel = try line()
        #expect(try send(Array(frame.dropLast(held)), to: channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(300))
        #expect(try send(Array(frame.suffix(held)), to: channel) == [0x06])
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(try answers(of: channel) == [])
    }

    @Test("after the half second it does no harm")
    func late() throws {
        let channel = try line()
        #expect(try send(Array(frame.dropLast(2)), to: channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(600))
        #expect(try answers(of: channel) == [0x06])
        #expect(try send([0x0D, 0x0A], to: channel) == [])
        let next = FrameEncoder.frame(number: 2, text: Array("P|1\r".utf8), isFinal: true)
        #expect(try send(next, to: channel) == [0x06])
    }

    @Test("with the next frame behind it there is nothing to wait for")
    func nextFrame() throws {
        let channel = try line()
        let next = FrameEncoder.frame(number: 2, text: Array("P|1\r".utf8), isFinal: true)
        #expect(try send(frame.dropLast(2) + next, to: channel) == [0x06, 0x06])
    }

    @Test("a frame without its checksum is not taken for complete under the strict policy")
    func strict() throws {
        let channel = try line()
        #expect(try send(Array(frame.dropLast(4)), to: channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(try answers(of: channel) == [])
        #expect(try send(Array(frame.suffix(4)), to: channel) == [0x06])
    }

    @Test("where checksums are not looked at, half a second ends a frame without one")
    func checksumOff() throws {
        let channel = try line(checksum: .off)
        #expect(try send(Array(frame.dropLast(4)), to: channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(501))
        #expect(try answers(of: channel) == [0x06])
    }

    @Test("a peer that is gone is not answered when the half second ends")
    func gone() throws {
        let channel = try line()
        #expect(try send(Array(frame.dropLast(2)), to: channel) == [])
        channel.pipeline.fireChannelInactive()
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(try answers(of: channel) == [])
    }
}
