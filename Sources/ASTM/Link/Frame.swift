/// One frame as it came over the line: `STX FN text (ETB | ETX) C1 C2 CR LF` (LIS01-A2 6.3.1).
public struct Frame: Equatable, Sendable {
    /// The frame number FN, 0 to 7.
    public let number: UInt8
    /// `true` for ETX (the last frame of a message), `false` for ETB (more frames of this message follow).
    public let isFinal: Bool
    /// The exact bytes as received, STX to LF.
    public let wire: [UInt8]
    /// Where the text stands in `wire`.
    public let textRange: Range<Int>
    /// What the checksum said.
    public let checksum: ChecksumVerdict
    /// The text holds characters the standard forbids there (6.6.2); they are kept.
    public let hasRestrictedCharacters: Bool

    /// The text between the frame number and ETB or ETX.
    public var text: [UInt8] { Array(wire[textRange]) }
}

/// The result of the comparison of LIS01-A2 6.3.3.
public enum ChecksumVerdict: Hashable, Sendable {
    /// The checksum was right.
    case valid
    /// The checksum was wrong; the frame was accepted by `ChecksumPolicy.lenient`.
    case wrong(expected: UInt8, received: UInt8)
    /// There were no two hexadecimal digits; the frame was accepted by `ChecksumPolicy.lenient`.
    case missing
    /// `ChecksumPolicy.off`.
    case notChecked
}

/// A frame that could not be accepted.
///
/// The fault is the peer's or the line's and reaches as far as this frame.
public struct FrameFault: Equatable, Sendable, Error {
    /// Why a frame was refused.
    public enum Reason: Hashable, Sendable {
        /// The checksum was wrong.
        case checksum(expected: UInt8, received: UInt8)
        /// No two hexadecimal digits stood after ETB or ETX.
        case checksumMissing
        /// The character after STX was not a digit 0 to 7.
        case frameNumber
        /// Longer than `LinkLimits.frameBytes`; the count is that of the frame, so far as it was one.
        case tooLong(bytes: Int)
        /// The next STX, ENQ or EOT, or the end of the input, came before the frame was complete.
        case truncated
    }

    /// Why.
    public let reason: Reason
    /// The bytes as received; of an overlong frame the first `LinkLimits.junkBytes`.
    public let wire: [UInt8]

    /// - Parameters:
    ///   - reason: why.
    ///   - wire: the bytes as received.
    public init(reason: Reason, wire: [UInt8]) {
        self.reason = reason
        self.wire = wire
    }
}

/// What the line said, one unit at a time.
public enum LinkToken: Equatable, Sendable {
    /// Enquiry.
    case enq
    /// End of transmission.
    case eot
    /// Accepted.
    case ack
    /// Refused.
    case nak
    /// A good frame.
    case frame(Frame)
    /// A frame with a fault.
    case badFrame(FrameFault)
    /// Bare record text from a `RecordDecoder`: a record with its end, or a piece of one without.
    case text([UInt8])
    /// Bytes that belong to none of the above, at most `LinkLimits.junkBytes` at a time, in pieces as they arrived.
    case junk([UInt8])
}

extension Frame: PrintsRedacted {
    /// Number, end and length; never the text.
    public var description: String {
        "frame \(number) \(isFinal ? "ETX" : "ETB"), \(textRange.count) text bytes, checksum \(checksum)"
    }
}

extension FrameFault: PrintsRedacted {
    /// Reason and length; never the text.
    public var description: String { "bad frame (\(reason)), \(wire.count) bytes" }
}

extension LinkToken: PrintsRedacted {
    /// The control character's name, or the redacted description of the frame.
    public var description: String {
        switch self {
        case .enq: "ENQ"
        case .eot: "EOT"
        case .ack: "ACK"
        case .nak: "NAK"
        case .frame(let frame): frame.description
        case .badFrame(let fault): fault.description
        case .text(let bytes): "text, \(bytes.count) bytes"
        case .junk(let bytes): "junk, \(bytes.count) bytes"
        }
    }
}
