import Blocks

/// Bytes of a device of blocks, and the rest of the world in between: saves that succeed and fail, timers, messages to send,
/// loss.
///
/// The first byte chooses framing and dialogue. After that, bytes from 0xF8 on are no bytes of the line but events.
enum BLOCKSTarget {
    static func check(_ input: [UInt8]) -> String? {
        guard let choice = input.first else { return nil }
        let bytes = Array(input.dropFirst())
        var invariants = Invariants()
        let framing = framing(choice)
        let line = bytes.filter { $0 < 0xF8 }
        let whole = tokens(line, size: max(1, line.count), framing, &invariants)
        for size in [1, 3, 64] {
            let split = tokens(line, size: size, framing, &invariants)
            invariants.expect(split == whole, "tokens of pieces of \(size) bytes differ")
        }
        for token in whole {
            guard case .block(let block) = token, block.verdict == .good else { continue }
            var decoder = BlockDecoder(framing)
            decoder.append(block.wire)
            let again = decoder.next() ?? decoder.flush()
            invariants.expect(again == token, "a good block is not the same by itself")
        }
        _ = BlockText.withoutPrinterCodes(line)
        live(bytes, framing, choice, &invariants)
        return invariants.broken
    }

    static func framing(_ choice: UInt8) -> BlockFraming {
        let check: BlockCheck? =
            switch choice >> 2 & 3 {
            case 1: BlockCheck(kind: .xor, span: .textAndEnd, form: .byte, place: .afterEnd)
            case 2: BlockCheck(kind: .sum, span: .startToEnd, form: .hex, place: .afterEnd)
            case 3: BlockCheck(kind: .sum, span: .text, form: .hex, place: .beforeEnd)
            default: nil
            }
        var framing =
            switch choice & 3 {
            case 0: BlockFraming(start: [0x02], ends: [[0x03], [0x17]], check: check)
            case 1: BlockFraming(ends: [[0x0D, 0x0A], [0x0D]], idle: .seconds(1))
            case 2: BlockFraming(idle: .seconds(1))
            default: BlockFraming(start: [0x02], ends: [[0x03]], idle: .seconds(1), check: check)
            }
        framing.limit = 100
        framing.acceptsWrongCheck = choice & 0x10 != 0
        return framing
    }

    /// The tokens, neighbouring junk joined: it comes in pieces as it arrived.
    private static func tokens(
        _ bytes: [UInt8], size: Int, _ framing: BlockFraming, _ invariants: inout Invariants
    ) -> [BlockToken] {
        var decoder = BlockDecoder(framing)
        var tokens: [BlockToken] = []
        func take(_ token: BlockToken) {
            if case .junk(let more) = token, case .junk(let before)? = tokens.last {
                tokens[tokens.count - 1] = .junk(before + more)
            } else {
                tokens.append(token)
            }
        }
        for piece in pieces(bytes, of: size) {
            decoder.append(piece)
            while let token = decoder.next() { take(token) }
            invariants.expect(decoder.bufferedBytes <= 104, "\(decoder.bufferedBytes) bytes held")
        }
        while let token = decoder.flush() { take(token) }
        invariants.expect(decoder.bufferedBytes == 0, "\(decoder.bufferedBytes) bytes left after flush")
        let all = tokens.flatMap { token -> [UInt8] in
            switch token {
            case .block(let block): block.wire
            case .junk(let bytes): bytes
            case .control(let byte): [byte]
            }
        }
        invariants.expect(all == bytes, "the tokens are not the bytes")
        return tokens
    }

    private static func live(
        _ bytes: [UInt8], _ framing: BlockFraming, _ choice: UInt8, _ invariants: inout Invariants
    ) {
        var dialogue = BlockDialogue()
        if choice & 0x20 == 0 {
            dialogue.good = [0x06]
            dialogue.bad = [0x15]
            dialogue.isAnswered = true
        }
        if choice & 0x40 != 0 {
            dialogue.series = .init(
                begins: .init(prefixes: [[0x31]]), ends: .init(prefixes: [[0x39]]), within: .seconds(30))
        }
        if choice & 0x80 != 0 { dialogue.replies = [.init(to: .init(prefixes: [[0x50]]), text: [0x4E])] }
        var limits = BlockLimits()
        limits.messageBytes = 200
        limits.queuedSends = 3
        var decoder = BlockDecoder(framing)
        var link = BlockLink(framing: framing, dialogue: dialogue, limits: limits)
        var under: BlockSaveToken?
        var sent = 0
        var ended: Set<Int> = []
        func take(_ event: BlockLink.Event) {
            for action in link.handle(event) {
                switch action {
                case .save(let save):
                    invariants.expect(under == nil, "two saves at once")
                    invariants.expect(save.messageBytes <= 200 + 104, "a message of \(save.messageBytes) bytes")
                    under = save.token
                case .finished(let number, _):
                    invariants.expect(ended.insert(number).inserted, "two ends of one message")
                default: break
                }
            }
            invariants.expect(link.queuedSends <= 3, "\(link.queuedSends) wait")
        }
        func settle(_ isSaved: Bool) {
            guard let token = under else { return }
            under = nil
            take(isSaved ? .saved(token) : .saveFailed(token))
        }
        for byte in bytes {
            switch byte {
            case 0xF8: settle(true)
            case 0xF9: settle(false)
            case 0xFA: take(.timerFired(.receiver))
            case 0xFB: take(.timerFired(.sender))
            case 0xFC:
                sent += 1
                take(.send(number: sent, blocks: [[0x53], [0x54]]))
            case 0xFD: take(.withdraw(number: sent))
            case 0xFE: take(.linkLost)
            case 0xFF: if !link.isWaitingForSave, let token = decoder.flush() { take(.token(token)) }
            default: decoder.append([byte])
            }
            while !link.isWaitingForSave, let token = decoder.next() { take(.token(token)) }
        }
        take(.linkLost)
        invariants.expect(ended.count == sent, "\(sent) messages and \(ended.count) ends")
    }
}
