/// Cuts the byte stream of an MLLP connection into messages.
///
/// A read is not a message: feed bytes as they come, then ask for tokens until `next()` says `nil`. Every byte is
/// looked at once, however the stream is split.
///
/// A VT inside a message starts a new one only when a header segment (MSH, FHS, BHS) follows: free text may hold
/// vertical tabs.
public struct MLLPDecoder: Sendable {
    private enum Phase: Sendable {
        /// Outside a message.
        case between
        /// After VT.
        case message
        /// In a message over the limit.
        case skipping
        /// After FS, lenient: a CR which follows is part of the frame.
        case afterEnd
        /// After FS at `scan`, strict: CR must follow.
        case atEnd
    }

    private let limits: MLLPLimits
    private let policy: MLLPPolicy
    private var buffer: [UInt8] = []
    /// First byte not yet handed out; in a message its first byte.
    private var start = 0
    /// First byte not yet looked at.
    private var scan = 0
    private var phase = Phase.between
    private var overlong: (kept: [UInt8], dropped: Int)?

    /// - Parameters:
    ///   - limits: what is accepted at most.
    ///   - policy: how a missing CR is taken.
    public init(limits: MLLPLimits = MLLPLimits(), policy: MLLPPolicy = .lenient) {
        self.limits = limits
        self.policy = policy
    }

    /// Bytes received and not yet handed out.
    public var bufferedBytes: Int { buffer.count - start }

    /// A message has begun and not ended.
    ///
    /// After a long silence, `flush()` gives up waiting for its end.
    public var isInMessage: Bool { phase == .message || phase == .skipping || phase == .atEnd }

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
    public mutating func next() -> MLLPToken? {
        while start < buffer.count || phase == .message {
            switch phase {
            case .afterEnd:
                if buffer[start] == Byte.cr { start += 1 }
                phase = .between
            case .between:
                if buffer[start] != Byte.vt { return junk() }
                start += 1
                scan = start
                overlong = nil
                phase = .message
            case .message:
                if let token = scanMessage() { return token }
                if phase == .message { return nil }
            case .skipping:
                if let token = skipMessage() { return token }
                if phase == .skipping { return nil }
            case .atEnd:
                guard scan + 1 < buffer.count else { return nil }
                return finishStrictly()
            }
        }
        return nil
    }

    /// The input has ended, or a message hangs: what is left comes out as a fault.
    ///
    /// Call it after `next()` said `nil`, until it says `nil` too.
    public mutating func flush() -> MLLPToken? {
        switch phase {
        case .between, .afterEnd: return next()
        case .message, .skipping: return fault(.truncated, to: buffer.count, next: buffer.count)
        case .atEnd: return fault(.missingCarriageReturn, to: scan, next: buffer.count)
        }
    }

    // MARK: - Phases

    private mutating func junk() -> MLLPToken {
        let last = min(buffer.count, start + max(1, limits.junkBytes))
        var end = start + 1
        while end < last, buffer[end] != Byte.vt { end += 1 }
        defer { start = end }
        return .junk(Array(buffer[start..<end]))
    }

    private mutating func scanMessage() -> MLLPToken? {
        let longest = start + max(1, limits.messageBytes)
        // The byte after the longest message may be its FS.
        let end = min(buffer.count, longest + 1)
        while true {
            scan = Self.findEnd(in: buffer, from: scan, to: end)
            guard scan < end else { break }
            if buffer[scan] == Byte.fs { return endMessage() }
            guard let begins = beginsMessage(at: scan) else { return nil }
            if begins { return fault(.missingEndBlock, to: scan, next: scan) }
            scan += 1
        }
        if scan > longest {
            overlong = (Array(buffer[start..<min(scan, start + max(1, limits.junkBytes))]), scan - start)
            start = scan
            phase = .skipping
        }
        return nil
    }

    private mutating func skipMessage() -> MLLPToken? {
        while scan < buffer.count {
            if buffer[scan] == Byte.fs {
                let token = fault(.truncated, to: scan, next: scan + 1)
                phase = .afterEnd
                return token
            }
            if buffer[scan] == Byte.vt {
                guard let begins = beginsMessage(at: scan) else { break }
                if begins { return fault(.truncated, to: scan, next: scan) }
            }
            scan += 1
        }
        overlong?.dropped += scan - start
        start = scan
        return nil
    }

    private mutating func endMessage() -> MLLPToken? {
        if policy == .strict {
            phase = .atEnd
            return nil
        }
        defer {
            start = scan + 1
            phase = .afterEnd
        }
        return .message(Array(buffer[start..<scan]))
    }

    private mutating func finishStrictly() -> MLLPToken {
        guard buffer[scan + 1] == Byte.cr else { return fault(.missingCarriageReturn, to: scan, next: scan + 1) }
        defer {
            start = scan + 2
            phase = .between
        }
        return .message(Array(buffer[start..<scan]))
    }

    private mutating func fault(_ reason: MLLPFault.Reason, to end: Int, next: Int) -> MLLPToken {
        defer {
            start = next
            phase = .between
            overlong = nil
        }
        if let overlong {
            return .fault(MLLPFault(reason: .tooLong(bytes: overlong.dropped + end - start), bytes: overlong.kept))
        }
        return .fault(MLLPFault(reason: reason, bytes: Array(buffer[start..<end])))
    }

    /// Whether a header segment follows the VT at `index`; `nil` while too few bytes are there.
    private func beginsMessage(at index: Int) -> Bool? {
        let following = buffer[(index + 1)...].prefix(3)
        var couldBegin = false
        for header in ["MSH", "FHS", "BHS"] where header.utf8.starts(with: following) { couldBegin = true }
        if !couldBegin { return false }
        return following.count == 3 ? true : nil
    }

    private static func findEnd(in buffer: [UInt8], from start: Int, to end: Int) -> Int {
        buffer.withUnsafeBufferPointer { bytes in
            var index = start
            while index < end, bytes[index] != Byte.fs, bytes[index] != Byte.vt { index += 1 }
            return index
        }
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
        start = 0
    }
}

extension MLLPDecoder: PrintsRedacted {
    /// The number of bytes held.
    public var description: String { "MLLP decoder, \(bufferedBytes) bytes" }
}
