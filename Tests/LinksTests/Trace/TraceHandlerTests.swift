import ASTM
import Core
import NIOCore
import NIOEmbedded
import Testing

@testable import Links

/// A connection with everything on it: bytes, verdicts and health.
private struct Traced {
    let trace = LinkTrace(clock: { Timestamp(microseconds: 1_000) })
    let status = LinkStatusBoard(clock: { Timestamp(microseconds: 2_000_000) })
    let journal = FakeJournal()
    let channel = EmbeddedChannel()

    init() throws {
        status.register("haem-1", profile: "generic-astm", address: "127.0.0.1:5001", trace: trace)
        let connection = trace.connection()
        let handler = ASTMLinkHandler(
            device: "haem-1", journal: journal, status: status, link: LinkMachine(role: .computer),
            decoder: .frames(FrameDecoder()), waitingBytes: LinkLimits().waitingBytes, trace: connection,
            clock: { Timestamp(microseconds: 0) })
        try channel.pipeline.syncOperations.addHandler(TraceHandler(connection, followedBy: handler))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5001)).wait()
    }

    func send(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    /// The trace as lines of a capture without their times.
    var lines: [String] {
        trace.entries(after: 0, limit: .max).entries.map {
            CaptureFile.line($0.row).split(separator: " ", maxSplits: 1)[1].dropLast().description
        }
    }
}

@Suite("What goes over a connection stands in its trace")
struct TraceHandlerTests {
    @Test("a session reads as a transcript")
    func session() throws {
        let line = try Traced()
        try line.send([0x05])
        let frames = ["H|\\^&", "L|1|N"].enumerated().map {
            FrameEncoder.frame(number: UInt8($0 + 1), text: Array(($1 + "\r").utf8), isFinal: true)
        }
        var broken = frames[0]
        broken[broken.count - 3] ^= 1
        try line.send(broken)
        try line.send(frames[0])
        try line.send(frames[0])
        try line.send(frames[1])
        line.journal.commit()
        line.channel.embeddedEventLoop.run()
        try line.send([0x04] + Array("??".utf8))
        _ = try line.channel.finish(acceptAlreadyClosed: true)
        let sum = String(decoding: frames[0].suffix(4).prefix(2), as: UTF8.self)
        let wrong = String(decoding: broken.suffix(4).prefix(2), as: UTF8.self)
        #expect(
            line.lines == [
                "note 1 opened 127.0.0.1:5001", #"in 1 \x05"#, "note 1 ENQ: the line is granted", #"out 1 \x06"#,
                "in 1 " + EscapedBytes.text(broken),
                "note 1 NAK: checksum wrong, computed \(sum), received \(wrong)", #"out 1 \x15"#,
                "in 1 " + EscapedBytes.text(frames[0]), "note 1 frame 1 accepted", #"out 1 \x06"#,
                "in 1 " + EscapedBytes.text(frames[0]), "note 1 frame 1 came again: acknowledged, not taken twice",
                #"out 1 \x06"#, "in 1 " + EscapedBytes.text(frames[1]), "note 1 frame 2 received, being saved",
                "note 1 message saved as M1", #"out 1 \x06"#, #"in 1 \x04??"#, "note 1 EOT: the line is free",
                "note 1 skipped: 2 bytes that belong to nothing", "note 1 closed by Labrador",
            ])
    }

    @Test("no verdict holds anything of a message")
    func noPatientData() throws {
        let line = try Traced()
        try line.send([0x05])
        for record in ["H|\\^&", "P|1||SECRET-MRN||DOE^JANE", "nonsense DOE", "L|1|N"] {
            try line.send(FrameEncoder.frame(number: 1, text: Array((record + "\r").utf8), isFinal: true))
            try line.send(FrameEncoder.frame(number: 5, text: Array((record + "\r").utf8), isFinal: true))
            try line.send(Array("DOE^JANE".utf8) + [0x02] + Array("xDOE".utf8) + [0x03, 0x30, 0x30, 0x0D, 0x0A])
        }
        let verdicts = line.lines.filter { $0.hasPrefix("note") }
        #expect(verdicts.count > 10)
        #expect(!verdicts.contains { $0.contains("DOE") || $0.contains("SECRET") })
    }

    @Test("who ended a connection is told")
    func endings() throws {
        let gone = try Traced()
        gone.channel.pipeline.fireChannelInactive()
        #expect(gone.lines.last == "note 1 closed by the device")
        let broken = try Traced()
        broken.channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
        #expect(broken.lines.last?.contains("closed read") == true)
        #expect(broken.lines.last?.contains("104") == true)
    }

    @Test("wrong checksums are told in words, with their time, and forgotten when frames are good again")
    func health() throws {
        let line = try Traced()
        try line.send([0x05])
        func frame(_ number: Int, isGood: Bool) -> [UInt8] {
            var frame = FrameEncoder.frame(number: UInt8(number & 7), text: Array("C|1|x\r".utf8), isFinal: true)
            if !isGood { frame[4] ^= 1 }
            return frame
        }
        try line.send(frame(1, isGood: true))
        for _ in 0..<39 { try line.send(frame(2, isGood: false)) }
        var row = try #require(line.status.devices().first)
        #expect(row.remark.hasPrefix("Checksum wrong in 39 of the last 40 frames: check parity and baud rate"))
        #expect(row.remark_since == "1970-01-01T00:00:02.000Z")
        for number in 2..<40 { try line.send(frame(number, isGood: true)) }
        row = try #require(line.status.devices().first)
        #expect(row.remark.hasPrefix("Checksum wrong in 2 of the last 40 frames"))
        try line.send(frame(40, isGood: true))
        row = try #require(line.status.devices().first)
        #expect((row.remark, row.remark_since) == ("", ""))
    }
}
