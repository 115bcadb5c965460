/// Names one save, so that its outcome finds its way back.
public struct SaveToken: Hashable, Sendable {
    /// Counts the saves of this link, from 1.
    public let number: Int

    /// - Parameter number: counts the saves of this link.
    public init(number: Int) { self.number = number }
}

/// Bytes which must be durable before the sender is answered, and what may be done with them.
public struct Save: Equatable, Sendable {
    /// How the message stands after this save.
    public enum Ending: Hashable, Sendable {
        /// More may come: a level dropped (LIS02-A2 4.2.1) and the message goes on.
        case open
        /// The terminator record was received.
        case complete
        /// The message ends here without its terminator.
        case incomplete(Reason)
    }

    /// Why a message stayed without its terminator.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The sender ended the transfer phase. Where its last frame ended a record, all of the message may be processed:
        /// the sender took leave in good order, and some never send a terminator.
        case eotBeforeTerminator
        /// Nothing came for `LinkTimers.receive`.
        case receiveTimeout
        /// The connection ended or the line went dead.
        case linkLost
        /// The sender asked for the line again: it starts over.
        case restartedByEnquiry
        /// Another header record came first. All of the message before it may be processed: a header is a drop of
        /// level.
        case headerBeforeTerminator
        /// Bare records without frames: it grew beyond `LinkLimits.messageBytes`; what follows is a message of its own.
        case tooLong
    }

    /// Names this save in `LinkReceiver.Event.saved` and `.saveFailed`.
    public let token: SaveToken
    /// Counts the messages of this link, from 1.
    public let message: Int
    /// Counts the saves of this message, from 0.
    public let part: Int
    /// The exact bytes, STX to LF, of every frame accepted since the previous save of this message; may be empty when a
    /// message saved in part turns out to be incomplete.
    ///
    /// `LinkTranscript` reads the parts joined.
    public let bytes: [UInt8]
    /// Number of frames in `bytes`.
    public let frames: Int
    /// How the message stands.
    public let ending: Ending
    /// Length in bytes of the joined record text of the whole message so far.
    public let textLength: Int
    /// How many leading bytes of that text may be processed if the message ends like this: all of it when complete or
    /// ended by EOT after a whole record, else up to the last drop of level.
    ///
    /// The rest stays in the journal.
    public let processableText: Int
    /// The sender ended it with EOT and will not send it again, but nothing of it may be processed: a person must look.
    public let isUnreadable: Bool
}

/// What happened on the link besides the regular course; for the trace and the counters.
public enum LinkNote: Hashable, Sendable {
    /// A frame came again because our ACK was lost: acknowledged and dropped.
    case duplicateFrame(number: UInt8)
    /// A frame was refused.
    case badFrame(FrameFault.Reason)
    /// A frame had neither the next number nor the last: refused.
    case outOfSequence(expected: UInt8, received: UInt8)
    /// A frame was accepted although its checksum was not right.
    case suspiciousChecksum(number: UInt8)
    /// A frame was accepted although its text holds restricted characters.
    case restrictedCharacters(number: UInt8)
    /// A frame came without an ENQ before it: ignored.
    case frameWithoutEnquiry(number: UInt8)
    /// A control character came which has no meaning in this state: ignored.
    case unexpected(ControlCharacter)
    /// Bytes outside frames were skipped.
    case junk(bytes: Int)
    /// The sender sent ENQ in the transfer phase.
    case restartedByEnquiry
    /// A message ended without its terminator; what was not saved before was saved now.
    case incomplete(Save.Reason)
    /// ENQ was refused because the receiver does not accept at present.
    case refused
    /// The message is longer than the limit in bytes: its frame was refused.
    case messageTooLong(limit: Int)
    /// The store did not take the bytes; the frame or the ENQ was refused, or the rest of an incomplete message waits
    /// for the next ENQ.
    case saveFailed(message: Int)
    /// An outcome named a save that is not under way: ignored. Our own fault.
    case unknownSave
    /// A token was handed in while a save is under way: lost. Our own fault.
    case tokenDuringSave
    /// A timer fired that should have been stopped: ignored.
    case lateTimer
    /// Both sides asked for the line at once.
    case contention
    /// The receiver asked for an interrupt (EOT in place of ACK, LIS01-A2 6.3.5).
    case interruptRequested
    /// So many control characters in a row meant nothing that the line was closed.
    case meaningless(limit: Int)
}

extension Save: PrintsRedacted {
    /// Numbers and lengths; never the bytes.
    public var description: String {
        "save \(token.number) of message \(message) part \(part): \(frames) frames, \(bytes.count) bytes, \(ending), "
            + "processable \(processableText) of \(textLength)"
    }
}
