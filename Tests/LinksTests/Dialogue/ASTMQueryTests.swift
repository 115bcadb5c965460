import ASTM
import Core
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Testing

@testable import Links

private let enq: [UInt8] = [0x05]
private let eot: [UInt8] = [0x04]
private let ack: [UInt8] = [0x06]
private let nak: [UInt8] = [0x15]

private let profile = "name: Test\nprotocol: astm\npass_through: true\norders: { dialect: astm, download: true }\n"

@Suite("An ASTM analyser asks for its orders")
struct ASTMQueryTests {
    private let query = astmFrames("H|\\^&|||chem", "Q|1|^L26-1||ALL||||||||O", "L|1|N")

    private func peer(_ orders: Order...) throws -> DialoguePeer {
        try DialoguePeer(profile: profile, orders: FakeDeviceOrders(orders))
    }

    /// The analyser asks; returns once its last frame is durable and acknowledged.
    private func ask(_ peer: DialoguePeer) throws {
        #expect(try peer.device(enq) == ack)
        for frame in query.dropLast() { #expect(try peer.device(frame) == ack) }
        #expect(try peer.device(query[2]) == [])
        #expect(try peer.committed() == ack)
    }

    /// The analyser takes everything we send, acknowledging each frame; returns the records.
    private func take(_ peer: DialoguePeer, after first: [UInt8]) throws -> [String] {
        var wire: [UInt8] = []
        var said = first
        while !said.isEmpty, said != eot {
            wire += said
            said = try peer.device(ack)
        }
        #expect(said == eot)
        return astmRecords(wire)
    }

    @Test("its EOT makes the line free, and we send what is ordered")
    func answered() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU", "UREA"), laboratoryOrder("L26-2", "CRE"))
        try ask(peer)
        let records = try take(peer, after: try peer.device(eot))
        #expect(records.map { $0.prefix(1) } == ["H", "P", "O", "L"])
        #expect(records[1].contains("MRN0001"))
        #expect(records[2].contains("|L26-1|") && records[2].contains("^^^GLU\\^^^UREA"))
        #expect(records[3] == "L|1|F")
        #expect(peer.orders.filters.map(\.accessions) == [["L26-1"]])
        #expect(peer.orders.asked == [1])
        #expect(peer.remark == "")
    }

    @Test("nothing is sent before the query is durable")
    func durableFirst() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        _ = try peer.device(enq)
        for frame in query.dropLast() { _ = try peer.device(frame) }
        #expect(try peer.device(query[2] + eot) == [])
        #expect(peer.orders.filters.isEmpty)
        #expect(try peer.committed() == ack + enq)
    }

    /// An analyser that waits so long for the answer to its query.
    private func waiting(_ time: String, _ orders: FakeDeviceOrders) throws -> DialoguePeer {
        try DialoguePeer(
            profile: profile.replacingOccurrences(of: "dialect: astm", with: "dialect: astm, answer_within: \(time)"),
            orders: orders)
    }

    @Test("an answer that is ready too late is not sent, and nothing counts as told")
    func lateAnswer() throws {
        let orders = FakeDeviceOrders([laboratoryOrder("L26-1", "GLU")])
        let peer = try waiting("12s", orders)
        orders.beforeAnswering { peer.now.withLockedValue { $0 += 13_000_000 } }
        try ask(peer)
        #expect(try peer.device(eot) == [])
        #expect(orders.asked == [])
        #expect(peer.remark.hasPrefix("The answer to a query was ready later than the analyser waits"))
        // It asks again, in time.
        orders.beforeAnswering {}
        try ask(peer)
        #expect(try take(peer, after: try peer.device(eot)).count == 4)
    }

    @Test("an answer that finds no free line in time is taken back")
    func lineNotFree() throws {
        let peer = try waiting("12s", FakeDeviceOrders([laboratoryOrder("L26-1", "GLU")]))
        try ask(peer)
        // No EOT: the analyser keeps the line.
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(13))
        #expect(try peer.device(eot) == [])
        #expect(peer.remark.hasPrefix("The line was not free in time"))
    }

    @Test("for a specimen without an order the answer is L|1|I")
    func nothingOrdered() throws {
        let peer = try peer(laboratoryOrder("L26-9", "GLU"))
        try ask(peer)
        #expect(try take(peer, after: try peer.device(eot)).last == "L|1|I")
        #expect(peer.orders.asked.isEmpty)
    }

    @Test("a query that could not be looked up is not answered with nothing ordered")
    func storeFails() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        peer.orders.fail(.refused("busy"))
        try ask(peer)
        #expect(try peer.device(eot) == [])
        #expect(peer.remark.contains("could not be answered"))
    }

    @Test("an ENQ together with the EOT goes first; the answer comes when the line is free again")
    func instrumentFirst() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        try ask(peer)
        #expect(try peer.device(eot + enq) == ack)
        let results = astmFrames("H|\\^&", "P|1", "O|1|L26-7", "R|1|^^^GLU|5.10", "L|1|N")
        for frame in results.dropLast() { #expect(try peer.device(frame) == ack) }
        #expect(try peer.device(results[4]) == [])
        #expect(try peer.committed() == ack)
        #expect(try take(peer, after: try peer.device(eot)).contains { $0.contains("|L26-1|") })
    }

    @Test("where both ask at once the analyser has the line, and the answer follows")
    func contention() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        try ask(peer)
        #expect(try peer.device(eot) == enq)
        // Its ENQ crosses ours: that one is not acknowledged, the next is (LIS01-A2 6.2.7.1).
        #expect(try peer.device(enq) == [])
        #expect(try peer.device(enq) == ack)
        #expect(try take(peer, after: try peer.device(eot)).contains { $0.contains("|L26-1|") })
    }

    @Test("an analyser that does not take the answer is told on the device's page")
    func refused() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        try ask(peer)
        #expect(try peer.device(eot) == enq)
        let frame = try peer.device(ack)
        for _ in 1..<6 { #expect(try peer.device(nak) == frame) }
        #expect(try peer.device(nak) == eot)
        #expect(peer.remark.contains("refused frame 1"))
    }

    @Test("a query in one frame, and one in frames cut anywhere, is found", arguments: [1, 3, 7, 240])
    func cutAnywhere(size: Int) throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        #expect(try peer.device(enq) == ack)
        var encoder = FrameEncoder(textBytes: size)
        let frames = try encoder.frames(Array("H|\\^&|||chem\rQ|1|^L26-1||ALL\rL|1|N\r".utf8))
        for frame in frames {
            var said = try peer.device(frame)
            while said.isEmpty { said = try peer.committed() }
            #expect(said == ack)
        }
        #expect(try take(peer, after: try peer.device(eot)).contains { $0.contains("|L26-1|") })
    }

    @Test("a result whose text holds a Q is not looked at for a query")
    func noQuery() throws {
        #expect(!QueryBytes.mayHoldQuery(astmFrames("R|1|^^^EQA|QUANTUM", "C|1|QNS").flatMap { $0 }))
        #expect(QueryBytes.mayHoldQuery(astmFrames("Q|1|^L26-1").flatMap { $0 }))
        #expect(QueryBytes.mayHoldQuery(Array("H|\\^&\rQ|1|^L26-1\r".utf8)))
    }

    @Test("a query that was cut off is not answered: its specimen may be cut too")
    func cutOff() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        #expect(try peer.device(enq) == ack)
        let text = Array("H|\\^&|||chem\rQ|1|^L26-1".utf8)
        #expect(try peer.device(FrameEncoder.frame(number: 1, text: text, isFinal: false)) == ack)
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(31))
        #expect(peer.journal.waiting.count == 1)
        #expect(try peer.committed() == [])
        #expect(peer.orders.filters.isEmpty)
    }

    @Test("a newer query takes the place of an answer that was not sent yet")
    func newerQuery() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"), laboratoryOrder("L26-2", "CRE"))
        try ask(peer)
        // The analyser goes on at once with another query.
        #expect(try peer.device(eot + enq) == ack)
        let second = astmFrames("H|\\^&|||chem", "Q|1|^L26-2||ALL", "L|1|N")
        for frame in second.dropLast() { #expect(try peer.device(frame) == ack) }
        #expect(try peer.device(second[2]) == [])
        #expect(try peer.committed() == ack)
        let records = try take(peer, after: try peer.device(eot))
        #expect(records.contains { $0.contains("|L26-2|") })
        #expect(!records.contains { $0.contains("|L26-1|") })
        #expect(try peer.device([]) == [])
        #expect(peer.remark == "")
    }

    @Test("an order that another patient shares the accession with is never sent")
    func shared() throws {
        let orders = FakeDeviceOrders([laboratoryOrder("L26-1", "GLU")])
        orders.share()
        let peer = try DialoguePeer(profile: profile, orders: orders)
        try ask(peer)
        #expect(try take(peer, after: try peer.device(eot)).last == "L|1|I")
        #expect(peer.remark.contains("different patients"))
        #expect(peer.orders.asked.isEmpty)
    }
}

@Suite("Bare ASTM records over TCP")
struct UnframedHandlerTests {
    private let profile = """
        name: Test
        protocol: astm
        pass_through: true
        link: { framing: unframed }
        orders: { dialect: astm }
        """
    private let results = Array("H|\\^&|||chem\rP|1\rO|1|L26-7\rR|1|^^^GLU|5.10\rL|1|N\r".utf8)

    @Test("a message is stored and nothing is answered; a query is answered with bare records")
    func dialogue() throws {
        let peer = try DialoguePeer(profile: profile, orders: FakeDeviceOrders([laboratoryOrder("L26-1", "GLU")]))
        #expect(try peer.device(results) == [])
        #expect(peer.journal.waiting.map(\.bytes) == [results])
        #expect(peer.journal.waiting.map(\.ending) == [.complete])
        #expect(try peer.committed() == [])
        #expect(try peer.device(Array("H|\\^&|||chem\rQ|1|^L26-1||ALL\rL|1|N\r".utf8)) == [])
        let said = String(decoding: try peer.committed(), as: UTF8.self)
        #expect(said.hasPrefix("H|\\^&|") && said.contains("|L26-1|") && said.hasSuffix("L|1|F\r"))
    }

    @Test("what could not be stored before the device hung up is tried again, a few times, and then told")
    func refusedAndGone() throws {
        let peer = try DialoguePeer(profile: profile, orders: FakeDeviceOrders())
        try peer.device(results)
        peer.journal.fail(.full("no room"))
        _ = try peer.sent()
        #expect(peer.journal.waiting.isEmpty)
        peer.channel.pipeline.fireChannelInactive()
        #expect(peer.journal.waiting.map(\.bytes) == [results])
        peer.journal.commit()
        peer.channel.embeddedEventLoop.run()
        #expect(peer.journal.waiting.isEmpty)

        let other = try DialoguePeer(profile: profile, orders: FakeDeviceOrders())
        try other.device(results)
        other.channel.pipeline.fireChannelInactive()
        var tries = 0
        while !other.journal.waiting.isEmpty, tries < 20 {
            tries += 1
            other.journal.fail(.full("no room"))
            other.channel.embeddedEventLoop.run()
        }
        // The first, three more, and the last one when the link is given up.
        #expect(tries == 5)
        #expect(other.remark.contains("could not be stored"))
    }
}
