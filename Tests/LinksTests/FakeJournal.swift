import Core
import NIOConcurrencyHelpers

/// A journal whose commits happen when the test says so.
final class FakeJournal: Journal {
    struct Pending: Sendable {
        var entry: JournalEntry
        var done: @Sendable (Result<MessageID, StoreError>) -> Void
    }

    private let pending = NIOLockedValueBox<[Pending]>([])
    private let nextID = NIOLockedValueBox<Int64>(0)

    func append(_ entry: JournalEntry, done: @escaping @Sendable (Result<MessageID, StoreError>) -> Void) {
        pending.withLockedValue { $0.append(Pending(entry: entry, done: done)) }
    }

    /// Entries handed in and not yet committed.
    var waiting: [JournalEntry] { pending.withLockedValue { $0.map(\.entry) } }

    /// Commits the oldest entry.
    @discardableResult
    func commit() -> JournalEntry? {
        guard let job = pop() else { return nil }
        let id =
            job.entry.message
            ?? nextID.withLockedValue { next in
                next += 1
                return MessageID(next)
            }
        job.done(.success(id))
        return job.entry
    }

    /// Fails the oldest entry.
    func fail(_ error: StoreError) { pop()?.done(.failure(error)) }

    /// Fails the newest entry at once, as a store does that refuses.
    func failLast(_ error: StoreError) { pending.withLockedValue { $0.popLast() }?.done(.failure(error)) }

    private func pop() -> Pending? {
        pending.withLockedValue { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

/// An order book that keeps what it was given.
final class FakeOrderBook: OrderBook {
    let received = NIOLockedValueBox<[[OrderChange]]>([])
    let sources = NIOLockedValueBox<[JournalEntry?]>([])
    let answer: Result<OrderReceipt, StoreError>

    init(answer: Result<OrderReceipt, StoreError> = .success(OrderReceipt())) { self.answer = answer }

    func apply(
        _ changes: [OrderChange], source: JournalEntry?,
        done: @escaping @Sendable (Result<OrderReceipt, StoreError>) -> Void
    ) {
        received.withLockedValue { $0.append(changes) }
        sources.withLockedValue { $0.append(source) }
        done(answer)
    }
}
