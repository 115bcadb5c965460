import Core
import HL7
import NIOCore
import NIOEmbedded
import Testing

@testable import Links

@Suite("An MLLP connection")
struct MLLPHandlerTests {
    @Test("a message is answered by its commit, not before")
    func commitThenAcknowledge() throws {
        let peer = try MLLPPeer()
        #expect(try peer.send(blocks(resultMessage("1"))) == [])
        #expect(peer.journal.waiting.map(\.bytes) == [resultMessage("1")])
        #expect(peer.journal.waiting.map(\.ending) == [.complete])
        #expect(peer.journal.waiting.map(\.unreadable) == [nil])
        #expect(peer.status.devices().first?.messages == 0)
        #expect(try peer.committed() == [Answer("AA", of: "1")])
        #expect(peer.status.devices().first?.messages == 1)
    }

    @Test("bytes one by one give the same answer")
    func byteByByte() throws {
        let peer = try MLLPPeer()
        for byte in blocks(resultMessage("1")) { #expect(try peer.send([byte]) == []) }
        #expect(try peer.committed() == [Answer("AA", of: "1")])
    }

    @Test("messages sent without waiting are answered in their order, each by its own commit")
    func pipelined() throws {
        let peer = try MLLPPeer()
        #expect(try peer.send(blocks(resultMessage("1"), resultMessage("2"), resultMessage("3"))) == [])
        #expect(peer.journal.waiting.count == 3)
        #expect(try peer.committed() == [Answer("AA", of: "1")])
        #expect(try peer.failed(.full("no room")).map(\.code) == ["AE"])
        #expect(try peer.committed() == [Answer("AA", of: "3")])
    }

    @Test("too many that wait stop the reading; a commit lets the next in")
    func bound() throws {
        var bounds = LinkBounds()
        bounds.messagesInFlight = 2
        let peer = try MLLPPeer(bounds: bounds)
        try peer.send(blocks(resultMessage("1"), resultMessage("2"), resultMessage("3"), resultMessage("4")))
        #expect(peer.journal.waiting.count == 2)
        #expect(!peer.isReading)
        #expect(try peer.committed() == [Answer("AA", of: "1")])
        #expect(peer.journal.waiting.count == 2)
        #expect(!peer.isReading)
        for expected in ["2", "3", "4"] { #expect(try peer.committed() == [Answer("AA", of: expected)]) }
        #expect(peer.isReading)
    }

    @Test("a peer that does not read its answers is not read either")
    func deafPeer() throws {
        let peer = try MLLPPeer()
        peer.channel.peerReads(false)
        #expect(!peer.isReading)
        peer.channel.peerReads(true)
        #expect(peer.isReading)
    }

    @Test("a failed commit is AE with the reason, and the same message again is accepted")
    func failedCommit() throws {
        let peer = try MLLPPeer()
        try peer.send(blocks(resultMessage("1")))
        let refused = try peer.failed(.full("no room"))
        #expect(
            refused
                == [Answer("AE", of: "1", text: "Not stored: \(StoreError.full("no room").sentence)")])
        #expect(peer.remark.contains("no room left"))
        try peer.send(blocks(resultMessage("1")))
        #expect(try peer.committed() == [Answer("AA", of: "1")])
    }

    @Test("what is no HL7 is journalled as unreadable and answered AE")
    func garbage() throws {
        let peer = try MLLPPeer()
        try peer.send(blocks(Array("HELLO".utf8)))
        #expect(peer.journal.waiting.map(\.bytes) == [Array("HELLO".utf8)])
        let reason = try #require(peer.journal.waiting.first?.unreadable)
        #expect(reason.contains("does not begin with MSH"))
        #expect(try peer.committed() == [Answer("AE", of: "", text: reason)])
        #expect(peer.remark == reason)
    }

    @Test("a message that broke off before the next one is kept as unreadable and answered AE")
    func brokenFraming() throws {
        let peer = try MLLPPeer()
        let cut = Array(resultMessage("1").dropLast(12))
        try peer.send([0x0B] + cut + blocks(resultMessage("2")))
        #expect(peer.journal.waiting.map(\.bytes) == [cut, resultMessage("2")])
        #expect(peer.journal.waiting.first?.unreadable?.contains("broke off before its end") == true)
        #expect(peer.journal.waiting.last?.unreadable == nil)
        let first = try peer.committed()
        #expect(first.map(\.code) == ["AE"])
        #expect(first.map(\.of) == ["1"])
        #expect(try peer.committed() == [Answer("AA", of: "2")])
    }

    @Test("a message over the limit is refused, its beginning kept, and the next one is understood")
    func tooLong() throws {
        var bounds = LinkBounds()
        bounds.messageBytes = 200
        let peer = try MLLPPeer(bounds: bounds)
        let long = resultMessage("1") + [UInt8](repeating: 0x41, count: 300)
        try peer.send(blocks(long, resultMessage("2")))
        let kept = try #require(peer.journal.waiting.first)
        #expect(long.starts(with: kept.bytes))
        #expect(
            kept.unreadable?.contains("A message of \(long.count) bytes was cut off: at most 200 are taken") == true)
        #expect(kept.unreadable?.contains("first \(kept.bytes.count) bytes are kept") == true)
        #expect(try peer.committed().map(\.code) == ["AE"])
        #expect(try peer.committed() == [Answer("AA", of: "2")])
    }

    @Test("a batch is taken apart: each message is journalled, and answered in order")
    func batch() throws {
        let peer = try MLLPPeer()
        let head = Array("FHS|^~\\&|BC\rBHS|^~\\&|BC\r".utf8)
        try peer.send(blocks(head + resultMessage("1") + resultMessage("2") + Array("BTS|2\rFTS|1\r".utf8)))
        #expect(peer.journal.waiting.map(\.bytes) == [resultMessage("1"), resultMessage("2").dropLast()])
        #expect(try peer.committed() == [Answer("AA", of: "1")])
        #expect(try peer.committed() == [Answer("AA", of: "2")])
    }

    @Test("a block waits its turn in a full line, and one with too many messages is held")
    func bigBatch() throws {
        var bounds = LinkBounds()
        (bounds.messagesInFlight, bounds.messagesPerBlock) = (1, 2)
        let peer = try MLLPPeer(bounds: bounds)
        let (one, two) = (resultMessage("1"), resultMessage("2"))
        try peer.send(blocks(one + two, one + two + one))
        #expect(peer.journal.waiting.map(\.bytes) == [one])
        #expect(try peer.committed() == [Answer("AA", of: "1")])
        #expect(try peer.committed() == [Answer("AA", of: "2")])
        #expect(peer.journal.waiting.map(\.bytes) == [one + two + one])
        #expect(peer.journal.waiting.first?.unreadable?.contains("A block holds 3 messages") == true)
        #expect(try peer.committed().map(\.code) == ["AE"])
        #expect(peer.isReading)
    }

    @Test("an answer that is ready first waits for those before it")
    func answersInOrder() throws {
        let peer = try MLLPPeer()
        try peer.send(blocks(resultMessage("1"), resultMessage("2"), resultMessage("3")))
        peer.journal.failLast(.full("no room"))
        #expect(try peer.answers() == [])
        #expect(try peer.committed() == [Answer("AA", of: "1")])
        #expect(try peer.committed().map(\.of) == ["2", "3"])
    }

    @Test("whole messages that waited when the peer hung up are journalled all the same, in order")
    func hangUpWhileFull() throws {
        var bounds = LinkBounds()
        bounds.messagesInFlight = 1
        let peer = try MLLPPeer(bounds: bounds)
        try peer.send(blocks(resultMessage("1"), resultMessage("2")) + [0x0B] + Array(resultMessage("3").dropLast(9)))
        peer.hangUp()
        #expect(peer.journal.waiting.map(\.bytes) == [resultMessage("1")])
        #expect(try peer.committed() == [])
        #expect(peer.journal.waiting.map(\.bytes) == [resultMessage("2")])
        #expect(try peer.committed() == [])
        guard case .incomplete? = peer.journal.waiting.first?.ending else {
            Issue.record("what broke off was not kept")
            return
        }
    }

    @Test("many bytes that wait stop the reading too")
    func bytesInFlight() throws {
        var bounds = LinkBounds()
        bounds.bytesInFlight = resultMessage("1").count
        let peer = try MLLPPeer(bounds: bounds)
        try peer.send(blocks(resultMessage("1"), resultMessage("2")))
        #expect(peer.journal.waiting.count == 1)
        #expect(!peer.isReading)
    }

    @Test("observations under a type that carries none are held and answered AE")
    func unexpectedType() throws {
        let peer = try MLLPPeer()
        let text = String(decoding: resultMessage("1"), as: UTF8.self).replacing("ORU^R01", with: "ORF^R04")
        try peer.send(blocks(Array(text.utf8)))
        #expect(peer.journal.waiting.first?.unreadable?.hasPrefix("MSH-9 is ORF, which carries no results") == true)
        #expect(try peer.committed().map(\.code) == ["AE"])
    }

    @Test("HL7 without VT is held as unreadable and answered AE; the block after it is understood")
    func stray() throws {
        let peer = try MLLPPeer()
        try peer.send([0x00] + resultMessage("1") + [0x1C, 0x0D] + blocks(resultMessage("2")))
        #expect(peer.journal.waiting.map(\.bytes) == [resultMessage("1"), resultMessage("2")])
        #expect(peer.journal.waiting.first?.unreadable?.contains("outside an MLLP block") == true)
        #expect(peer.journal.waiting.last?.unreadable == nil)
        #expect(try peer.committed().map(\.code) == ["AE"])
        #expect(try peer.committed() == [Answer("AA", of: "2")])
    }

    @Test("HL7 without VT and FS is held after a silence, or when the device hangs up", arguments: [false, true])
    func strayWithoutEnd(hangsUp: Bool) throws {
        let peer = try MLLPPeer()
        try peer.send(resultMessage("1"))
        #expect(peer.journal.waiting.isEmpty)
        if hangsUp {
            peer.hangUp()
        } else {
            peer.channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        }
        #expect(peer.journal.waiting.map(\.bytes) == [resultMessage("1")])
        #expect(peer.journal.waiting.first?.unreadable?.contains("outside an MLLP block") == true)
    }

    @Test("bytes between messages are skipped and told on the device's line")
    func junk() throws {
        let peer = try MLLPPeer()
        try peer.send([0x20, 0x20] + blocks(resultMessage("1")))
        #expect(peer.remark == "2 bytes outside an MLLP block were skipped.")
        #expect(try peer.committed() == [Answer("AA", of: "1")])
    }

    @Test("a connection lost in a message: what came is journalled, not understood and not answered")
    func abandoned() throws {
        let peer = try MLLPPeer()
        let cut = Array(resultMessage("1").dropLast(12))
        try peer.send([0x0B] + cut)
        #expect(peer.journal.waiting.isEmpty)
        peer.hangUp()
        #expect(peer.journal.waiting.map(\.bytes) == [cut])
        guard case .incomplete(let reason, processableText: 0)? = peer.journal.waiting.first?.ending else {
            Issue.record("it counts as whole")
            return
        }
        #expect(reason.contains("connection was lost"))
        #expect(peer.journal.waiting.first?.unreadable == nil)
        #expect(try peer.committed() == [])
    }

    @Test("a connection lost before the commit: the message is stored, and nobody is answered")
    func lostBeforeCommit() throws {
        let peer = try MLLPPeer()
        try peer.send(blocks(resultMessage("1")))
        peer.hangUp()
        #expect(try peer.committed() == [])
        #expect(peer.status.devices().first?.state == "listening")
    }
}
