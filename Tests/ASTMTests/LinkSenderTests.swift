import ASTM
import Testing

@Suite struct LinkSenderTests {
    let one = wire(1, "H|\\^&\r")
    let two = wire(2, "L|1|N\r")
    let reply: LinkSender.Action = .startTimer(.seconds(15))

    func started(_ role: LinkSender.Role = .computer, limits: LinkLimits = LinkLimits()) -> LinkSender {
        var link = LinkSender(role: role, limits: limits)
        _ = link.handle(.start(frames: [one, two]))
        return link
    }

    func transferring(_ role: LinkSender.Role = .computer) -> LinkSender {
        var link = started(role)
        _ = link.handle(.token(.ack))
        return link
    }

    @Test func aMessageIsDelivered() {
        var link = LinkSender(role: .instrument)
        #expect(link.handle(.start(frames: [one, two])) == [.sendControl(.enq), reply])
        #expect(link.handle(.token(.ack)) == [.sendFrame(one), reply])
        #expect(link.handle(.token(.ack)) == [.sendFrame(two), reply])
        #expect(
            link.handle(.token(.ack)) == [
                .stopTimer, .sendControl(.eot), .finished(.delivered(interruptRequested: false)),
            ])
        #expect(link.isIdle)
        #expect(link.handle(.start(frames: [one])) == [.sendControl(.enq), reply])
    }

    @Test func aBusyReceiverIsAskedAgainAfterTenSeconds() {
        var link = started()
        #expect(link.handle(.token(.nak)) == [.startTimer(.seconds(10))])
        #expect(link.handle(.token(.ack)) == [.note(.unexpected(.ack))])
        #expect(link.handle(.timerFired) == [.sendControl(.enq), reply])
        #expect(link.handle(.token(.ack)) == [.sendFrame(one), reply])
    }

    @Test func aReceiverThatStaysBusyIsLeftAlone() {
        var limits = LinkLimits()
        limits.enquiryAttempts = 2
        var link = started(limits: limits)
        _ = link.handle(.token(.nak))
        _ = link.handle(.timerFired)
        #expect(
            link.handle(.token(.nak)) == [.stopTimer, .sendControl(.eot), .finished(.failed(.enquiryRefused))])
    }

    @Test func silenceAfterEnquiry() {
        var link = started()
        #expect(link.handle(.timerFired) == [.sendControl(.eot), .finished(.failed(.enquiryUnanswered))])
    }

    @Test func onlyAnAnswerCountsAfterEnquiry() {
        var link = started()
        #expect(link.handle(.token(.eot)) == [.note(.unexpected(.eot))])
        #expect(link.handle(.token(.junk([1, 2]))) == [.note(.junk(bytes: 2))])
        #expect(link.handle(.token(frame(1, "x"))) == [.note(.frameWithoutEnquiry(number: 1))])
        #expect(link.handle(.token(.ack)) == [.sendFrame(one), reply])
    }

    @Test func contentionComputerYields() {
        var link = started(.computer)
        #expect(link.handle(.token(.enq)) == [.startTimer(.seconds(20)), .note(.contention)])
        // The crossing ENQ is not answered; the next one belongs to the receiver.
        #expect(link.handle(.token(.enq)) == [.stopTimer, .finished(.yielded)])
        #expect(link.isIdle)
    }

    @Test func contentionComputerAsksAgainWhenTheInstrumentDoesNot() {
        var link = started(.computer)
        _ = link.handle(.token(.enq))
        #expect(link.handle(.timerFired) == [.sendControl(.enq), reply])
    }

    @Test func contentionInstrumentAsksAgainAfterASecond() {
        var link = started(.instrument)
        #expect(link.handle(.token(.enq)) == [.startTimer(.seconds(1)), .note(.contention)])
        #expect(link.handle(.timerFired) == [.sendControl(.enq), reply])
    }

    @Test(arguments: [LinkSender.Role.computer, .instrument])
    func contentionWithoutEnd(role: LinkSender.Role) {
        var limits = LinkLimits()
        limits.enquiryAttempts = 3
        var link = started(role, limits: limits)
        for _ in 0..<2 {
            _ = link.handle(.token(.enq))
            _ = link.handle(.timerFired)
        }
        #expect(
            link.handle(.token(.enq)) == [.stopTimer, .note(.contention), .finished(.failed(.enquiryRefused))])
    }

    @Test func aFrameIsSentSixTimesAtMost() {
        var link = transferring()
        for _ in 0..<5 { #expect(link.handle(.token(.nak)) == [.sendFrame(one), reply]) }
        #expect(
            link.handle(.token(.nak)) == [.stopTimer, .sendControl(.eot), .finished(.failed(.frameRefused(0)))])
    }

    @Test func attemptsCountForEachFrame() {
        var link = transferring()
        for _ in 0..<5 { _ = link.handle(.token(.nak)) }
        #expect(link.handle(.token(.ack)) == [.sendFrame(two), reply])
        for _ in 0..<5 { #expect(link.handle(.token(.nak)) == [.sendFrame(two), reply]) }
        #expect(
            link.handle(.token(.ack)) == [
                .stopTimer, .sendControl(.eot), .finished(.delivered(interruptRequested: false)),
            ])
    }

    @Test func anyOtherCharacterIsARefusal() {
        for token in [LinkToken.enq, .junk([0x41]), frame(1, "x"), .badFrame(.init(reason: .truncated, wire: []))] {
            var link = transferring()
            #expect(link.handle(.token(token)) == [.sendFrame(one), reply], "\(token)")
        }
    }

    @Test func lineEndsAfterAnAnswerAreNoRefusal() {
        var link = transferring()
        #expect(link.handle(.token(.junk([13, 10, 0]))) == [.note(.junk(bytes: 3))])
    }

    @Test func silenceAfterAFrame() {
        var link = transferring()
        _ = link.handle(.token(.ack))
        #expect(link.handle(.timerFired) == [.sendControl(.eot), .finished(.failed(.frameUnanswered(1)))])
    }

    @Test func anInterruptRequestIsAnAcceptance() {
        var link = transferring()
        #expect(link.handle(.token(.eot)) == [.sendFrame(two), reply, .note(.interruptRequested)])
        #expect(
            link.handle(.token(.ack)) == [
                .stopTimer, .sendControl(.eot), .finished(.delivered(interruptRequested: true)),
            ])
    }

    @Test func nothingToSend() {
        var link = LinkSender(role: .computer)
        #expect(link.handle(.start(frames: [])) == [.finished(.failed(.noFrames))])
        #expect(link.isIdle)
    }
}

/// Every state of the sender times every event, illegal ones too.
@Suite struct LinkSenderGridTests {
    enum Start: String, CaseIterable {
        case idle, establishing, busy, backingOff, yielding, first, last, lastTry
    }

    static func machine(_ start: Start) -> LinkSender {
        var link = LinkSender(role: start == .backingOff ? .instrument : .computer)
        if start == .idle { return link }
        _ = link.handle(.start(frames: [wire(1, "a"), wire(2, "b")]))
        switch start {
        case .idle, .establishing: break
        case .busy: _ = link.handle(.token(.nak))
        case .backingOff, .yielding: _ = link.handle(.token(.enq))
        case .first: _ = link.handle(.token(.ack))
        case .last, .lastTry:
            _ = link.handle(.token(.ack))
            _ = link.handle(.token(.ack))
            if start == .lastTry { for _ in 0..<5 { _ = link.handle(.token(.nak)) } }
        }
        return link
    }

    static let events: [LinkSender.Event] = [
        .start(frames: [wire(1, "c")]), .token(.enq), .token(.eot), .token(.ack), .token(.nak),
        .token(frame(1, "x")), .token(.badFrame(.init(reason: .truncated, wire: []))), .token(.junk([0x41])),
        .token(.junk([13])), .timerFired, .linkLost,
    ]

    /// `F1` and `F2` are the frames, `T` with seconds starts the timer, `n` is a note, `+` delivered, `-` failed, `y`
    /// yielded.
    static func short(_ actions: [LinkSender.Action]) -> String {
        actions.map { action in
            switch action {
            case .sendControl(let character): "\(character)".uppercased()
            case .sendFrame(let bytes): "F\(bytes[1] - 0x30)"
            case .startTimer(let duration): "T\(duration.components.seconds)"
            case .stopTimer: "T-"
            case .note: "n"
            case .finished(.delivered): "+"
            case .finished(.failed): "-"
            case .finished(.yielded): "y"
            }
        }.joined(separator: " ")
    }

    static let expected: [Start: [String]] = [
        .idle: ["ENQ T15", "n", "n", "n", "n", "n", "n", "n", "n", "", ""],
        .establishing: ["", "T20 n", "n", "F1 T15", "T10", "n", "n", "n", "n", "EOT -", "T- -"],
        .busy: ["", "n", "n", "n", "n", "n", "n", "n", "n", "ENQ T15", "T- -"],
        .backingOff: ["", "n", "n", "n", "n", "n", "n", "n", "n", "ENQ T15", "T- -"],
        .yielding: ["", "T- y", "n", "n", "n", "n", "n", "n", "n", "ENQ T15", "T- -"],
        .first: ["", "F1 T15", "F2 T15 n", "F2 T15", "F1 T15", "F1 T15", "F1 T15", "F1 T15", "n", "EOT -", "T- -"],
        .last: [
            "", "F2 T15", "T- EOT + n", "T- EOT +", "F2 T15", "F2 T15", "F2 T15", "F2 T15", "n", "EOT -", "T- -",
        ],
        .lastTry: [
            "", "T- EOT -", "T- EOT + n", "T- EOT +", "T- EOT -", "T- EOT -", "T- EOT -", "T- EOT -", "n", "EOT -",
            "T- -",
        ],
    ]

    @Test(arguments: Start.allCases)
    func everyEvent(start: Start) throws {
        let row = try #require(Self.expected[start])
        try #require(row.count == Self.events.count)
        for (event, expected) in zip(Self.events, row) {
            var link = Self.machine(start)
            #expect(Self.short(link.handle(event)) == expected, "\(start), \(event)")
        }
    }
}
