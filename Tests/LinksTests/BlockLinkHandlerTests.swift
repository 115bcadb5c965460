import Core
import NIOCore
import NIOEmbedded
import Profiles
import Testing

@testable import Links

private let profile = """
    name: Test
    protocol: blocks
    pass_through: true
    framing: { start: STX, end: ETX, check: { kind: xor, over: text-and-end, form: byte, place: after-end } }
    dialogue: { answers: { ENQ: ACK }, good: ACK, bad: NAK }
    layout:
      records:
        - { record: D, when: { prefix: 'D ' }, columns: { specimen: 3-8 }, repeat: { from: 9, width: 7, columns: { code: 1-3, value: 4-7 } } }
        - { record: RB, when: { prefix: RB }, is: ignored, why: it begins to ask }
    orders:
      dialect: blocks
      query: { when: { prefix: 'R ' }, specimen: 3-8 }
      reply: "S {query:3-8}{tests}"
      test: "{code:3>}0"
      nothing: SE
      download: "S {specimen:6<}{tests}"

    """

/// A block as the device of the profile writes it.
private func block(_ text: String) -> [UInt8] {
    let text = Array(text.utf8)
    return [2] + text + [3, text.reduce(3, ^)]
}

private let ack: [UInt8] = [6]
private let nak: [UInt8] = [0x15]

@Suite("A device of blocks on the line")
struct BlockLinkHandlerTests {
    private func peer(_ orders: Order..., profile text: String = profile) throws -> DialoguePeer {
        try DialoguePeer(profile: text, orders: FakeDeviceOrders(orders))
    }

    @Test("a block is answered when it is committed, byte by byte or whole")
    func commitThenAnswer() throws {
        let peer = try peer()
        #expect(try peer.device([5]) == ack)
        for byte in block("D L26-1 GLU 5.1") { #expect(try peer.device([byte]) == []) }
        #expect(peer.journal.waiting.map(\.bytes) == [block("D L26-1 GLU 5.1")])
        #expect(peer.journal.waiting.first?.wire == .blocks)
        #expect(try peer.committed() == ack)
        // Two at once: the second waits for the first's commit.
        #expect(try peer.device(block("D L26-2 GLU 5.2") + block("D L26-3 GLU 5.3")) == [])
        #expect(peer.journal.waiting.count == 1)
        #expect(try peer.committed() == ack)
        #expect(peer.journal.waiting.map(\.bytes) == [block("D L26-3 GLU 5.3")])
        #expect(try peer.committed() == ack)
        #expect(peer.status.devices().first?.messages == 3)
    }

    @Test("a wrong check is refused, told and not kept")
    func wrongCheck() throws {
        let peer = try peer()
        var wrong = block("D L26-1 GLU 5.1")
        wrong[5] ^= 1
        for _ in 0..<3 { #expect(try peer.device(wrong) == nak) }
        #expect(peer.journal.waiting.isEmpty)
        #expect(peer.remark.hasPrefix("Checksum wrong in 3 of the last 3"))
        #expect(try peer.device(block("D L26-1 GLU 5.1")) == [])
        #expect(try peer.committed() == ack)
    }

    @Test("a failed commit is refused, and the block is taken when it comes again")
    func failedCommit() throws {
        let peer = try peer()
        #expect(try peer.device(block("D L26-1 GLU 5.1")) == [])
        peer.journal.fail(.full("no room"))
        #expect(try peer.sent() == nak)
        #expect(try peer.device(block("D L26-1 GLU 5.1")) == [])
        #expect(try peer.committed() == ack)
    }

    @Test("a query is answered from the orders, when it is durable")
    func query() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU", "URE"))
        #expect(try peer.device(block("R L26-1 ")) == [])
        #expect(try peer.committed() == ack + block("S L26-1 GLU0URE0"))
        #expect(peer.orders.asked == [1])
        // Taken: nothing more is said.
        #expect(try peer.device(ack) == [])
        #expect(try peer.device(block("R L26-9 ")) == [])
        #expect(try peer.committed() == ack + block("SE"))
        #expect(peer.orders.filters.map(\.accessions) == [["L26-1"], ["L26-9"]])
    }

    @Test("our block is sent again where it is refused or not answered, three times")
    func retries() throws {
        let peer = try peer(laboratoryOrder("L26-1", "GLU"))
        _ = try peer.device(block("R L26-1 "))
        let reply = block("S L26-1 GLU0")
        #expect(try peer.committed() == ack + reply)
        #expect(try peer.device(nak) == reply)
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(try peer.sent() == reply)
        #expect(try peer.device(nak) == [])
        #expect(peer.remark.contains("the analyser refused our block each time"))
    }

    @Test("an order goes out unasked, and its fate comes back")
    func download() throws {
        let peer = try peer()
        let outcome = Outcome()
        peer.outlet.send(.init(content: Array("S L26-7 GLU0".utf8), dispatches: [7])) { outcome.value = $0 }
        #expect(try peer.sent() == block("S L26-7 GLU0"))
        #expect(outcome.value == nil)
        #expect(try peer.device(ack) == [])
        #expect(outcome.value == .taken)
    }

    /// Told on the embedded loop, on this thread.
    private final class Outcome: @unchecked Sendable { var value: SendOutcome? }

    @Test("silence ends a block that has no end, and a hang-up does")
    func silence() throws {
        let printer = """
            name: Printer
            protocol: blocks
            pass_through: true
            framing: { idle: 3s }
            layout: { units: lines, records: [ { record: R, words: { code: 1, value: 2 }, result: whole } ] }

            """
        let peer = try peer(profile: printer)
        #expect(try peer.device(Array("Na 140\r\n".utf8)) == [])
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        // It goes on: the silence begins anew.
        #expect(try peer.device(Array("K 4.1\r\n".utf8)) == [])
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(peer.journal.waiting.isEmpty)
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(peer.journal.waiting.map(\.bytes) == [Array("Na 140\r\nK 4.1\r\n".utf8)])
        _ = try peer.committed()
        #expect(try peer.device(Array("Cl 100".utf8)) == [])
        try peer.channel.close().wait()
        #expect(peer.journal.waiting.map(\.bytes) == [Array("Cl 100".utf8)])
    }

    @Test("several blocks are parts of one entry, each answered when it is durable")
    func series() throws {
        let text = profile.replacing(
            "bad: NAK", with: "bad: NAK, message: { begins: { prefix: RB }, ends: { prefix: RE }, within: 30s }")
        let peer = try peer(profile: text)
        for (part, content) in ["RB", "D L26-1 GLU 5.1", "RE"].enumerated() {
            #expect(try peer.device(block(content)) == [])
            let entry = try #require(peer.journal.waiting.first)
            #expect(entry.part == part && (entry.message == nil) == (part == 0))
            #expect(try peer.committed() == ack)
        }
        // Cut off by silence it ends as it stands.
        #expect(try peer.device(block("RB")) == [])
        #expect(try peer.committed() == ack)
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(31))
        let end = try #require(peer.journal.waiting.first)
        #expect(end.bytes.isEmpty && end.part == 1)
        #expect(peer.remark == "A message ended early: its last block never came.")
    }
}
