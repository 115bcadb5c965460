/// Cuts the byte stream of a link into tokens (LIS01-A2 6.3).
///
/// A read is not a frame: feed bytes as they come, then ask for tokens until `next()` says `nil`.
///
/// Every byte is looked at once, however the stream is split. A frame is handed out when its LF has arrived, or, where
/// a device leaves out CR LF, when the next character shows that it will not come (see `isHeldByTrailer`).
/// Junk is handed out as it arrives; everything else is the same for every way of splitting the input.
public struct FrameDecoder: Sendable {
    private enum Phase: Sendable {
        /// Outside a frame.
        case between
        /// After STX; to `checksum`, `skipping`, or back to `between` when the frame breaks off.
        case text
        /// In the text of a frame over the limit; to `checksum` or `between`.
        case skipping
        /// After ETB or ETX at `blockEnd`; to `trailer` or `between`.
        case checksum
        /// Frame complete up to `bodyEnd`, CR LF may follow; to `between`.
        case trailer
    }

    private let limits: LinkLimits
    private let policy: ChecksumPolicy
    private var buffer: [UInt8] = []
    /// First byte not yet handed out.
    private var start = 0
    /// First byte not yet looked at.
    private var scan = 0
    private var phase = Phase.between
    private var sum: UInt8 = 0
    private var hasRestricted = false
    private var blockEnd = 0
    private var bodyEnd = 0
    private var received: UInt8?
    /// Of a frame over the limit: the first bytes, and how many were let go so far.
    private var overlong: (kept: [UInt8], dropped: Int)?

    /// - Parameters:
    ///   - limits: `frameBytes` and `junkBytes` are used here.
    ///   - checksum: what to do with wrong checksums.
    public init(limits: LinkLimits = LinkLimits(), checksum: ChecksumPolicy = .strict) {
        self.limits = limits
        self.policy = checksum
    }

    /// Bytes received and not yet handed out.
    public var bufferedBytes: Int { buffer.count - start }

    /// Only silence can tell what the last bytes mean: a frame is complete but for its CR LF (with a policy other than
    /// strict: or but for its checksum), or an ENQ stands inside a frame.
    ///
    /// If the line then stays silent for a moment (half a second, say), call `flush()`, or both sides wait for ever.
    public var isHeldByTrailer: Bool {
        switch phase {
        case .trailer: true
        case .checksum: policy != .strict
        case .text, .skipping: scan < buffer.count
        case .between: false
        }
    }

    /// Adds bytes in the order of arrival.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// Adds bytes in the order of arrival.
    public mutating func append(_ bytes: [UInt8]) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// The next token, or `nil` when more bytes are needed.
    public mutating func next() -> LinkToken? {
        while true {
            switch phase {
            case .between:
                guard start < buffer.count else { return nil }
                if let token = startToken() { return token }
            case .text:
                if let token = scanText() { return token }
                if phase == .text { return nil }
            case .skipping:
                if let token = skipText() { return token }
                if phase == .skipping { return nil }
            case .checksum:
                if let token = readChecksum() { return token }
                if phase == .checksum { return nil }
            case .trailer:
                return readTrailer()
            }
        }
    }

    /// The input has ended, or the line is silent while `isHeldByTrailer`: what is left comes out, complete or as a
    /// fault.
    ///
    /// Call it after `next()` said `nil`, until it says `nil` too.
    public mutating func flush() -> LinkToken? {
        switch phase {
        case .between: return next()
        case .trailer: return finish(at: buffer.count)
        case .checksum where policy != .strict: return finish(at: buffer.count)
        case .text, .skipping: return breakOff(at: scan)
        case .checksum: return breakOff(at: buffer.count)
        }
    }

    // MARK: - Phases

    private mutating func startToken() -> LinkToken? {
        let simple: LinkToken
        switch buffer[start] {
        case Byte.enq: simple = .enq
        case Byte.eot: simple = .eot
        case Byte.ack: simple = .ack
        case Byte.nak: simple = .nak
        case Byte.stx:
            scan = start + 1
            sum = 0
            hasRestricted = false
            received = nil
            overlong = nil
            phase = .text
            return nil
        default: return junk()
        }
        start += 1
        return simple
    }

    private mutating func junk() -> LinkToken {
        let last = min(buffer.count, start + max(1, limits.junkBytes))
        var end = start + 1
        while end < last, !FrameByte.startsToken(buffer[end]) { end += 1 }
        defer { start = end }
        return .junk(Array(buffer[start..<end]))
    }

    private mutating func scanText() -> LinkToken? {
        // ETB or ETX, two digits, CR and LF belong to the frame too.
        let longest = start + max(8, limits.frameBytes) - 4
        let end = min(buffer.count, longest)
        var sum = self.sum
        var index = scan
        var found: UInt8 = 0
        var isHeld = false
        var restricted = false
        buffer.withUnsafeBufferPointer { bytes in
            while index < end {
                let byte = bytes[index]
                if byte < 0x20, byte != Byte.cr {
                    if FrameByte.endsText(byte) {
                        let verdict = FrameByte.isText(byte, at: index, in: bytes)
                        isHeld = verdict == nil
                        found = verdict == false ? byte : 0
                        if verdict != true { return }
                    }
                    if Byte.isRestricted(byte) { restricted = true }
                }
                sum &+= byte
                index += 1
            }
        }
        self.sum = sum
        if restricted { hasRestricted = true }
        scan = index
        if found == Byte.etx || found == Byte.etb {
            endBlock(found)
        } else if found != 0 {
            return breakOff(at: index)
        } else if index == longest, !isHeld {
            overlong = (Array(buffer[start..<min(index, start + max(1, limits.junkBytes))]), index - start)
            start = index
            phase = .skipping
        }
        return nil
    }

    private mutating func skipText() -> LinkToken? {
        while scan < buffer.count {
            let byte = buffer[scan]
            if FrameByte.endsText(byte) {
                let verdict = buffer.withUnsafeBufferPointer { FrameByte.isText(byte, at: scan, in: $0) }
                guard let isText = verdict else { break }
                if !isText {
                    letGo()
                    if byte != Byte.etx, byte != Byte.etb { return breakOff(at: scan) }
                    endBlock(byte)
                    return nil
                }
            }
            scan += 1
        }
        letGo()
        return nil
    }

    /// Forgets what was looked at of an overlong frame.
    private mutating func letGo() {
        overlong?.dropped += scan - start
        start = scan
    }

    private mutating func endBlock(_ byte: UInt8) {
        sum &+= byte
        blockEnd = scan
        scan += 1
        phase = .checksum
    }

    private mutating func readChecksum() -> LinkToken? {
        let first = blockEnd + 1
        guard first < buffer.count else { return nil }
        guard let high = Byte.hexValue(buffer[first]) else {
            if policy == .strict, FrameByte.breaksFrame(buffer[first]) { return breakOff(at: first) }
            bodyEnd = first
            phase = .trailer
            return nil
        }
        guard first + 1 < buffer.count else { return nil }
        if let low = Byte.hexValue(buffer[first + 1]) {
            received = high << 4 | low
            bodyEnd = first + 2
        } else {
            bodyEnd = first + 1
        }
        phase = .trailer
        return nil
    }

    private mutating func readTrailer() -> LinkToken? {
        guard bodyEnd < buffer.count else { return nil }
        switch buffer[bodyEnd] {
        case Byte.lf: return finish(at: bodyEnd + 1)
        case Byte.cr:
            guard bodyEnd + 1 < buffer.count else { return nil }
            return finish(at: bodyEnd + (buffer[bodyEnd + 1] == Byte.lf ? 2 : 1))
        default: return finish(at: bodyEnd)
        }
    }

    // MARK: - Ends

    private mutating func finish(at end: Int) -> LinkToken {
        defer {
            start = end
            phase = .between
            overlong = nil
        }
        if let overlong {
            return .badFrame(
                FrameFault(reason: .tooLong(bytes: overlong.dropped + end - start), wire: overlong.kept))
        }
        let wire = Array(buffer[start..<end])
        let end = blockEnd - start
        guard end >= 2, wire[1] >= 0x30, wire[1] <= 0x37 else {
            return .badFrame(FrameFault(reason: .frameNumber, wire: wire))
        }
        let verdict: ChecksumVerdict
        if policy == .off {
            verdict = .notChecked
        } else if let received {
            if received == sum {
                verdict = .valid
            } else if policy == .lenient {
                verdict = .wrong(expected: sum, received: received)
            } else {
                return .badFrame(FrameFault(reason: .checksum(expected: sum, received: received), wire: wire))
            }
        } else if policy == .lenient {
            verdict = .missing
        } else {
            return .badFrame(FrameFault(reason: .checksumMissing, wire: wire))
        }
        return .frame(
            Frame(
                number: wire[1] - 0x30, isFinal: wire[end] == Byte.etx, wire: wire, textRange: 2..<end,
                checksum: verdict, hasRestrictedCharacters: hasRestricted))
    }

    private mutating func breakOff(at end: Int) -> LinkToken {
        defer {
            start = end
            phase = .between
            overlong = nil
        }
        if let overlong {
            return .badFrame(
                FrameFault(reason: .tooLong(bytes: overlong.dropped + end - start), wire: overlong.kept))
        }
        return .badFrame(FrameFault(reason: .truncated, wire: Array(buffer[start..<end])))
    }

    private mutating func compact() {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 17)
        } else if start > 4096, start > buffer.count / 2 {
            buffer.removeSubrange(..<start)
        } else {
            return
        }
        scan -= start
        blockEnd -= start
        bodyEnd -= start
        start = 0
    }
}

extension FrameDecoder: PrintsRedacted {
    /// The number of bytes held.
    public var description: String { "frame decoder, \(bufferedBytes) bytes" }
}
