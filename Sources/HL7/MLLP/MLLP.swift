/// The minimal lower layer protocol (HL7 v2 transport, MLLP release 1): `VT message FS CR`.
public enum MLLP {
    /// A message as it goes over the wire.
    public static func frame(_ message: some Collection<UInt8>) -> [UInt8] {
        var wire: [UInt8] = []
        wire.reserveCapacity(message.count + 3)
        wire.append(Byte.vt)
        wire.append(contentsOf: message)
        wire.append(Byte.fs)
        wire.append(Byte.cr)
        return wire
    }
}

/// What an MLLP connection accepts at most.
public struct MLLPLimits: Sendable, Hashable {
    /// Longest message in bytes, without its frame.
    public var messageBytes = 4 * 1024 * 1024
    /// Most bytes outside messages handed out as one `MLLPToken.junk`, and most bytes of an overlong message kept.
    public var junkBytes = 4096

    /// The defaults above.
    public init() {}
}

/// How a missing CR after FS is taken.
public enum MLLPPolicy: Sendable, Hashable {
    /// FS ends the message.
    case lenient
    /// FS without CR is a fault.
    case strict
}

/// A message that could not be cut out cleanly.
///
/// The fault is the sender's and reaches as far as this message.
public struct MLLPFault: Error, Equatable, Sendable {
    /// Why.
    public enum Reason: Hashable, Sendable {
        /// The next message began before FS.
        case missingEndBlock
        /// FS was not followed by CR (strict policy only).
        case missingCarriageReturn
        /// Longer than `MLLPLimits.messageBytes`; the count is that of the message, so far as it was one.
        case tooLong(bytes: Int)
        /// The input ended before FS.
        case truncated
    }

    /// Why.
    public let reason: Reason
    /// The message's bytes as received; of an overlong one the first `MLLPLimits.junkBytes`, enough for its header.
    public let bytes: [UInt8]

    /// - Parameters:
    ///   - reason: why.
    ///   - bytes: the message's bytes as received.
    public init(reason: Reason, bytes: [UInt8]) {
        self.reason = reason
        self.bytes = bytes
    }
}

/// What an MLLP connection said, one unit at a time.
public enum MLLPToken: Equatable, Sendable {
    /// A message without its frame.
    case message([UInt8])
    /// A message with a fault. It wants a negative acknowledgement all the same.
    case fault(MLLPFault)
    /// Bytes outside messages (filler, heartbeats, log lines), in pieces as they arrived: skip and count.
    case junk([UInt8])
}

extension MLLPFault: PrintsRedacted {
    /// Reason and length; never the bytes.
    public var description: String { "MLLP fault (\(reason)), \(bytes.count) bytes" }
}

extension MLLPToken: PrintsRedacted {
    /// Kind and length; never the bytes.
    public var description: String {
        switch self {
        case .message(let bytes): "message, \(bytes.count) bytes"
        case .fault(let fault): fault.description
        case .junk(let bytes): "junk, \(bytes.count) bytes"
        }
    }
}
