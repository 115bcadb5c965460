import Blocks
import Testing

/// Every state times every event, illegal ones too: what must hold whatever happens.
@Suite struct BlockLinkGridTests {
    enum Start: String, CaseIterable {
        case ready, refusing, open, savingFirst, savingOpen, savingLast, savingRestart, waiting, sending, lost,
            savingLost, savingTimed, savingLate
    }

    /// A machine in a state, and the save under way in it.
    static func machine(_ start: Start) -> (BlockLink, BlockSaveToken) {
        var dialogue = inSeries
        if start == .waiting { dialogue.bad = nil }
        if start == .savingTimed || start == .savingLate { dialogue.answerWithin = .seconds(2) }
        var link = BlockLink(framing: plain, dialogue: dialogue)
        var token = BlockSaveToken(number: 0)
        func hear(_ text: String) {
            if let save = save(link.handle(.token(block(text)))) { token = save.token }
        }
        func begin() {
            hear("1")
            _ = link.handle(.saved(token))
        }
        switch start {
        case .ready: break
        case .refusing: link.isAccepting = false
        case .open: begin()
        case .savingFirst: hear("1")
        case .savingOpen:
            begin()
            hear("2")
        case .savingLast:
            begin()
            hear("9")
        case .savingRestart:
            begin()
            hear("1")
        case .waiting:
            hear("1")
            _ = link.handle(.saveFailed(token))
        case .sending: _ = link.handle(.send(number: 5, blocks: [bytes("a")]))
        case .lost: _ = link.handle(.linkLost)
        case .savingTimed: hear("1")
        case .savingLate:
            hear("1")
            _ = link.handle(.timerFired(.receiver))
        case .savingLost:
            hear("1")
            _ = link.handle(.linkLost)
        }
        return (link, token)
    }

    static let events: [(name: String, make: @Sendable (BlockSaveToken) -> BlockLink.Event)] = [
        ("first", { _ in .token(block("1 x")) }), ("middle", { _ in .token(block("2 x")) }),
        ("last", { _ in .token(block("9")) }), ("lone", { _ in .token(block("D")) }),
        ("wrong", { _ in .token(.block(Block(wire: [2], text: [], verdict: .checkMissing))) }),
        ("ENQ", { _ in .token(.control(0x05)) }), ("ACK", { _ in .token(.control(0x06)) }),
        ("NAK", { _ in .token(.control(0x15)) }), ("junk", { _ in .token(.junk([1])) }),
        ("receiver", { _ in .timerFired(.receiver) }), ("sender", { _ in .timerFired(.sender) }),
        ("saved", { .saved($0) }), ("failed", { .saveFailed($0) }),
        ("otherSave", { _ in .saved(BlockSaveToken(number: 99)) }), ("loss", { _ in .linkLost }),
        ("send", { _ in .send(number: 8, blocks: [bytes("b")]) }), ("withdraw", { _ in .withdraw(number: 5) }),
    ]

    @Test(arguments: Start.allCases, events.map(\.name))
    func invariants(start: Start, name: String) throws {
        let event = try #require(Self.events.first { $0.name == name })
        var (link, token) = Self.machine(start)
        let wasWaiting = link.isWaitingForSave
        let actions = link.handle(event.make(token))
        // The good answer never leaves but for a save that succeeded, or for ENQ.
        if actions.contains(.sendBytes([0x06])) { #expect(name == "saved" || name == "ENQ") }
        // Nor does anything when the device has stopped waiting.
        if start == .savingLate, name == "saved" || name == "failed" {
            #expect(actions.first == .note(.answerTooLate))
            #expect(!actions.contains { if case .sendBytes = $0 { true } else { false } })
        }
        // At most one save at a time, and never a second while one is under way.
        #expect(actions.count { if case .save = $0 { true } else { false } } <= 1)
        if wasWaiting, case .token = event.make(token) { #expect(actions == [.note(.tokenDuringSave)]) }
        if save(actions) != nil { #expect(link.isWaitingForSave) }
        // After a loss nothing is said any more.
        if start == .lost || start == .savingLost || name == "loss" {
            #expect(!actions.contains { if case .sendBytes = $0 { true } else { false } })
        }
        #expect(link.queuedSends <= 2)
    }

    /// Any two events from any state trap nowhere, and every message of ours has one end.
    @Test(arguments: Start.allCases)
    func pairs(start: Start) {
        for first in Self.events {
            for second in Self.events {
                var (link, token) = Self.machine(start)
                var ended: [Int: Int] = [:]
                for event in [first, second] {
                    let actions = link.handle(event.make(token))
                    if let save = save(actions) { token = save.token }
                    for case .finished(let number, _) in actions { ended[number, default: 0] += 1 }
                }
                let loss = link.handle(.linkLost)
                for case .finished(let number, _) in loss { ended[number, default: 0] += 1 }
                let sends = [first, second].count { $0.name == "send" }
                if sends == 1 { #expect(ended[8] == 1, "\(first.name), \(second.name)") }
                #expect(link.queuedSends == 0)
            }
        }
    }
}
