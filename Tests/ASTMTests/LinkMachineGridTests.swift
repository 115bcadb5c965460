import ASTM
import Testing

/// Every state of the duplex link against every event, the illegal ones too, in both roles.
@Suite struct LinkMachineGridTests {
    enum Start: String, CaseIterable, Sendable {
        case neutral, establishing, busy, contention, transferring, lastFrame, turnaround, interruptPause, failurePause
        case peerHasLine, peerHasLineOursWaits, busyWhilePeerSends, overdueWhilePeerSends, saving, savingOursWaits
        case savingOverdue, holding, holdingRefusal
        case lost
    }

    /// Sends 7 and, in some states, 8; two frames each.
    static let ours = [wire(1, "H|\\^&\r", final: false), wire(2, "L|1\r")]

    /// Brings a new machine into the state; the token names the save under way, if there is one.
    static func machine(_ start: Start, _ role: LinkSender.Role) -> (LinkMachine, SaveToken) {
        var link = LinkMachine(role: role)
        var last: [LinkMachine.Action] = []
        func send(_ number: Int) { last = link.handle(.send(number: number, frames: ours)) }
        func hear(_ tokens: LinkToken...) { for token in tokens { last = link.handle(.token(token)) } }
        switch start {
        case .neutral: break
        case .establishing: send(7)
        case .busy:
            send(7)
            hear(.nak)
        case .contention:
            send(7)
            hear(.enq)
        case .transferring:
            send(7)
            hear(.ack)
        case .lastFrame:
            send(7)
            hear(.ack, .ack)
        case .turnaround:
            hear(.enq)
            send(7)
            hear(.eot)
        case .interruptPause:
            send(7)
            send(8)
            hear(.ack, .ack, .eot)
        case .failurePause:
            send(7)
            send(8)
            for _ in 1...5 {
                hear(.nak)
                _ = link.handle(.timerFired(.sender))
            }
            hear(.nak)
        case .peerHasLine: hear(.enq)
        case .peerHasLineOursWaits:
            hear(.enq)
            send(7)
        case .busyWhilePeerSends:
            send(7)
            hear(.nak, .enq)
        case .overdueWhilePeerSends:
            send(7)
            hear(.nak, .enq)
            _ = link.handle(.timerFired(.sender))
        case .saving: hear(.enq, frame(1, "H|\\^&\rL|1\r"))
        case .savingOursWaits:
            hear(.enq, frame(1, "H|\\^&\rL|1\r"))
            let token = saveToken(last)
            send(7)
            return (link, token)
        case .savingOverdue, .holding:
            hear(.enq, frame(1, "H|\\^&\rL|1\r"))
            let token = saveToken(last)
            _ = link.handle(.timerFired(.receiver))
            guard start == .holding else { return (link, token) }
            last = link.handle(.saved(token))
        case .holdingRefusal:
            hear(.enq, frame(1, "H|\\^&\r"), .enq)
            _ = link.handle(.timerFired(.receiver))
            last = link.handle(.saveFailed(saveToken(last)))
        case .lost: _ = link.handle(.linkLost)
        }
        return (link, saveToken(last))
    }

    static let events: [(name: String, make: @Sendable (SaveToken) -> LinkMachine.Event)] = [
        ("ENQ", { _ in .token(.enq) }),
        ("EOT", { _ in .token(.eot) }),
        ("ACK", { _ in .token(.ack) }),
        ("NAK", { _ in .token(.nak) }),
        ("frame1", { _ in .token(frame(1, "H|\\^&\r")) }),
        ("frame5", { _ in .token(frame(5, "R|2|y|6\r")) }),
        ("bad", { _ in .token(.badFrame(.init(reason: .checksumMissing, wire: []))) }),
        ("text", { _ in .token(.text([72])) }),
        ("junk", { _ in .token(.junk([1])) }),
        ("receiver", { _ in .timerFired(.receiver) }),
        ("sender", { _ in .timerFired(.sender) }),
        ("saved", { .saved($0) }),
        ("failed", { .saveFailed($0) }),
        ("other", { _ in .saved(SaveToken(number: 99)) }),
        ("lost", { _ in .linkLost }),
        ("send", { _ in .send(number: 9, frames: ours) }),
    ]
    /// For each state of a computer: what ENQ, EOT, ACK, NAK lead to; then the frames, the fault, text and junk; then the
    /// timers of receiver and sender; then the outcomes of a save, loss, and a message to send.
    static let expected: [Start: [String]] = [
        .neutral: [
            "ACK r30", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "n",
            "n", "n", "n", "", "ENQ s15",
        ],
        .establishing: [
            "s20 n", "n", "F1 s15", "s10",
            "n", "n", "n", "n", "n",
            "n", "EOT !7 enquiryUnanswered s10",
            "n", "n", "n", "s- !7 linkLost", "",
        ],
        .busy: [
            "ACK r30", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "ENQ s15",
            "n", "n", "n", "s- !7 linkLost", "",
        ],
        .contention: [
            "s- ACK r30", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "ENQ s15",
            "n", "n", "n", "s- !7 linkLost", "",
        ],
        .transferring: [
            "F1 s15", "F2 s15 n", "F2 s15", "F1 s15",
            "F1 s15", "F1 s15", "F1 s15", "F1 s15", "F1 s15",
            "n", "EOT !7 frameUnanswered(0) s10",
            "n", "n", "n", "s- !7 linkLost", "",
        ],
        .lastFrame: [
            "F2 s15", "s- EOT +7 s15 n", "s- EOT +7", "F2 s15",
            "F2 s15", "F2 s15", "F2 s15", "F2 s15", "F2 s15",
            "n", "EOT !7 frameUnanswered(1) s10",
            "n", "n", "n", "s- !7 linkLost", "",
        ],
        .turnaround: [
            "ACK r30 s-", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "ENQ s15",
            "n", "n", "n", "s- !7 linkLost", "",
        ],
        .interruptPause: [
            "ACK r30 s-", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "ENQ s15",
            "n", "n", "n", "s- !8 linkLost", "",
        ],
        .failurePause: [
            "ACK r30", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "ENQ s15",
            "n", "n", "n", "s- !8 linkLost", "",
        ],
        .peerHasLine: [
            "ACK r30 n", "r-", "n", "n",
            "ACK r30", "NAK r30 n", "NAK r30 n", "n", "n",
            "r-", "n",
            "n", "n", "n", "r-", "",
        ],
        .peerHasLineOursWaits: [
            "ACK r30 n", "r- s0", "n", "n",
            "ACK r30", "NAK r30 n", "NAK r30 n", "n", "n",
            "r- s0", "n",
            "n", "n", "n", "!7 linkLost r-", "",
        ],
        .busyWhilePeerSends: [
            "ACK r30 n", "r-", "n", "n",
            "ACK r30", "NAK r30 n", "NAK r30 n", "n", "n",
            "r-", "",
            "n", "n", "n", "s- !7 linkLost r-", "",
        ],
        .overdueWhilePeerSends: [
            "ACK r30 n", "r- s0", "n", "n",
            "ACK r30", "NAK r30 n", "NAK r30 n", "n", "n",
            "r- s0", "n",
            "n", "n", "n", "!7 linkLost r-", "",
        ],
        .saving: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "", "n",
            "ACK r30", "NAK r30 n", "n", "r-", "",
        ],
        .savingOursWaits: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "", "n",
            "ACK r30", "NAK r30 n", "n", "!7 linkLost r-", "",
        ],
        .savingOverdue: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "n",
            "r2", "r2 n", "n", "", "",
        ],
        .holding: [
            "ACK r30 n", "r-", "n", "n",
            "ACK r30 n", "NAK r30 n", "NAK r30 n", "n", "n",
            "ACK r30", "n",
            "n", "n", "n", "r-", "",
        ],
        .holdingRefusal: [
            "S1.0i n r14", "n r-", "n", "n",
            "n r-", "n r-", "n r-", "n", "n",
            "NAK", "n",
            "n", "n", "n", "r- S1.0i n", "",
        ],
        .lost: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "n", "n",
            "n", "n", "n", "", "!9 linkLost",
        ],
    ]

    /// Where an instrument does otherwise: it does not wait for the other side's ENQ, and asks again after 1 s.
    static let instrument: [Start: [String: String]] = [
        .establishing: ["ENQ": "s1 n"],
        .contention: ["ENQ": "ACK r30"],
    ]

    @Test(arguments: Start.allCases, [LinkSender.Role.computer, .instrument])
    func everyEvent(start: Start, role: LinkSender.Role) throws {
        let row = try #require(Self.expected[start])
        try #require(row.count == Self.events.count)
        for (event, ofComputer) in zip(Self.events, row) {
            var (link, token) = Self.machine(start, role)
            let own = role == .instrument ? Self.instrument[start]?[event.name] : nil
            #expect(short(link.handle(event.make(token))) == own ?? ofComputer, "\(role) \(start), \(event.name)")
        }
    }

    /// Whatever comes: each send has an outcome as soon as the link is lost, and only one; a save is asked for whenever
    /// the machine waits for one; and never is a token acknowledged while its save is under way.
    @Test(arguments: Start.allCases, [LinkSender.Role.computer, .instrument])
    func eachSendHasOneOutcome(start: Start, role: LinkSender.Role) {
        for event in Self.events {
            var (link, token) = Self.machine(start, role)
            let wasWaiting = link.isWaitingForSave
            let waiting = link.queuedSends + (event.name == "send" ? 1 : 0)
            let actions = link.handle(event.make(token))
            let asks = actions.contains { if case .save = $0 { true } else { false } }
            #expect(asks == (link.isWaitingForSave && !wasWaiting), "\(start), \(event.name)")
            if asks { #expect(!actions.contains(.sendControl(.ack)), "\(start), \(event.name)") }
            let all = actions + link.handle(.linkLost)
            let outcomes = all.filter { if case .finished = $0 { true } else { false } }
            #expect(outcomes.count == waiting, "\(role) \(start), \(event.name)")
            #expect(link.queuedSends == 0 && !link.isSending)
        }
    }

    /// A timer that was not started, or was stopped, leads nowhere; one that runs was started by the last action on it.
    @Test(arguments: Start.allCases, [LinkSender.Role.computer, .instrument])
    func onlyARunningTimerCounts(start: Start, role: LinkSender.Role) {
        for event in Self.events {
            var (link, token) = Self.machine(start, role)
            let actions = link.handle(event.make(token))
            var running: Bool?
            for action in actions {
                switch action {
                case .startTimer(.sender, _): running = true
                case .stopTimer(.sender): running = false
                default: break
                }
            }
            guard let running else { continue }
            let isLate = link.handle(.timerFired(.sender)) == [.note(.lateTimer)]
            #expect(isLate != running, "\(role) \(start), \(event.name)")
        }
    }
}
