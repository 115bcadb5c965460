/// Names one save, so that its outcome finds its way back.
public struct BlockSaveToken: Hashable, Sendable {
    /// Counts the saves of this link, from 1.
    public let number: Int

    /// - Parameter number: counts the saves of this link.
    public init(number: Int) { self.number = number }
}

/// Bytes which must be durable before the device is answered.
public struct BlockSave: Hashable, Sendable {
    /// How the message stands after this save.
    public enum Ending: Hashable, Sendable {
        /// More blocks follow.
        case open
        /// It is whole.
        case complete
        /// It ends here without its last block.
        case incomplete(Reason)
    }

    /// Why a message stayed without its last block. Each of its blocks is whole, so all of it may be understood.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Nothing came for `BlockDialogue.Series.within`.
        case silence
        /// The connection ended.
        case linkLost
        /// The first block of another message came.
        case restarted
        /// It grew beyond `BlockLimits.messageBytes`.
        case tooLong
    }

    /// Names this save.
    public let token: BlockSaveToken
    /// Counts the messages of this link, from 1.
    public let message: Int
    /// Counts the saves of this message, from 0.
    public let part: Int
    /// The exact bytes of its block as received; empty where a message saved in parts turned out to be incomplete.
    public let bytes: [UInt8]
    /// How the message stands.
    public let ending: Ending
    /// Bytes of the whole message so far.
    public let messageBytes: Int

    /// A save.
    public init(token: BlockSaveToken, message: Int, part: Int, bytes: [UInt8], ending: Ending, messageBytes: Int) {
        self.token = token
        self.message = message
        self.part = part
        self.bytes = bytes
        self.ending = ending
        self.messageBytes = messageBytes
    }
}

/// What happened on the link besides the regular course; for the trace and the counters.
public enum BlockNote: Hashable, Sendable {
    /// A block was refused: its check.
    case refused(Block.Verdict)
    /// A block was kept although its framing is not right.
    case suspicious(Block.Verdict)
    /// A block asked, and was answered without being kept.
    case polled
    /// A control character that means nothing here.
    case unexpected(UInt8)
    /// Bytes that belong to nothing.
    case junk(bytes: Int)
    /// A message ended without its last block.
    case incomplete(BlockSave.Reason)
    /// Nothing can be stored at present.
    case busy
    /// A save took longer than the device waits: its answer was left out.
    case answerTooLate
    /// The store did not take the bytes.
    case saveFailed(message: Int)
    /// An outcome named a save that is not under way. Our own fault.
    case unknownSave
    /// A token was handed in while a save is under way. Our own fault.
    case tokenDuringSave
    /// A timer fired that should have been stopped.
    case lateTimer
}

extension BlockSave: PrintsRedacted {
    /// Numbers and lengths; never the bytes.
    public var description: String {
        "save \(token.number) of message \(message) part \(part): \(bytes.count) bytes, \(ending)"
    }
}
