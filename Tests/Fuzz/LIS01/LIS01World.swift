import ASTM

/// A link and everything around it, as a fuzzer's bytes have it.
struct World {
    var invariants = Invariants()
    private var link: any DuplexLink
    private var decoder: LinkDecoder
    private let choice: UInt8
    private let isUnframed: Bool
    private var pending: Save?
    /// What was stored of each message.
    private var stored: [Int: [UInt8]] = [:]
    private var parts: [Int: Int] = [:]
    private var ended: Set<Int> = []
    private var posted = 0
    private var outcomes: Set<Int> = []
    private var isLost = false

    init(_ choice: UInt8, isUnframed: Bool) {
        self.choice = choice
        self.isUnframed = isUnframed
        decoder = LIS01Target.decoder(choice)
        if isUnframed {
            link = UnframedLink(limits: LIS01Target.limits)
        } else {
            var options = LinkOptions()
            options.enquiryInTransfer = choice & 0x04 != 0 ? .refuse : .restart
            options.savesEveryFrame = choice & 0x08 != 0
            link = LinkMachine(
                role: choice & 0x10 != 0 ? .instrument : .computer, limits: LIS01Target.limits, options: options)
        }
    }

    mutating func live(through bytes: [UInt8]) {
        var rest = bytes[...]
        while let next = rest.first {
            if next >= 0xF8 {
                happen(next)
                rest = rest.dropFirst()
            } else {
                let line = rest.prefix { $0 < 0xF8 }
                decoder.append(Array(line))
                rest = rest.dropFirst(line.count)
            }
            drain()
        }
        // The end of every link: the saves come true, what had arrived is handed in, the connection is gone.
        settle()
        give(.linkLost)
        isLost = true
        settle()
        invariants.expect(!link.isWaitingForSave, "waits for a save for ever")
        invariants.expect(outcomes.count == posted, "\(posted) messages posted, \(outcomes.count) outcomes")
        invariants.expect(link.queuedSends == 0 && !link.isSending, "sends after the loss")
    }

    private mutating func happen(_ event: UInt8) {
        switch event {
        case 0xF8: give(.timerFired(.receiver))
        case 0xF9: give(.timerFired(.sender))
        case 0xFA: answer(isSaved: true)
        case 0xFB: answer(isSaved: false)
        case 0xFC:
            posted += 1
            let frames = [
                FrameEncoder.frame(number: 1, text: Array("H|\\^&\r".utf8), isFinal: false),
                FrameEncoder.frame(number: 2, text: Array("L|1\r".utf8), isFinal: true),
            ]
            give(.send(number: posted, frames: posted % 5 == 0 ? [] : frames))
        case 0xFD:
            if !link.isWaitingForSave, decoder.isHeldBySilence, let token = decoder.flush() { give(.token(token)) }
        case 0xFE: link.interruptWanted = true
        default: link.isAccepting.toggle()
        }
    }

    private mutating func drain() {
        while !link.isWaitingForSave, let token = decoder.next() { give(.token(token)) }
        if !link.isWaitingForSave {
            invariants.expect(decoder.bufferedBytes <= LIS01Target.limits.frameBytes + 16, "decoder holds too much")
        }
    }

    private mutating func settle() {
        var turns = 0
        while pending != nil {
            answer(isSaved: true)
            drain()
            turns += 1
            // A save a token at the most.
            invariants.expect(turns < 100_000, "saves without end")
            if turns >= 100_000 { return }
        }
        if link.isWaitingForSave, !isLost {
            give(.timerFired(.receiver))
            if pending != nil { settle() }
        }
    }

    private mutating func answer(isSaved: Bool) {
        guard let save = pending else { return give(.saved(SaveToken(number: 0))) }
        pending = nil
        if isSaved {
            stored[save.message, default: []] += save.bytes
            parts[save.message] = save.part
            if save.ending != .open { finish(save) }
        }
        give(isSaved ? .saved(save.token) : .saveFailed(save.token))
    }

    /// What was stored of a message, joined, must read back as the link understood it.
    private mutating func finish(_ save: Save) {
        ended.insert(save.message)
        let bytes = stored.removeValue(forKey: save.message) ?? []
        let transcript = LinkTranscript.messages(in: bytes, checksum: LIS01Target.policy(choice))
        let texts = transcript.messages.map(\.text)
        let length = texts.reduce(0) { $0 + $1.count }
        invariants.expect(texts.count <= 1, "a message read back as \(texts.count)")
        invariants.expect(length == save.textLength, "text of \(save.textLength) read back as \(length)")
        invariants.expect(
            save.ending != .complete || transcript.messages.first?.isComplete == true, "complete, but not read so")
    }

    private mutating func give(_ event: LinkMachine.Event) {
        let actions = link.handle(event)
        var asks = 0
        for action in actions {
            switch action {
            case .save(let save):
                asks += 1
                invariants.expect(pending == nil, "two saves at once")
                invariants.expect(save.part == (parts[save.message] ?? -1) + 1, "part \(save.part) out of order")
                invariants.expect(!ended.contains(save.message), "a part after the end")
                invariants.expect(save.processableText <= save.textLength, "more may be processed than there is")
                invariants.expect(save.bytes.count <= LIS01Target.limits.messageBytes, "a save over the limit")
                pending = save
            case .finished(let number, _):
                invariants.expect(outcomes.insert(number).inserted, "two outcomes of one send")
            case .sendControl(let character):
                invariants.expect(!isLost, "sends after the loss")
                invariants.expect(!(character == .ack && asks > 0), "acknowledged before it is durable")
                invariants.expect(!isUnframed, "a control character without frames")
            case .sendFrame, .startTimer: invariants.expect(!isLost, "sends or waits after the loss")
            case .stopTimer, .hangUp, .note: break
            }
        }
        invariants.expect(link.isWaitingForSave || pending == nil, "a save nobody waits for")
        invariants.expect(link.queuedSends <= LIS01Target.limits.queuedSends, "queue over its limit")
    }
}
