/// The wire language of a journalled message.
public enum WireProtocol: String, Sendable, Codable {
    /// LIS01/LIS02 frames, as they stood on the wire.
    case astm
    /// HL7 v2, the content of one MLLP block.
    case hl7
    /// Blocks of a device that speaks neither, framing included, as they stood on the wire.
    case blocks
}

/// Whether a journalled message is whole.
///
/// `processableText` counts the leading bytes of the message's joined record text (all parts, without framing) that may
/// be understood if nothing more comes: up to the last drop of level (LIS02-A2 section 4.2.1). What follows may be cut
/// in the middle of a value and stays in the journal only.
public enum MessageEnding: Hashable, Sendable, Codable {
    /// More parts follow. After a crash the message ends here and is incomplete.
    case open(processableText: Int)
    /// The message ended as its standard says: all of it may be understood.
    case complete
    /// The link ended first.
    case incomplete(reason: String, processableText: Int)
}

/// Bytes a device sent, on their way into the journal.
public struct JournalEntry: Sendable, HoldsPatientData {
    /// Who sent them.
    public var device: DeviceID
    /// In which language.
    public var wire: WireProtocol
    /// Nil for the first part of a message, else the number its first part was given.
    public var message: MessageID?
    /// 0, 1, 2 … within the message.
    public var part: Int
    /// The bytes exactly as received.
    public var bytes: [UInt8]
    /// Whether this part ends the message.
    public var ending: MessageEnding
    /// When the last byte arrived.
    public var received: Timestamp
    /// Set when no parser understands the message: it is held as `unreadable` in the same transaction.
    public var unreadable: String?

    /// An entry.
    public init(
        device: DeviceID, wire: WireProtocol, message: MessageID? = nil, part: Int = 0, bytes: [UInt8],
        ending: MessageEnding, received: Timestamp, unreadable: String? = nil
    ) {
        self.device = device
        self.wire = wire
        self.message = message
        self.part = part
        self.bytes = bytes
        self.ending = ending
        self.received = received
        self.unreadable = unreadable
    }
}

/// Why something could not be stored.
public enum StoreError: Error, Hashable, Sendable {
    /// The disk or file failed (SQLITE_IOERR, SQLITE_CORRUPT, a failed fsync): what was committed may not be trusted, so
    /// the process must end without acknowledging anything more.
    case storageFailed(String)
    /// No room left: refuse for now, nothing is lost.
    case full(String)
    /// Any other refusal; it concerns this entry alone.
    case refused(String)
}

/// The durable record of every byte a device sent.
public protocol Journal: Sendable {
    /// Stores an entry. `done` runs exactly once, on any thread, and reports success only after COMMIT has returned:
    /// that is the moment an acknowledgement may leave.
    func append(_ entry: JournalEntry, done: @escaping @Sendable (Result<MessageID, StoreError>) -> Void)
}

/// A journalled message waiting to be understood.
public struct JournalledMessage: Sendable, HoldsPatientData {
    /// Its number.
    public var id: MessageID
    /// Who sent it.
    public var device: DeviceID
    /// In which language.
    public var wire: WireProtocol
    /// Its bytes as received, all parts joined.
    public var bytes: [UInt8]
    /// How many leading bytes of its joined record text may be understood; nil when all (see `MessageEnding`).
    public var processableText: Int?
    /// Why it is incomplete, nil when whole.
    public var incomplete: String?
    /// When it arrived.
    public var received: Timestamp

    /// A message.
    public init(
        id: MessageID, device: DeviceID, wire: WireProtocol, bytes: [UInt8], processableText: Int? = nil,
        incomplete: String?, received: Timestamp
    ) {
        self.id = id
        self.device = device
        self.wire = wire
        self.bytes = bytes
        self.processableText = processableText
        self.incomplete = incomplete
        self.received = received
    }
}
