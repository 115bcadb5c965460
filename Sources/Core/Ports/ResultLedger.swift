/// A message with what its profile made of it.
public struct InterpretedMessage: Sendable, HoldsPatientData {
    /// The journalled message.
    public var message: JournalledMessage
    /// Its meaning.
    public var interpretation: Interpretation

    /// A message and its meaning.
    public init(message: JournalledMessage, interpretation: Interpretation) {
        self.message = message
        self.interpretation = interpretation
    }
}

/// What the lab role needs of the store to turn journalled messages into results.
public protocol ResultLedger: Sendable {
    /// The oldest messages not yet understood, whole or ended, at most `limit`; includes those left by a crash.
    ///
    /// - Parameter after: Only messages with a higher number, for reading on while earlier ones are being recorded.
    func unprocessedMessages(after: MessageID?, limit: Int) throws(StoreError) -> [JournalledMessage]

    /// Matches, decides (`match`, `decide`) and writes reports, results, holds and deliveries, and marks the messages
    /// processed: one transaction, shared with whatever else is being committed.
    func record(
        _ messages: [InterpretedMessage], done: @escaping @Sendable (Result<RecordSummary, StoreError>) -> Void)

    /// Messages with results that are held because their profile did not know a test or a unit, and those that it could
    /// not read at all and nobody has looked at, oldest first, at most `limit`.
    ///
    /// - Parameter after: Only messages with a higher number.
    func messagesHeldByProfile(after: MessageID?, limit: Int) throws(StoreError) -> [JournalledMessage]

    /// Looks at such messages again with what their profile makes of them now: a result it still names the same takes over
    /// its new meaning, and is posted where nothing keeps it back any more. What is told of another specimen, code or run
    /// than before is left alone. A message that could not be read is recorded as if it came now.
    func understandAnew(
        _ messages: [InterpretedMessage], done: @escaping @Sendable (Result<RecordSummary, StoreError>) -> Void)
}

extension ResultLedger {
    /// The oldest messages not yet understood, at most `limit`.
    public func unprocessedMessages(limit: Int) throws(StoreError) -> [JournalledMessage] {
        try unprocessedMessages(after: nil, limit: limit)
    }
}

/// What a `record` did, in counts.
public struct RecordSummary: Sendable, Equatable {
    /// Results queued for delivery or stored.
    public var posted = 0
    /// Results or messages that wait.
    public var held = 0
    /// Observations dropped as already known.
    public var duplicates = 0

    /// All zero.
    public init() {}
}
