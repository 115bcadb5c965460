/// Cuts the bytes of a line into blocks, control characters and junk.
///
/// It holds at most one block of `BlockFraming.limit` besides what was appended last; the same bytes give the same tokens
/// however they are cut, junk apart, whose pieces follow the pieces received.
public struct BlockDecoder: Sendable {
    private enum State: Sendable {
        case between
        /// Within a block whose text begins `text` bytes behind `head`; looked at up to `seen` behind `head`.
        case open(text: Int, seen: Int)
        /// The end is there, the check behind it is not.
        case checking(text: Int, end: Int, after: Int)
        /// Within a block that was too long.
        case skipping
    }

    /// How blocks are marked.
    public let framing: BlockFraming
    private var buffer: [UInt8] = []
    private var head = 0
    private var state = State.between
    /// Nothing more comes: what could still grow is what it is.
    private var isEnding = false

    /// A decoder at the beginning of a line.
    public init(_ framing: BlockFraming) { self.framing = framing }

    /// Bytes received and not yet handed out.
    public var bufferedBytes: Int { buffer.count - head }

    /// Only silence can tell what the last bytes mean; call `flush()` after `BlockFraming.silence` of it.
    public var isHeldBySilence: Bool {
        if case .between = state { bufferedBytes > 0 } else { true }
    }

    /// Adds bytes in the order of arrival.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        if head > 0, head == buffer.count || head > 4_096 {
            buffer.removeFirst(head)
            head = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next token, or nil when more bytes are needed.
    public mutating func next() -> BlockToken? {
        while true {
            switch state {
            case .between:
                guard bufferedBytes > 0 else { return nil }
                if let token = between() { return token }
                guard case .open = state else { return nil }
            case .open(let text, let seen):
                if let token = open(text: text, seen: seen) { return token }
                guard case .checking = state else { return nil }
            case .checking(let text, let end, let after): return checked(text: text, end: end, after: after)
            case .skipping:
                if let token = skip() { return token }
                guard case .between = state else { return nil }
            }
        }
    }

    /// The input has ended, or the line was silent: what is left comes out. Call it until it says nil.
    public mutating func flush() -> BlockToken? {
        isEnding = true
        defer { isEnding = false }
        if let token = next() { return token }
        defer { state = .between }
        switch state {
        case .between: return bufferedBytes > 0 ? .junk(take(bufferedBytes)) : nil
        case .open(let text, _): return silenced(text: text)
        case .checking(let text, let end, let after):
            let content = Array(buffer[head + text..<head + end])
            return .block(Block(wire: take(min(after, bufferedBytes)), text: content, verdict: .checkMissing))
        case .skipping: return bufferedBytes > 0 ? .junk(take(bufferedBytes)) : nil
        }
    }

    // MARK: - Between blocks

    private mutating func between() -> BlockToken? {
        var index = head
        while index < buffer.count {
            let byte = buffer[index]
            let begins: Match = framing.start.isEmpty ? beginsBare(byte) : match(framing.start, at: index)
            if begins != .no {
                if index > head { return .junk(take(index - head)) }
                if begins == .whole { state = .open(text: framing.start.count, seen: framing.start.count) }
                return nil
            }
            if framing.controls.contains(byte) {
                return index > head ? .junk(take(index - head)) : .control(take(1)[0])
            }
            index += 1
        }
        return .junk(take(bufferedBytes))
    }

    /// Without a start mark anything begins a block but a control character and what fills the gaps between lines.
    private func beginsBare(_ byte: UInt8) -> Match {
        framing.controls.contains(byte) || byte == 0x0A || byte == 0x0D || byte == 0 ? .no : .whole
    }

    // MARK: - Within a block

    private mutating func open(text: Int, seen: Int) -> BlockToken? {
        var index = head + seen
        while index < buffer.count {
            switch end(at: index) {
            case .found(let length):
                state = .checking(text: text, end: index - head, after: index - head + length)
                return nil
            case .waits:
                state = .open(text: text, seen: index - head)
                return nil
            case .none: break
            }
            if breaksOff(at: index) { return abandon(text: text, at: index) }
            if index - head >= framing.limit {
                state = .skipping
                let content = Array(buffer[head + text..<index])
                return .block(
                    Block(wire: take(index - head), text: content, verdict: .tooLong(limit: framing.limit)))
            }
            index += 1
        }
        state = .open(text: text, seen: index - head)
        return nil
    }

    /// Whether the sender started over: a start mark, ENQ or EOT where the text goes on.
    ///
    /// Only where a start is a control character, since other text may stand in a block; and not where the check is a byte
    /// before the end, since it may be any.
    private func breaksOff(at index: Int) -> Bool {
        guard let first = framing.start.first, first < 0x20, !hasByteBeforeEnd else { return false }
        return match(framing.start, at: index) == .whole || buffer[index] == 0x04 || buffer[index] == 0x05
    }

    private var hasByteBeforeEnd: Bool { framing.check?.place == .beforeEnd && framing.check?.form == .byte }

    private mutating func abandon(text: Int, at index: Int) -> BlockToken {
        state = .between
        let content = Array(buffer[head + text..<index])
        return .block(Block(wire: take(index - head), text: content, verdict: .unfinished))
    }

    private enum End { case none, waits, found(Int) }

    private func end(at index: Int) -> End {
        var waits = false
        for mark in framing.ends {
            switch match(mark, at: index) {
            case .whole: return .found(mark.count)
            case .begun: waits = true
            case .no: break
            }
        }
        return waits ? .waits : .none
    }

    private mutating func checked(text: Int, end: Int, after: Int) -> BlockToken? {
        let length = framing.check?.place == .afterEnd ? framing.check?.length ?? 0 : 0
        guard bufferedBytes >= after + length else { return nil }
        state = .between
        let mark = buffer[head + end..<head + after]
        let received = buffer[head + after..<head + after + length]
        let (content, verdict) = judged(buffer[head + text..<head + end], end: mark, checkBehind: received)
        return .block(Block(wire: take(after + length), text: Array(content), verdict: verdict))
    }

    private func judged(
        _ content: ArraySlice<UInt8>, end: ArraySlice<UInt8>, checkBehind: ArraySlice<UInt8>
    ) -> (text: ArraySlice<UInt8>, verdict: Block.Verdict) {
        guard let check = framing.check else { return (content, .good) }
        var (text, received) = (content, checkBehind)
        if check.place == .beforeEnd {
            guard content.count >= check.length else { return (content, .checkMissing) }
            text = content.dropLast(check.length)
            received = content.suffix(check.length)
        }
        let expected = check.bytes(start: framing.start, text: text, end: end)
        let isRight = check.isSame(received, as: expected)
        return (text, isRight ? .good : .checkWrong(expected: expected, received: Array(received)))
    }

    private mutating func silenced(text: Int) -> BlockToken {
        var content = buffer[(head + text)...]
        // A line end that took the place of the end is no part of a check.
        if framing.check?.place == .beforeEnd, !framing.ends.isEmpty {
            while let last = content.last, last == 0x0A || last == 0x0D { content.removeLast() }
        }
        guard framing.ends.isEmpty || framing.idle != nil else {
            let kept = Array(content)
            return .block(Block(wire: take(bufferedBytes), text: kept, verdict: .unfinished))
        }
        // A check behind the end went missing with it.
        let isBehind = framing.check?.place == .afterEnd
        let (inner, found) =
            isBehind && !framing.ends.isEmpty ? (content, .checkMissing) : judged(content, end: [], checkBehind: [])
        let verdict = found == .good && !framing.ends.isEmpty ? .endMissing : found
        let kept = Array(inner)
        return .block(Block(wire: take(bufferedBytes), text: kept, verdict: verdict))
    }

    // MARK: - What is too long

    private mutating func skip() -> BlockToken? {
        var index = head
        while index < buffer.count {
            switch end(at: index) {
            case .found(let length):
                state = .between
                return .junk(take(index - head + length))
            case .waits: return index > head ? .junk(take(index - head)) : nil
            case .none: break
            }
            if breaksOff(at: index) {
                state = .between
                return index > head ? .junk(take(index - head)) : nil
            }
            index += 1
        }
        return bufferedBytes > 0 ? .junk(take(bufferedBytes)) : nil
    }

    // MARK: - Bytes

    private enum Match { case no, begun, whole }

    /// Whether a mark stands at a place, or may do so when more bytes come.
    private func match(_ mark: [UInt8], at index: Int) -> Match {
        var offset = 0
        while offset < mark.count {
            guard index + offset < buffer.count else { return isEnding ? .no : .begun }
            if buffer[index + offset] != mark[offset] { return .no }
            offset += 1
        }
        return .whole
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { head += count }
        return Array(buffer[head..<head + count])
    }
}

extension BlockDecoder: PrintsRedacted {
    /// The number of bytes held.
    public var description: String { "block decoder, \(bufferedBytes) bytes" }
}
