import Core
import HL7
import NIOConcurrencyHelpers
import Testing

@testable import Links

@Suite("How a device's HL7 is answered")
struct ResultAcceptorTests {
    /// `link.acknowledge` of the profile, MSH-15 and 16 of the message, what goes back for a stored message and for one
    /// the store refused.
    @Test(
        "by the profile's policy and the message's conditions",
        arguments: [
            ("by-message", "|", ["AA"], ["AE"]), ("by-message", "AL|NE", ["CA"], ["CE"]),
            ("by-message", "AL|AL", ["CA", "AA"], ["CE", "AE"]), ("by-message", "NE|NE", [], []),
            ("by-message", "ER|NE", [], ["CE"]), ("by-message", "NE|SU", ["AA"], []),
            ("by-message", "|0", ["AA"], ["AE"]), ("original", "AL|NE", ["AA"], ["AE"]),
            ("enhanced", "|", ["CA"], ["CE"]), ("never", "AL|AL", [], []),
        ])
    func policy(acknowledge: String, conditions: String, stored: [String], refused: [String]) throws {
        let peer = try MLLPPeer(acknowledge: acknowledge)
        try peer.send(blocks(resultMessage("1", conditions: conditions)))
        #expect(try peer.committed().map(\.code) == stored)
        try peer.send(blocks(resultMessage("2", conditions: conditions)))
        let answers = try peer.failed(.refused("no"))
        #expect(answers.map(\.code) == refused)
        #expect(answers.allSatisfy { $0.of == "2" && $0.text.hasPrefix("Not stored: ") })
    }

    @Test("MSA-2 is the sender's number, byte for byte", arguments: ["1", "007", "A-é-7", "", "x y"])
    func controlID(id: String) throws {
        let peer = try MLLPPeer()
        try peer.send(blocks(resultMessage(id)))
        #expect(try peer.committed() == [Answer("AA", of: id)])
    }

    @Test(
        "what is no HL7 is answered by the profile's policy too",
        arguments: [("by-message", ["AE"]), ("original", ["AE"]), ("enhanced", ["CE"]), ("never", [])])
    func unreadable(acknowledge: String, codes: [String]) throws {
        let peer = try MLLPPeer(acknowledge: acknowledge)
        try peer.send(blocks(Array("GARBAGE".utf8)))
        #expect(peer.journal.waiting.count == 1)
        #expect(try peer.committed().map(\.code) == codes)
    }

    @Test("control ids of our answers never repeat")
    func ownIDs() throws {
        let ids = ControlIDs(started: Timestamp(microseconds: 1_000_000))
        #expect(Set((0..<100).map { _ in ids.next() }).count == 100)
    }
}

@Suite("How orders in HL7 are answered")
struct OrderAcceptorTests {
    private func order(_ id: String, _ segments: String...) -> [UInt8] {
        let header = "MSH|^~\\&|HMS||LABRADOR||20261122094000||ORM^O01|\(id)|P|2.5"
        return Array((([header] + segments).joined(separator: "\r") + "\r").utf8)
    }

    private let good = ["PID|1||MRN1^^^^MR||RAO^ASHA", "ORC|NW|P1|L26-1", "OBR|1|P1|L26-1|CBC"]

    @Test("AA says what became of the orders; they are stored with their message")
    func accepted() throws {
        var receipt = OrderReceipt()
        (receipt.placed, receipt.amended, receipt.cancelled) = (2, 1, 1)
        let book = FakeOrderBook(answer: .success(receipt))
        let peer = try MLLPPeer(orders: book)
        let message = order("7", good[0], good[1], good[2])
        #expect(try peer.send(blocks(message)) == [Answer("AA", of: "7", text: "2 placed, 1 amended, 1 cancelled")])
        #expect(book.received.withLockedValue { $0.count } == 1)
        #expect(book.sources.withLockedValue { $0.map { $0?.bytes } } == [message])
        #expect(book.sources.withLockedValue { $0.map { $0?.device } } == ["orders"])
        #expect(peer.journal.waiting.isEmpty)
    }

    @Test("what the store does not take is AE with the reason")
    func notStored() throws {
        let book = FakeOrderBook(answer: .failure(.full("no room")))
        let peer = try MLLPPeer(orders: book)
        let answers = try peer.send(blocks(order("7", good[0], good[1], good[2])))
        #expect(answers == [Answer("AE", of: "7", text: "Not stored: \(StoreError.full("no room").sentence)")])
    }

    @Test("a mistake is kept as unreadable, and only then answered AE with its place")
    func mistake() throws {
        let book = FakeOrderBook()
        let peer = try MLLPPeer(orders: book)
        let message = order("7", "PID|1||||RAO^ASHA", good[1], good[2])
        #expect(try peer.send(blocks(message)) == [])
        #expect(peer.journal.waiting.map(\.bytes) == [message])
        #expect(peer.journal.waiting.map(\.unreadable) == ["PID-3 is empty: an order needs an MRN."])
        let text = "PID-3 is empty: an order needs an MRN."
        #expect(try peer.committed() == [Answer("AE", of: "7", text: text, error: "PID-1-3: \(text)")])
        #expect(book.received.withLockedValue { $0.isEmpty })
    }

    @Test("a mistake that could not even be kept says so")
    func mistakeNotKept() throws {
        let peer = try MLLPPeer(orders: FakeOrderBook())
        try peer.send(blocks(order("7", good[0])))
        let answers = try peer.failed(.full("no room"))
        #expect(answers.map(\.code) == ["AE"])
        #expect(answers.first?.text.hasSuffix("Not stored: \(StoreError.full("no room").sentence)") == true)
    }

    @Test("results sent to the order port are not lost, and the answer says where they belong")
    func wrongPort() throws {
        let peer = try MLLPPeer(orders: FakeOrderBook())
        try peer.send(blocks(resultMessage("1")))
        #expect(peer.journal.waiting.count == 1)
        let answers = try peer.committed()
        #expect(answers.map(\.code) == ["AE"])
        #expect(answers.first?.text.contains("Send results to their device's port") == true)
    }

    @Test("an order whose framing broke is kept and never understood, even if it looks whole")
    func brokenFraming() throws {
        let book = FakeOrderBook()
        let peer = try MLLPPeer(orders: book)
        try peer.send([0x0B] + order("7", good[0], good[1], good[2]) + blocks(order("8", good[0], good[1], good[2])))
        #expect(book.received.withLockedValue { $0.count } == 1)
        #expect(peer.journal.waiting.map { $0.unreadable != nil } == [true])
    }

    @Test("garbage is AE too")
    func garbage() throws {
        let peer = try MLLPPeer(orders: FakeOrderBook())
        try peer.send(blocks(Array("GARBAGE".utf8)))
        #expect(try peer.committed().map(\.code) == ["AE"])
    }

    @Test("a connection lost in an order: journalled, placed nowhere")
    func abandoned() throws {
        let book = FakeOrderBook()
        let peer = try MLLPPeer(orders: book)
        try peer.send([0x0B] + order("7", good[0], good[1], good[2]))
        peer.hangUp()
        #expect(peer.journal.waiting.map(\.device) == ["orders"])
        #expect(book.received.withLockedValue { $0.isEmpty })
    }
}
