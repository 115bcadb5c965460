import ASTM
import Core
import NIOCore
import NIOEmbedded
import Testing

@testable import Links

/// One connection of an analyser, with a clock and commits under the test's control.
private struct Line {
    let journal = FakeJournal()
    let status = LinkStatusBoard()
    let channel: EmbeddedChannel

    init(limits: LinkLimits = LinkLimits()) throws {
        status.register("haem-1", profile: "generic-astm", address: "127.0.0.1:5001")
        channel = EmbeddedChannel()
        let handler = ASTMLinkHandler(
            device: "haem-1", journal: journal, status: status, link: LinkMachine(role: .computer, limits: limits),
            decoder: .frames(FrameDecoder(limits: limits)), waitingBytes: limits.waitingBytes,
            clock: { Timestamp(microseconds: 0) })
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5001)).wait()
    }

    /// The analyser sends bytes; returns what we answered at once.
    func analyser(_ bytes: [UInt8]) throws -> [UInt8] {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        return try answers()
    }

    func answers() throws -> [UInt8] {
        channel.embeddedEventLoop.run()
        var all: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { all += buffer.readableBytesView }
        return all
    }

    /// The oldest commit returns; returns what we answered then.
    func committed() throws -> [UInt8] {
        journal.commit()
        return try answers()
    }
}

private let enq: [UInt8] = [0x05]
private let eot: [UInt8] = [0x04]
private let ack: [UInt8] = [0x06]
private let nak: [UInt8] = [0x15]

private func frames(_ records: String...) -> [[UInt8]] {
    records.enumerated().map { index, record in
        FrameEncoder.frame(number: UInt8((index + 1) & 7), text: Array((record + "\r").utf8), isFinal: true)
    }
}

extension MessageEnding {
    fileprivate var isIncomplete: Bool { if case .incomplete = self { true } else { false } }
}

@Suite("An analyser on the line")
struct ASTMLinkHandlerTests {
    private let session = frames("H|\\^&", "P|1", "O|1|L1", "R|1|^^^WBC|5.10", "L|1|N")

    @Test("the frame with the terminator is acknowledged by its commit, the others at once")
    func commitThenAcknowledge() throws {
        let line = try Line()
        #expect(try line.analyser(enq) == ack)
        for frame in session.dropLast() { #expect(try line.analyser(frame) == ack) }
        #expect(try line.analyser(session[4]) == [])
        #expect(line.journal.waiting.map(\.bytes) == [session.flatMap { $0 }])
        #expect(try line.committed() == ack)
        #expect(try line.analyser(eot) == [])
        #expect(line.status.devices().first?.messages == 1)
    }

    @Test("a failed commit is a NAK, and the retransmission is accepted")
    func failedCommit() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        for frame in session.dropLast() { _ = try line.analyser(frame) }
        #expect(try line.analyser(session[4]) == [])
        line.journal.fail(.full("no room"))
        #expect(try line.answers() == nak)
        #expect(try line.analyser(session[4]) == [])
        #expect(try line.committed() == ack)
    }

    @Test("EOT and the next ENQ in one segment both count, and wait for the commit before them")
    func mergedSegment() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        for frame in session.dropLast() { _ = try line.analyser(frame) }
        #expect(try line.analyser(session[4] + eot + enq + session[0]) == [])
        #expect(try line.committed() == ack + ack + ack)
    }

    @Test("bytes one by one give the same answers")
    func byteByByte() throws {
        let line = try Line()
        var answers: [UInt8] = []
        for byte in enq + session.flatMap({ $0 }) { answers += try line.analyser([byte]) }
        #expect(answers == ack + ack + ack + ack + ack)
        #expect(try line.committed() == ack)
    }

    @Test("a device that goes on sending while its message is written is not read until the commit")
    func sendsAhead() throws {
        var limits = LinkLimits()
        limits.waitingBytes = 100
        let line = try Line(limits: limits)
        _ = try line.analyser(enq)
        for frame in session.dropLast() { _ = try line.analyser(frame) }
        _ = try line.analyser(session[4] + [UInt8](repeating: 0x00, count: 99))
        #expect(line.channel.isReading)
        _ = try line.analyser([0x00])
        #expect(!line.channel.isReading)
        #expect(try line.committed() == ack)
        #expect(line.channel.isReading)
    }

    @Test("a device that does not read its answers is not read either")
    func deafDevice() throws {
        let line = try Line()
        line.channel.peerReads(false)
        #expect(!line.channel.isReading)
        line.channel.peerReads(true)
        #expect(line.channel.isReading)
    }

    @Test("a wrong checksum is refused and told on the device's line; the retransmission is accepted")
    func wrongChecksum() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        var broken = session[0]
        broken[broken.count - 3] ^= 1
        #expect(try line.analyser(broken) == nak)
        #expect(line.status.devices().first?.remark == "")
        #expect(try line.analyser(broken) == nak)
        #expect(
            line.status.devices().first?.remark.hasPrefix("Checksum wrong in 2 of the last 2 frames: check") == true)
        #expect(try line.analyser(session[0]) == ack)
    }

    @Test(
        "a device of the wrong language is told in a sentence",
        arguments: [("\u{0B}MSH|^~\\&|X\r\u{1C}\r", "speaks HL7"), ("H|\\^&|||X\r", "bare records")])
    func wrongLanguage(sent: String, words: String) throws {
        let line = try Line()
        #expect(try line.analyser(Array(sent.utf8)) == [])
        #expect(line.status.devices().first?.remark.contains(words) == true)
    }

    @Test("a lost connection keeps what came, marked incomplete")
    func lostConnection() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        for frame in session.dropLast() { _ = try line.analyser(frame) }
        line.channel.pipeline.fireChannelInactive()
        guard case .incomplete(let reason, _)? = line.journal.waiting.first?.ending else {
            Issue.record("nothing was journalled")
            return
        }
        #expect(reason.contains("connection was lost"))
        #expect(line.journal.waiting.first?.bytes == session.dropLast().flatMap { $0 })
    }

    @Test("a device that never sends L: its EOT makes all of the message understandable")
    func noTerminator() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        for frame in session.dropLast() { _ = try line.analyser(frame) }
        #expect(try line.analyser(eot) == [])
        let entry = try #require(line.journal.waiting.first)
        guard case .incomplete(let reason, let processable) = entry.ending else {
            Issue.record("it counts as \(entry.ending)")
            return
        }
        #expect(reason.contains("before the terminator record (L)"))
        #expect(processable == "H|\\^&\rP|1\rO|1|L1\rR|1|^^^WBC|5.10\r".utf8.count)
        #expect(entry.unreadable == nil)
    }

    @Test("EOT in the middle of a record, and nothing before it to understand: a person is told")
    func cutByEOT() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        _ = try line.analyser(FrameEncoder.frame(number: 1, text: Array("hello wor".utf8), isFinal: false))
        _ = try line.analyser(eot)
        #expect(line.journal.waiting.map(\.ending.isIncomplete) == [true])
        #expect(line.journal.waiting.first?.unreadable?.contains("in the middle of a record") == true)
    }

    @Test("what a device had sent before it hung up counts, and the last message is ended though nothing more comes")
    func pipelinedAndGone() throws {
        let line = try Line()
        let second = frames("H|\\^&", "P|1", "O|1|L2", "R|1|^^^WBC|6.10", "P|2", "O|1|L3", "R|1|^^^WBC|7")
        _ = try line.analyser(enq + session.flatMap { $0 } + eot + enq + second.flatMap { $0 })
        line.channel.pipeline.fireChannelInactive()
        #expect(try line.committed() == [])
        #expect(line.journal.waiting.map(\.ending) == [.open(processableText: 33)])
        _ = try line.committed()
        #expect(line.journal.waiting.map(\.ending.isIncomplete) == [true])
        #expect(line.journal.waiting.map(\.part) == [1])
        _ = try line.committed()
        #expect(line.journal.waiting.isEmpty)
    }

    @Test("the answers of one read leave in one write")
    func oneWrite() throws {
        let line = try Line()
        try line.channel.writeInbound(ByteBuffer(bytes: enq + session.dropLast().flatMap { $0 }))
        #expect(try line.channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(bytes: ack + ack + ack + ack + ack))
    }

    @Test("a flood is worked off in turns, and what leads nowhere too often closes the connection")
    func flood() throws {
        var limits = LinkLimits()
        limits.meaninglessCharacters = 300
        limits.waitingBytes = 100
        let line = try Line(limits: limits)
        try line.channel.writeInbound(ByteBuffer(bytes: [UInt8](repeating: 0x05, count: 400)))
        let turn = try #require(try line.channel.readOutbound(as: ByteBuffer.self))
        #expect(turn.readableBytes == ASTMLinkHandler<LinkMachine>.tokensPerTurn)
        #expect(!line.channel.isReading)
        #expect(try line.answers().count == 301 - ASTMLinkHandler<LinkMachine>.tokensPerTurn)
        #expect(!line.channel.isActive)
        #expect(line.status.devices().first?.remark.contains("300 control characters") == true)
    }

    @Test("30 s of silence end the transfer; 29 do not")
    func silence() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        for frame in session.dropLast() { _ = try line.analyser(frame) }
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(line.journal.waiting.isEmpty)
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(line.journal.waiting.count == 1)
    }

    @Test("every frame moves the time-out")
    func timerMoves() throws {
        let line = try Line()
        _ = try line.analyser(enq)
        for frame in session.dropLast() {
            line.channel.embeddedEventLoop.advanceTime(by: .seconds(25))
            #expect(try line.analyser(frame) == ack)
        }
        #expect(line.journal.waiting.isEmpty)
    }
}
