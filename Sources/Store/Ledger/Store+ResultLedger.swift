import Core
import Synchronization

extension Store: ResultLedger {
    /// The oldest messages not yet understood, bounded in number and, by `unprocessedBytes`, in size.
    public func unprocessedMessages(after: MessageID?, limit: Int) throws(StoreError) -> [JournalledMessage] {
        let bytes = settings.limits.unprocessedBytes
        return try workReaders.readNow { try UnprocessedMessages.read($0, after: after, limit: limit, bytes: bytes) }
    }

    /// The messages are written in slices of `recordSlice`, each with all its effects in one transaction, so that
    /// acknowledgements never wait for a long batch.
    ///
    /// After a failure those of earlier slices are recorded, and `unprocessedMessages` no longer returns them.
    public func record(
        _ messages: [InterpretedMessage], done: @escaping @Sendable (Result<RecordSummary, StoreError>) -> Void
    ) {
        write(messages, done) { try $0.record($1) }
    }

    /// Messages with results held for a test or a unit that the profile did not know.
    public func messagesHeldByProfile(after: MessageID?, limit: Int) throws(StoreError) -> [JournalledMessage] {
        let bytes = settings.limits.unprocessedBytes
        return try workReaders.readNow {
            try UnprocessedMessages.heldByProfile($0, after: after, limit: limit, bytes: bytes)
        }
    }

    /// Written in slices, like new messages.
    public func understandAnew(
        _ messages: [InterpretedMessage], done: @escaping @Sendable (Result<RecordSummary, StoreError>) -> Void
    ) {
        write(messages, done) { try $0.understandAnew($1) }
    }

    private func write(
        _ messages: [InterpretedMessage], _ done: @escaping @Sendable (Result<RecordSummary, StoreError>) -> Void,
        _ work: @escaping @Sendable (WriteSession, [InterpretedMessage]) throws -> RecordSummary
    ) {
        let size = max(1, settings.limits.recordSlice)
        let slices = stride(from: 0, to: messages.count, by: size).map {
            Array(messages[$0..<min($0 + size, messages.count)])
        }
        guard !slices.isEmpty else { return done(.success(RecordSummary())) }
        let gathering = GatheredSummary(slices: slices.count, done: done)
        for slice in slices {
            let bytes = slice.reduce(0) { $0 + $1.message.bytes.count }
            writer.submit(
                Job(bytes: bytes, guarded: true, { try work($0, slice) }, done: { gathering.add($0) }),
                lane: .background)
        }
    }
}

/// Adds up slices and answers once, after the last.
private final class GatheredSummary: Sendable {
    private struct State {
        var waiting: Int
        var summary = RecordSummary()
        var failure: StoreError?
    }

    private let state: Mutex<State>
    private let done: @Sendable (Result<RecordSummary, StoreError>) -> Void

    init(slices: Int, done: @escaping @Sendable (Result<RecordSummary, StoreError>) -> Void) {
        state = Mutex(State(waiting: slices))
        self.done = done
    }

    func add(_ outcome: Result<RecordSummary, StoreError>) {
        let answer: Result<RecordSummary, StoreError>? = state.withLock { state in
            state.waiting -= 1
            switch outcome {
            case .success(let part): state.summary.add(part)
            case .failure(let failure): state.failure = state.failure ?? failure
            }
            guard state.waiting == 0 else { return nil }
            return state.failure.map { .failure($0) } ?? .success(state.summary)
        }
        if let answer { done(answer) }
    }
}

extension RecordSummary {
    mutating func add(_ other: RecordSummary) {
        posted += other.posted
        held += other.held
        duplicates += other.duplicates
    }
}
