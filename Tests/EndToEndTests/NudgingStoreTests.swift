import Core
import NIOConcurrencyHelpers
import Testing

@testable import labrador

@Suite("Who is told after an order was stored")
struct NudgingStoreTests {
    @Test(
        "only what an order made due is told, after the one who stored it",
        arguments: [
            (0, 0, true, []), (1, 0, true, ["released"]), (0, 2, true, ["ordered"]),
            (1, 2, true, ["released", "ordered"]),
            (1, 2, false, []),
        ] as [(Int, Int, Bool, [String])])
    func nudges(released: Int, dispatches: Int, stored: Bool, told: [String]) {
        let log = NIOLockedValueBox<[String]>([])
        let note: @Sendable (String) -> Void = { word in log.withLockedValue { $0.append(word) } }
        var receipt = OrderReceipt()
        receipt.released = released
        receipt.dispatches = dispatches
        let store = NudgingStore(
            base: AnsweringStore(answer: stored ? .success(receipt) : .failure(.refused("no"))), committed: Nudge(),
            released: { note("released") }, ordered: { note("ordered") })
        store.apply([], source: nil) { _ in note("stored") }
        #expect(log.withLockedValue { $0 } == ["stored"] + told)
    }
}

/// Commits at once, with this answer.
private struct AnsweringStore: Journal, OrderBook {
    let answer: Result<OrderReceipt, StoreError>

    func append(_ entry: JournalEntry, done: @escaping @Sendable (Result<MessageID, StoreError>) -> Void) {
        done(.success(MessageID(1)))
    }

    func apply(
        _ changes: [OrderChange], source: JournalEntry?,
        done: @escaping @Sendable (Result<OrderReceipt, StoreError>) -> Void
    ) { done(answer) }
}
