import ASTM
import Testing

/// Every state of the sender against every event, in both roles.
@Suite struct LinkSenderGridTests {
    enum Start: String, CaseIterable, Sendable {
        case idle, establishing, lastEnquiry, busy, contention, transferring, lastFrame, lastAttempt
    }

    static let ours = [wire(1, "H|\\^&\r", final: false), wire(2, "L|1\r")]

    static func machine(_ start: Start, _ role: LinkSender.Role) -> LinkSender {
        var sender = LinkSender(role: role)
        guard start != .idle else { return sender }
        _ = sender.handle(.start(frames: ours))
        switch start {
        case .idle, .establishing: break
        case .lastEnquiry:
            for _ in 1...5 {
                _ = sender.handle(.token(.nak))
                _ = sender.handle(.timerFired)
            }
        case .busy: _ = sender.handle(.token(.nak))
        case .contention: _ = sender.handle(.token(.enq))
        case .transferring: _ = sender.handle(.token(.ack))
        case .lastFrame: for _ in 1...2 { _ = sender.handle(.token(.ack)) }
        case .lastAttempt:
            _ = sender.handle(.token(.ack))
            for _ in 1...5 { _ = sender.handle(.token(.nak)) }
        }
        return sender
    }

    static let events: [(name: String, event: LinkSender.Event)] = [
        ("ENQ", .token(.enq)), ("EOT", .token(.eot)), ("ACK", .token(.ack)), ("NAK", .token(.nak)),
        ("frame", .token(frame(1, "H|\\^&\r"))), ("bad", .token(.badFrame(.init(reason: .truncated, wire: [])))),
        ("text", .token(.text([65]))), ("junk", .token(.junk([65]))), ("line end", .token(.junk([13, 10]))),
        ("timer", .timerFired), ("lost", .linkLost), ("start", .start(frames: ours)),
    ]

    /// As the other grids write it; `done` with the outcome.
    static func letters(_ actions: [LinkSender.Action]) -> String {
        actions.map { action in
            switch action {
            case .sendControl(let character): "\(character)".uppercased()
            case .sendFrame(let bytes): "F\(Character(UnicodeScalar(bytes[1])))"
            case .startTimer(let duration): "T\(duration.components.seconds)"
            case .stopTimer: "T-"
            case .finished(.delivered(let isInterrupted)): isInterrupted ? "done!" : "done"
            case .finished(.yielded): "yielded"
            case .finished(.failed(let failure)): "\(failure)"
            case .note: "n"
            }
        }.joined(separator: " ")
    }

    /// For each state of a computer: what ENQ, EOT, ACK, NAK lead to; then frame, fault, text, junk and a line end; then
    /// the timer, loss, and another start.
    static let expected: [Start: [String]] = [
        .idle: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "", "", "ENQ T15",
        ],
        .establishing: [
            "T20 n", "n", "F1 T15", "T10",
            "n", "n", "n", "n", "n",
            "EOT enquiryUnanswered", "T- linkLost", "",
        ],
        .lastEnquiry: [
            "T- n enquiryRefused", "n", "F1 T15", "T- EOT enquiryRefused",
            "n", "n", "n", "n", "n",
            "EOT enquiryUnanswered", "T- linkLost", "",
        ],
        .busy: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "ENQ T15", "T- linkLost", "",
        ],
        .contention: [
            "T- yielded", "n", "n", "n",
            "n", "n", "n", "n", "n",
            "ENQ T15", "T- linkLost", "",
        ],
        .transferring: [
            "F1 T15", "F2 T15 n", "F2 T15", "F1 T15",
            "F1 T15", "F1 T15", "F1 T15", "F1 T15", "n",
            "EOT frameUnanswered(0)", "T- linkLost", "",
        ],
        .lastFrame: [
            "F2 T15", "T- EOT done! n", "T- EOT done", "F2 T15",
            "F2 T15", "F2 T15", "F2 T15", "F2 T15", "n",
            "EOT frameUnanswered(1)", "T- linkLost", "",
        ],
        .lastAttempt: [
            "T- EOT frameRefused(0)", "F2 T15 n", "F2 T15", "T- EOT frameRefused(0)",
            "T- EOT frameRefused(0)", "T- EOT frameRefused(0)", "T- EOT frameRefused(0)", "T- EOT frameRefused(0)", "n",
            "EOT frameUnanswered(0)", "T- linkLost", "",
        ],
    ]

    /// Where an instrument does otherwise.
    static let instrument: [Start: [String: String]] = [
        .establishing: ["ENQ": "T1 n"],
        .contention: ["ENQ": "n"],
    ]

    @Test(arguments: Start.allCases, [LinkSender.Role.computer, .instrument])
    func everyEvent(start: Start, role: LinkSender.Role) throws {
        let row = try #require(Self.expected[start])
        try #require(row.count == Self.events.count)
        for (event, ofComputer) in zip(Self.events, row) {
            var sender = Self.machine(start, role)
            let own = role == .instrument ? Self.instrument[start]?[event.name] : nil
            let actions = sender.handle(event.event)
            #expect(Self.letters(actions) == own ?? ofComputer, "\(role) \(start), \(event.name)")
            let isOver = actions.contains { if case .finished = $0 { true } else { false } }
            if start != .idle { #expect(sender.isIdle == isOver, "\(role) \(start), \(event.name)") }
            #expect(!sender.isYielding || (sender.isWaiting && role == .computer))
        }
    }
}
