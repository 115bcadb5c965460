import ASTM
import Testing

/// The link without frames as a transcript, and every state against every event.
@Suite struct UnframedLinkTests {
    static func hear(_ link: inout UnframedLink, _ text: String) -> [LinkMachine.Action] {
        link.handle(.token(.text(bytes(text))))
    }

    static func save(_ actions: [LinkMachine.Action]) -> Save? {
        for case .save(let save) in actions { return save }
        return nil
    }

    @Test func aMessageIsSavedAtItsTerminator() throws {
        var link = UnframedLink()
        for record in smallMessage.dropLast() { #expect(short(Self.hear(&link, record + "\r")) == "r60") }
        let actions = Self.hear(&link, "L|1|N\r")
        #expect(short(actions) == "r- S1.0c")
        let save = try #require(Self.save(actions))
        #expect(save.bytes == recordText(smallMessage))
        #expect(save.textLength == save.bytes.count && save.processableText == save.textLength)
        #expect(link.isWaitingForSave)
        #expect(short(link.handle(.saved(save.token))) == "")
        #expect(link.isNeutral)
    }

    @Test func aTerminatorWithoutEndIsOneAfterSilence() {
        var link = UnframedLink()
        _ = Self.hear(&link, "H|\\^&\r")
        let actions = Self.hear(&link, "L|1|N")
        #expect(short(actions) == "r- S1.0c")
        _ = link.handle(.saved(saveToken(actions)))
        // Its end, late, is nothing new.
        #expect(short(Self.hear(&link, "\r")) == "n")
        #expect(short(Self.hear(&link, "H|\\^&\r")) == "r60")
    }

    @Test func aHeaderEndsTheMessageBefore() throws {
        var link = UnframedLink()
        for record in smallMessage.dropLast() { _ = Self.hear(&link, record + "\r") }
        let actions = Self.hear(&link, "H|\\^&|||two\r")
        #expect(short(actions) == "r- S1.0i n")
        #expect(Self.save(actions)?.ending == .incomplete(.headerBeforeTerminator))
        #expect(short(link.handle(.saved(saveToken(actions)))) == "r60")
        let second = Self.hear(&link, "L|1\r")
        #expect(short(second) == "r- S2.0c")
        #expect(Self.save(second)?.bytes == bytes("H|\\^&|||two\rL|1\r"))
    }

    @Test func silenceAndLossEndIt() {
        var link = UnframedLink()
        for record in smallMessage.dropLast() { _ = Self.hear(&link, record + "\r") }
        let silence = link.handle(.timerFired(.receiver))
        #expect(short(silence) == "r- S1.0i n")
        // What the level has not dropped after may be half of something.
        #expect(Self.save(silence)?.processableText == 0)
        _ = link.handle(.saved(saveToken(silence)))
        _ = Self.hear(&link, "H|\\^&\r")
        let loss = link.handle(.linkLost)
        #expect(short(loss) == "r- S2.0i n")
        #expect(Self.save(loss)?.ending == .incomplete(.linkLost))
    }

    @Test func theRestOfARecordCutOffBySilenceIsPassedOver() {
        var link = UnframedLink()
        _ = Self.hear(&link, "H|\\^&\r")
        _ = Self.hear(&link, "R|1|^^^GL")
        _ = link.handle(.saved(saveToken(link.handle(.timerFired(.receiver)))))
        #expect(short(Self.hear(&link, "U|5\r")) == "n")
        #expect(short(Self.hear(&link, "R|2|x\r")) == "r60")
    }

    @Test func aSaveThatFailsIsTriedAgain() {
        var link = UnframedLink()
        _ = Self.hear(&link, "H|\\^&\r")
        let first = Self.hear(&link, "L|1\r")
        #expect(short(link.handle(.saveFailed(saveToken(first)))) == "n r5")
        #expect(link.isWaitingForSave)
        let second = link.handle(.timerFired(.receiver))
        #expect(short(second) == "S1.0c")
        #expect(saveToken(second) != saveToken(first))
        #expect(short(link.handle(.saved(saveToken(first)))) == "n")
        #expect(short(link.handle(.saved(saveToken(second)))) == "")
        #expect(link.isNeutral)
    }

    @Test func atALossTheSaveHasOneMoreChance() {
        var link = UnframedLink()
        _ = Self.hear(&link, "H|\\^&\r")
        _ = Self.hear(&link, "P|1\r")
        let first = Self.hear(&link, "H|\\^&\r")
        _ = link.handle(.saveFailed(saveToken(first)))
        let second = link.handle(.linkLost)
        #expect(short(second) == "r- S1.0i")
        let rest = link.handle(.saveFailed(saveToken(second)))
        #expect(short(rest) == "n r- S2.0i n")
        #expect(short(link.handle(.saved(saveToken(rest)))) == "")
        #expect(!link.isWaitingForSave)
    }

    @Test func aMessageOverTheLimitIsSavedAsFarAsItCame() {
        var limits = LinkLimits()
        limits.messageBytes = 20
        var link = UnframedLink(limits: limits)
        _ = Self.hear(&link, "H|\\^&\r")
        _ = Self.hear(&link, "P|1\r")
        let actions = Self.hear(&link, "R|1|abcdefgh\r")
        #expect(short(actions) == "r- S1.0i n n")
        #expect(Self.save(actions)?.bytes == bytes("H|\\^&\rP|1\r"))
        #expect(Self.save(actions)?.ending == .incomplete(.tooLong))
        #expect(short(link.handle(.saved(saveToken(actions)))) == "r60")
        // Longer than any message: no part of one.
        var strange = UnframedLink(limits: limits)
        #expect(short(Self.hear(&strange, "R|1|abcdefghabcdefgh\r")) == "n")
        #expect(strange.isNeutral)
    }

    @Test func whatIsNoRecordBeginsNoMessage() {
        var link = UnframedLink()
        for line in ["hello\r", "   \r", "# remark\r", "X\r", "12\r"] { #expect(short(Self.hear(&link, line)) == "n") }
        #expect(link.isNeutral)
        _ = Self.hear(&link, "H|\\^&\r")
        // Inside one every line counts: some devices send pictures on bare lines.
        #expect(short(Self.hear(&link, "AAECAw==\r")) == "r60")
    }

    @Test func whatWeSendIsOnTheWireAtOnce() {
        var link = UnframedLink()
        #expect(
            link.handle(.send(number: 1, frames: [bytes("H|\\^&\rL|1\r")]))
                == [.sendFrame(bytes("H|\\^&\rL|1\r")), .finished(number: 1, .delivered)])
        #expect(short(link.handle(.send(number: 2, frames: []))) == "!2 noFrames")
        _ = link.handle(.linkLost)
        #expect(short(link.handle(.send(number: 3, frames: [bytes("x")]))) == "!3 linkLost")
    }

    /// What a stream gives is what reading it as a recording gives, however it is split; and what is saved reads back.
    @Test(arguments: [1, 3, 17, 1000])
    func theSavedBytesReadBack(pieces: Int) throws {
        let stream =
            bytes("\u{05}\u{02}") + recordText(smallMessage) + bytes("\u{03}\u{04}\r\n noise\r\n  H|\\^&|2\r\nP|1\r\n")
            + bytes("AAEC\r\n# remark\r\nR|1|\tx\t\r\nH|\\^&|3\nL|1|N\n\u{00}\u{00}R|1|alone\rL|1|N")
        var decoder = LinkDecoder.records(RecordDecoder())
        var link = UnframedLink()
        var texts: [[UInt8]] = []
        func give(_ event: LinkMachine.Event) throws {
            var actions = link.handle(event)
            while let save = Self.save(actions) {
                let read = LinkTranscript.messages(in: save.bytes).messages
                let message = try #require(read.first)
                #expect(read.count == 1)
                #expect(message.text.count == save.textLength)
                #expect(message.isComplete == (save.ending == .complete))
                texts.append(message.text)
                actions = link.handle(.saved(save.token))
            }
        }
        for start in stride(from: 0, to: stream.count, by: pieces) {
            decoder.append(Array(stream[start..<min(stream.count, start + pieces)]))
            while let token = decoder.next() { try give(.token(token)) }
        }
        while let token = decoder.flush() { try give(.token(token)) }
        try give(.linkLost)
        #expect(texts == LinkTranscript.messages(in: stream.filter { $0 != 0x05 }).messages.map(\.text))
        #expect(texts.count == 4)
    }

    // MARK: - The grid

    enum Start: String, CaseIterable, Sendable {
        case neutral, receiving, inRecord, saving, savingHeader, waiting, lost
    }

    static func machine(_ start: Start) -> (UnframedLink, SaveToken) {
        var link = UnframedLink()
        var last: [LinkMachine.Action] = []
        switch start {
        case .neutral: break
        case .receiving: last = hear(&link, "H|\\^&\r")
        case .inRecord:
            _ = hear(&link, "H|\\^&\r")
            last = hear(&link, "P|1|ab")
        case .saving, .waiting:
            _ = hear(&link, "H|\\^&\r")
            last = hear(&link, "L|1\r")
            if start == .waiting { _ = link.handle(.saveFailed(saveToken(last))) }
        case .savingHeader:
            _ = hear(&link, "H|\\^&\r")
            last = hear(&link, "H|\\^&\r")
        case .lost: _ = link.handle(.linkLost)
        }
        return (link, saveToken(last))
    }

    static let events: [(name: String, make: @Sendable (SaveToken) -> LinkMachine.Event)] = [
        ("H", { _ in .token(.text(bytes("H|\\^&\r"))) }),
        ("R", { _ in .token(.text(bytes("R|1|x\r"))) }),
        ("L", { _ in .token(.text(bytes("L|1\r"))) }),
        ("piece", { _ in .token(.text(bytes("R|1"))) }),
        ("line", { _ in .token(.text(bytes("hello\r"))) }),
        ("ENQ", { _ in .token(.enq) }),
        ("EOT", { _ in .token(.eot) }),
        ("ACK", { _ in .token(.ack) }),
        ("NAK", { _ in .token(.nak) }),
        ("frame", { _ in .token(frame(1, "H|\\^&\r")) }),
        ("bad", { _ in .token(.badFrame(.init(reason: .truncated, wire: []))) }),
        ("junk", { _ in .token(.junk([1])) }),
        ("receiver", { _ in .timerFired(.receiver) }),
        ("sender", { _ in .timerFired(.sender) }),
        ("saved", { .saved($0) }),
        ("failed", { .saveFailed($0) }),
        ("other", { _ in .saved(SaveToken(number: 99)) }),
        ("lost", { _ in .linkLost }),
        ("send", { _ in .send(number: 9, frames: [bytes("H|\\^&\r")]) }),
    ]

    /// What text leads to; then the other tokens; then the timers, the outcomes of a save, loss, and a message to send.
    static let expected: [Start: [String]] = [
        .neutral: [
            "r60", "r60", "r- S1.0c", "r60", "n",
            "n", "n", "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "", "F| +9",
        ],
        .receiving: [
            "r- S1.0i n", "r60", "r- S1.0c", "r60", "r60",
            "n", "n", "n", "n", "n", "n", "n",
            "r- S1.0i n", "n", "n", "n", "n", "r- S1.0i n", "F| +9",
        ],
        .inRecord: [
            "r60", "r60", "r60", "r60", "r60",
            "n", "n", "n", "n", "n", "n", "n",
            "r- S1.0i n", "n", "n", "n", "n", "r- S1.0i n", "F| +9",
        ],
        .saving: [
            "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n", "n",
            "n", "n", "", "n r5", "n", "", "F| +9",
        ],
        .savingHeader: [
            "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n", "n",
            "n", "n", "r60", "n r5", "n", "", "F| +9",
        ],
        .waiting: [
            "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n", "n",
            "S1.0c", "n", "n", "n", "n", "r- S1.0c", "F| +9",
        ],
        .lost: [
            "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "n", "n",
            "n", "n", "n", "n", "n", "", "!9 linkLost",
        ],
    ]

    @Test(arguments: Start.allCases)
    func everyEvent(start: Start) throws {
        let row = try #require(Self.expected[start])
        try #require(row.count == Self.events.count)
        for (event, expected) in zip(Self.events, row) {
            var (link, token) = Self.machine(start)
            let wasWaiting = link.isWaitingForSave
            let actions = link.handle(event.make(token))
            #expect(short(actions) == expected, "\(start), \(event.name)")
            #expect(!(Self.save(actions) != nil && !link.isWaitingForSave))
            if link.isWaitingForSave, !wasWaiting { #expect(Self.save(actions) != nil, "\(start), \(event.name)") }
        }
    }
}
