/// One block of a device, as it came.
public struct Block: Hashable, Sendable {
    /// What its framing says of it.
    public enum Verdict: Hashable, Sendable {
        /// It is whole, and its check right.
        case good
        /// Its end is missing; silence ended it.
        case endMissing
        /// Its check is another than computed.
        case checkWrong(expected: [UInt8], received: [UInt8])
        /// Its check never came.
        case checkMissing
        /// Another one began, or the line fell silent, before it was whole.
        case unfinished
        /// It is longer than is taken.
        case tooLong(limit: Int)
    }

    /// The exact bytes, start to end and check.
    public var wire: [UInt8]
    /// What stands between start and end, without the check.
    public var text: [UInt8]
    /// What its framing says of it.
    public var verdict: Verdict

    /// A block.
    public init(wire: [UInt8], text: [UInt8], verdict: Verdict) {
        self.wire = wire
        self.text = text
        self.verdict = verdict
    }

    /// Whether it may be kept and understood.
    public func isAccepted(by framing: BlockFraming) -> Bool {
        switch verdict {
        case .good, .endMissing: true
        case .checkWrong, .checkMissing: framing.acceptsWrongCheck
        case .unfinished, .tooLong: false
        }
    }
}

/// What the bytes of a line are made of.
public enum BlockToken: Hashable, Sendable {
    /// A block, whole or not.
    case block(Block)
    /// EOT, ENQ, ACK or NAK between blocks.
    case control(UInt8)
    /// Bytes that belong to nothing.
    case junk([UInt8])
}

extension Block: PrintsRedacted {
    /// Length and verdict.
    public var description: String { "block of \(wire.count) bytes, \(verdict)" }
}

extension BlockToken: PrintsRedacted {
    /// The token without the text of a block.
    public var description: String {
        switch self {
        case .block(let block): block.description
        case .control(let byte): "control \(byte)"
        case .junk(let bytes): "junk, \(bytes.count) bytes"
        }
    }
}
