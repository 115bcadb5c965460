import ASTM
import Testing

/// The sender against the receiver over a line that loses and damages, with a store that fails.
@Suite struct LinkConversationTests {
    /// What the store kept of one message.
    struct Stored {
        var bytes: [UInt8] = []
        var isComplete = false
    }

    @Test(arguments: 0..<150)
    func everyMessageArrivesOnceThoughTheLineIsBad(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed) &* 7919)
        var sender = LinkSender(role: .instrument)
        var receiver = LinkReceiver()
        var stored: [Int: Stored] = [:]
        var delivered: [[UInt8]] = []

        for number in 0..<4 {
            let text = Self.message(number, &random)
            var encoder = FrameEncoder(
                textBytes: Int.random(in: 15...60, using: &random),
                layout: Bool.random(using: &random) ? .filled : .recordPerFrame)
            let frames = try encoder.frames(text)
            var isDelivered = false
            for _ in 0..<200 where !isDelivered {
                isDelivered = Self.transfer(frames, &sender, &receiver, &stored, &random)
            }
            #expect(isDelivered, "message \(number)")
            delivered.append(text)
        }

        // Complete messages in the store are those delivered, each at least once, in order, byte for byte; a message
        // whose last ACK was lost may have come twice, which is what deduplication by content is for.
        var complete: [[UInt8]] = []
        for key in stored.keys.sorted() {
            guard let one = stored[key], one.isComplete else { continue }
            let transcript = LinkTranscript.messages(in: one.bytes)
            #expect(transcript.counters.badFrames == 0)
            #expect(transcript.counters.duplicateFrames == 0)
            let text = try #require(transcript.messages.first).text
            if complete.last != text { complete.append(text) }
        }
        #expect(complete == delivered)
    }

    static func message(_ number: Int, _ random: inout SplitMix) -> [UInt8] {
        var records = ["H|\\^&|\(number)"]
        for patient in 1...Int.random(in: 1...3, using: &random) {
            records.append("P|\(patient)||MRN\(number)")
            for order in 1...Int.random(in: 1...2, using: &random) {
                records.append("O|\(order)|S\(number)-\(patient)-\(order)")
                for result in 1...Int.random(in: 1...4, using: &random) {
                    records.append("R|\(result)|^^^T\(result)|\(Int.random(in: 1...999, using: &random))|g/L")
                }
            }
        }
        return recordText(records + ["L|1|N"])
    }

    /// One transfer phase; true when the sender is told that everything was accepted.
    static func transfer(
        _ frames: [[UInt8]], _ sender: inout LinkSender, _ receiver: inout LinkReceiver,
        _ stored: inout [Int: Stored], _ random: inout SplitMix
    ) -> Bool {
        var toReceiver = FrameDecoder()
        var toSender = FrameDecoder()
        var pending = sender.handle(.start(frames: frames))
        for _ in 0..<2000 {
            var answers: [UInt8] = []
            var outcome: LinkSender.Outcome?
            for action in pending {
                switch action {
                case .sendControl(let character): toReceiver.append([character.rawValue])
                case .sendFrame(let bytes): toReceiver.append(damaged(bytes, &random))
                case .finished(let end): outcome = end
                case .startTimer, .stopTimer, .note: break
                }
            }
            while let token = toReceiver.next() {
                answers += perform(receiver.handle(.token(token)), &receiver, &stored, &random)
            }
            if let outcome {
                if case .delivered = outcome { return true }
                return false
            }
            // A tenth of the answers is lost on the way back.
            if Int.random(in: 0..<10, using: &random) > 0 { toSender.append(answers) }
            if let token = toSender.next() {
                pending = sender.handle(.token(token))
            } else if Int.random(in: 0..<3, using: &random) == 0 {
                // Both sides wait: a timer runs out.
                _ = perform(receiver.handle(.timerFired), &receiver, &stored, &random)
                pending = sender.handle(.timerFired)
            } else {
                // What some devices do instead of waiting: the frame again.
                pending = sender.handle(.token(.nak))
            }
        }
        return false
    }

    static func perform(
        _ actions: [LinkReceiver.Action], _ receiver: inout LinkReceiver, _ stored: inout [Int: Stored],
        _ random: inout SplitMix
    ) -> [UInt8] {
        var answers: [UInt8] = []
        for action in actions {
            switch action {
            case .send(let character): answers.append(character.rawValue)
            case .save(let save):
                #expect(receiver.isWaitingForSave)
                if Int.random(in: 0..<8, using: &random) == 0 {
                    answers += perform(receiver.handle(.saveFailed(save.token)), &receiver, &stored, &random)
                } else {
                    stored[save.message, default: Stored()].bytes += save.bytes
                    if save.ending == .complete { stored[save.message]?.isComplete = true }
                    answers += perform(receiver.handle(.saved(save.token)), &receiver, &stored, &random)
                }
            case .startTimer, .stopTimer, .note, .hangUp: break
            }
        }
        return answers
    }

    static func damaged(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            // A flipped bit in the text, where a sum of eight bits always shows it.
            let at = Int.random(in: 1..<max(2, bytes.count - 5), using: &random)
            bytes[at] ^= 1 << UInt8.random(in: 0..<7, using: &random)
            return bytes
        case 1: return Array(bytes.prefix(Int.random(in: 0..<(bytes.count - 4), using: &random)))
        case 2: return [0, 0x7F, 13] + bytes
        default: return bytes
        }
    }

    /// Any sequence of events whatever ends in values; the saves of a message follow each other without a gap, and none
    /// comes after its end.
    @Test(arguments: 0..<200)
    func noSequenceOfEventsTrapsTheReceiver(seed: Int) {
        var random = SplitMix(state: UInt64(seed) ^ 0xABCD)
        var limits = LinkLimits()
        limits.messageBytes = 300
        var link = LinkReceiver(limits: limits)
        var pending: Save?
        var parts: [Int: Int] = [:]
        var ended: Set<Int> = []
        let texts = [
            "H|\\^&\r", "P|1\r", "O|1|S\r", "R|1|x|5\r", "L|1|N\r", "O", "|x\rR|", "L", "", "\r\r", "H", "5", "\u{FF}",
        ]
        for _ in 0..<1500 {
            let event: LinkReceiver.Event
            switch Int.random(in: 0..<14, using: &random) {
            case 0: event = .token(.enq)
            case 1: event = Int.random(in: 0..<6, using: &random) == 0 ? .token(.eot) : .token(.nak)
            case 2: event = Int.random(in: 0..<6, using: &random) == 0 ? .timerFired : .token(.junk([65]))
            case 3: event = Int.random(in: 0..<6, using: &random) == 0 ? .linkLost : .token(.ack)
            case 4: event = .saveFailed(pending?.token ?? SaveToken(number: 0))
            case 5, 6: event = .saved(pending?.token ?? SaveToken(number: 0))
            case 7: event = .token(.badFrame(.init(reason: .truncated, wire: [2])))
            default:
                event = .token(
                    frame(
                        UInt8.random(in: 0...7, using: &random), texts.randomElement(using: &random) ?? "",
                        final: Bool.random(using: &random)))
            }
            if case .saved = event, let save = pending {
                parts[save.message] = save.part
                if save.ending != .open { ended.insert(save.message) }
            }
            switch event {
            case .saved, .saveFailed: pending = nil
            default: break
            }
            for case .save(let save) in link.handle(event) {
                #expect(pending == nil)
                #expect(save.part == (parts[save.message] ?? -1) + 1)
                #expect(!ended.contains(save.message))
                #expect(save.processableText <= save.textLength)
                #expect((save.frames == 0) == save.bytes.isEmpty)
                pending = save
            }
            #expect(link.isWaitingForSave == (pending != nil))
        }
        #expect(!parts.isEmpty)
    }
}
