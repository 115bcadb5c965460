import Core

/// A journal that tells the lab role of every message it committed, and an order book that tells the delivery role of
/// every result an order released and whoever tells devices of orders of every one that fell due.
struct NudgingStore<Base: Journal & OrderBook>: Journal, OrderBook {
    let base: Base
    let committed: Nudge
    let released: @Sendable () -> Void
    var ordered: @Sendable () -> Void = {}

    func append(_ entry: JournalEntry, done: @escaping @Sendable (Result<MessageID, StoreError>) -> Void) {
        base.append(entry) { [committed] result in
            done(result)
            guard case .success = result else { return }
            if case .open = entry.ending { return }
            committed()
        }
    }

    func apply(
        _ changes: [OrderChange], source: JournalEntry?,
        done: @escaping @Sendable (Result<OrderReceipt, StoreError>) -> Void
    ) {
        base.apply(changes, source: source) { [released, ordered] result in
            done(result)
            guard case .success(let receipt) = result else { return }
            if receipt.released > 0 { released() }
            if receipt.dispatches > 0 { ordered() }
        }
    }
}
