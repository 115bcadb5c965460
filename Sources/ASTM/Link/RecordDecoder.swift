/// Cuts a stream of bare records, as some devices send over TCP, into `LinkToken.text`.
///
/// A record ends with CR, LF or both. Whatever control characters stand before a record (NUL, the LF of CR LF, or the ENQ,
/// STX, ETX and EOT of a device that half keeps to LIS01-A2) are passed over; in the middle of one those four end it, as
/// CR does. So the tokens, joined, are what `LinkTranscript` reads.
///
/// A record longer than `LinkLimits.frameBytes` comes in pieces of that length without an end, and so does one that
/// `flush()` takes as far as it has come; the pieces joined are the record. The tokens are the same for every way of
/// splitting the input.
public struct RecordDecoder: Sendable {
    private let pieceBytes: Int
    private var buffer: [UInt8] = []
    /// First byte not yet handed out.
    private var start = 0
    /// First byte not yet looked at.
    private var scan = 0
    /// A piece of the record at `start` was handed out already.
    private var isContinued = false

    /// - Parameter limits: `frameBytes` is used here.
    public init(limits: LinkLimits = LinkLimits()) { pieceBytes = max(Self.headBytes, limits.frameBytes) }

    /// Bytes received and not yet handed out.
    public var bufferedBytes: Int { buffer.count - start }

    /// A record has begun and its end has not come: if the line stays silent for a moment, `flush()` hands out what is
    /// there, for a device whose last record has no end.
    ///
    /// Its first bytes stay together, so that a header is one however late its delimiter comes.
    public var isHeldBySilence: Bool { isContinued ? scan > start : scan - start >= Self.headBytes }

    /// A stray digit, the record letter, and its delimiter.
    private static let headBytes = 3

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

    /// The next record or piece of one, or `nil` when more bytes are needed.
    public mutating func next() -> LinkToken? {
        if scan == start, !isContinued { passOver() }
        var end = scan
        let last = min(buffer.count, start + pieceBytes)
        buffer.withUnsafeBufferPointer { bytes in
            while end < last, !Self.endsRecord(bytes[end]) { end += 1 }
        }
        scan = end
        guard end < last else {
            guard end - start >= pieceBytes else { return nil }
            return piece()
        }
        var record = Array(buffer[start..<end])
        record.append(buffer[end] == Byte.lf ? Byte.lf : Byte.cr)
        start = end + 1
        scan = start
        isContinued = false
        return .text(record)
    }

    /// The input has ended, or the line is silent while `isHeldBySilence`: what is there of a record comes out.
    ///
    /// Call it after `next()` said `nil`, until it says `nil` too.
    public mutating func flush() -> LinkToken? { scan > start ? piece() : nil }

    private mutating func piece() -> LinkToken {
        defer {
            start = scan
            isContinued = true
        }
        return .text(Array(buffer[start..<scan]))
    }

    private mutating func passOver() {
        while start < buffer.count, buffer[start] < 0x20 { start += 1 }
        scan = start
    }

    private static func endsRecord(_ byte: UInt8) -> Bool {
        switch byte {
        case Byte.cr, Byte.lf, Byte.stx, Byte.etx, Byte.eot, Byte.enq: true
        default: false
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

extension RecordDecoder: PrintsRedacted {
    /// The number of bytes held.
    public var description: String { "record decoder, \(bufferedBytes) bytes" }
}
