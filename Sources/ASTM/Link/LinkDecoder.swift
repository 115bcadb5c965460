/// Cuts the byte stream of a link into tokens, with frames or without, through one interface.
public enum LinkDecoder: Sendable {
    /// LIS01-A2 frames, for `LinkMachine`.
    case frames(FrameDecoder)
    /// Bare records, for `UnframedLink`.
    case records(RecordDecoder)

    /// Bytes received and not yet handed out.
    public var bufferedBytes: Int {
        switch self {
        case .frames(let decoder): decoder.bufferedBytes
        case .records(let decoder): decoder.bufferedBytes
        }
    }

    /// Only silence can tell what the last bytes mean.
    ///
    /// If the line then stays silent for a moment (half a second, say), call `flush()`, or both sides wait for ever.
    public var isHeldBySilence: Bool {
        switch self {
        case .frames(let decoder): decoder.isHeldByTrailer
        case .records(let decoder): decoder.isHeldBySilence
        }
    }

    /// Adds bytes in the order of arrival.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        change({ $0.append(bytes) }, { $0.append(bytes) })
    }

    /// Adds bytes in the order of arrival.
    public mutating func append(_ bytes: [UInt8]) {
        change({ $0.append(bytes) }, { $0.append(bytes) })
    }

    /// The next token, or `nil` when more bytes are needed.
    public mutating func next() -> LinkToken? {
        change({ $0.next() }, { $0.next() })
    }

    /// The input has ended, or the line is silent while `isHeldBySilence`: what is left comes out.
    ///
    /// Call it after `next()` said `nil`, until it says `nil` too.
    public mutating func flush() -> LinkToken? {
        change({ $0.flush() }, { $0.flush() })
    }

    /// The decoder is taken out and put back, so that its buffer is changed in place.
    private mutating func change<Result>(
        _ frames: (inout FrameDecoder) -> Result, _ records: (inout RecordDecoder) -> Result
    ) -> Result {
        switch consume self {
        case .frames(var decoder):
            defer { self = .frames(decoder) }
            return frames(&decoder)
        case .records(var decoder):
            defer { self = .records(decoder) }
            return records(&decoder)
        }
    }
}

extension LinkDecoder: PrintsRedacted {
    /// The number of bytes held.
    public var description: String {
        switch self {
        case .frames(let decoder): decoder.description
        case .records(let decoder): decoder.description
        }
    }
}
