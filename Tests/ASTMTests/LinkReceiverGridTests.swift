import ASTM
import Testing

/// Every state of the receiver times every event, illegal ones too.
@Suite struct LinkReceiverGridTests {
    enum Start: String, CaseIterable {
        case neutral, refusing, unsaved, transfer, receiving, savingOpen, savingComplete, savingRest, savingRestart,
            savingHeader
    }

    static let receiving = "H|\\^&\rP|1\rO|1|S\rR|1|x|5\r"

    /// A machine in a state, and the save that is under way in it.
    static func machine(_ start: Start, _ options: LinkOptions = LinkOptions()) -> (LinkReceiver, SaveToken) {
        var link = LinkReceiver(options: options)
        func under(_ actions: [LinkReceiver.Action]) -> SaveToken {
            for case .save(let save) in actions { return save.token }
            return SaveToken(number: -1)
        }
        let none = SaveToken(number: 1)
        switch start {
        case .neutral: return (link, none)
        case .refusing:
            link.isAccepting = false
            return (link, none)
        case .transfer:
            _ = link.handle(.token(.enq))
            return (link, none)
        default: break
        }
        _ = link.handle(.token(.enq))
        _ = link.handle(.token(frame(1, receiving)))
        let token: SaveToken
        switch start {
        case .unsaved:
            token = under(link.handle(.timerFired))
            _ = link.handle(.saveFailed(token))
        case .savingOpen: token = under(link.handle(.token(frame(2, "O|2|S\r"))))
        case .savingComplete: token = under(link.handle(.token(frame(2, "L|1\r"))))
        case .savingRest: token = under(link.handle(.token(.eot)))
        case .savingRestart: token = under(link.handle(.token(.enq)))
        case .savingHeader: token = under(link.handle(.token(frame(2, "H|\\^&\r"))))
        case .neutral, .refusing, .transfer, .receiving: token = none
        }
        return (link, token)
    }

    static let events: [(name: String, make: @Sendable (SaveToken) -> LinkReceiver.Event)] = [
        ("ENQ", { _ in .token(.enq) }),
        ("EOT", { _ in .token(.eot) }),
        ("ACK", { _ in .token(.ack) }),
        ("NAK", { _ in .token(.nak) }),
        ("frame1", { _ in .token(frame(1, "H|\\^&\r")) }),
        ("frame2", { _ in .token(frame(2, "R|2|y|6\r")) }),
        ("frame5", { _ in .token(frame(5, "R|2|y|6\r")) }),
        ("bad", { _ in .token(.badFrame(.init(reason: .checksumMissing, wire: []))) }),
        ("broken", { _ in .token(.badFrame(.init(reason: .truncated, wire: []))) }),
        ("junk", { _ in .token(.junk([1])) }),
        ("timer", { _ in .timerFired }),
        ("saved", { .saved($0) }),
        ("failed", { .saveFailed($0) }),
        ("other", { _ in .saved(SaveToken(number: 99)) }),
        ("lost", { _ in .linkLost }),
    ]

    /// Actions in few letters: `T30` starts the timer, `T-` stops it, `n` is a note, `S1.0c` saves message 1 part 0
    /// complete (`o` open, `i` incomplete).
    static func short(_ actions: [LinkReceiver.Action]) -> String {
        actions.map { action in
            switch action {
            case .send(let character): "\(character)".uppercased()
            case .startTimer(.seconds(30)): "T30"
            case .startTimer: "T?"
            case .stopTimer: "T-"
            case .note: "n"
            case .hangUp: "X"
            case .save(let save):
                "S\(save.message).\(save.part)"
                    + (save.ending == .open ? "o" : save.ending == .complete ? "c" : "i")
            }
        }.joined(separator: " ")
    }

    /// For each state: what ENQ, EOT, ACK, NAK lead to; then the frames, the faults and junk; then the other events.
    static let expected: [Start: [String]] = [
        .neutral: [
            "ACK T30", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "",
        ],
        .refusing: [
            "NAK n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "",
        ],
        .unsaved: [
            "T- S1.0i n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "T- S1.0i n",
        ],
        .transfer: [
            "ACK T30 n", "T-", "n", "n",
            "ACK T30", "NAK T30 n", "NAK T30 n", "NAK T30 n", "n", "n",
            "T-", "n", "n", "n", "T-",
        ],
        .receiving: [
            "T- S1.0i n n", "T- S1.0i n", "n", "n",
            "ACK T30 n", "ACK T30", "NAK T30 n", "NAK T30 n", "n", "n",
            "T- S1.0i n", "n", "n", "n", "T- S1.0i n",
        ],
        .savingOpen: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "ACK T30", "NAK T30 n", "n", "",
        ],
        .savingComplete: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "ACK T30", "NAK T30 n", "n", "",
        ],
        .savingRest: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "", "n", "n", "",
        ],
        .savingRestart: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "ACK T30", "NAK n", "n", "",
        ],
        .savingHeader: [
            "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n",
            "n", "ACK T30", "NAK T30 n", "n", "",
        ],
    ]

    @Test(arguments: Start.allCases)
    func everyEvent(start: Start) throws {
        let row = try #require(Self.expected[start])
        try #require(row.count == Self.events.count)
        for (event, expected) in zip(Self.events, row) {
            var (link, token) = Self.machine(start)
            let wasSaving = link.isWaitingForSave
            let actions = link.handle(event.make(token))
            #expect(Self.short(actions) == expected, "\(start), \(event.name)")
            // A token handed in while saving changes nothing: the outcome still finds its save.
            if wasSaving, link.isWaitingForSave, event.name != "lost", event.name != "saved", event.name != "failed" {
                var (other, same) = Self.machine(start)
                #expect(link.handle(.saved(token)) == other.handle(.saved(same)), "\(start), \(event.name), saved")
            }
        }
    }

    /// What the actions leave behind: exactly one of neutral, transfer, saving; and a save under way if and only if one
    /// was asked for.
    @Test(arguments: Start.allCases)
    func aSaveIsAskedForWheneverTheMachineWaits(start: Start) {
        for event in Self.events {
            var (link, token) = Self.machine(start)
            let wasSaving = link.isWaitingForSave
            let actions = link.handle(event.make(token))
            let asks = actions.contains { if case .save = $0 { true } else { false } }
            if asks { #expect(link.isWaitingForSave, "\(start), \(event.name)") }
            if link.isWaitingForSave, !wasSaving { #expect(asks, "\(start), \(event.name)") }
            if asks { #expect(!actions.contains(.send(.ack)), "\(start), \(event.name)") }
        }
    }

    /// With `refuse` one thing is otherwise: ENQ after an accepted frame, which changes nothing.
    @Test(arguments: Start.allCases)
    func anEnquiryRefused(start: Start) throws {
        var options = LinkOptions()
        options.enquiryInTransfer = .refuse
        // Of the states the restarting ENQ would lead to, none.
        guard start != .savingRestart else { return }
        let row = try #require(Self.expected[start])
        for (event, expected) in zip(Self.events, row) {
            var (link, token) = Self.machine(start, options)
            let isRefused = start == .receiving && event.name == "ENQ"
            #expect(
                Self.short(link.handle(event.make(token))) == (isRefused ? "NAK n" : expected),
                "\(start), \(event.name)")
            if isRefused { #expect(Self.short(link.handle(.token(frame(2, "R|2|y|6\r")))) == "ACK T30") }
        }
    }

    /// With `savesEveryFrame` two things are otherwise: a good new frame is saved before it is acknowledged, and at the
    /// end there is nothing left to save but the end itself.
    @Test(arguments: [Start.neutral, .refusing, .transfer, .receiving])
    func everyFrameSaved(start: Start) throws {
        var options = LinkOptions()
        options.savesEveryFrame = true
        let own: [Start: [String: String]] = [
            .transfer: ["frame1": "T- S1.0o"],
            .receiving: [
                "frame2": "T- S1.1o", "EOT": "T- S1.1i n", "timer": "T- S1.1i n", "lost": "T- S1.1i n",
                "ENQ": "T- S1.1i n n",
            ],
        ]
        let row = try #require(Self.expected[start])
        for (event, expected) in zip(Self.events, row) {
            var (link, token) = Self.machine(start, options)
            if link.isWaitingForSave { _ = link.handle(.saved(SaveToken(number: 1))) }
            let wanted = own[start]?[event.name] ?? expected
            #expect(Self.short(link.handle(event.make(token))) == wanted, "\(start), \(event.name)")
        }
    }
}
