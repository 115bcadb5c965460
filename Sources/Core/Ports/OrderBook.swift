/// What an order message asks to be done.
public enum OrderChange: Hashable, Sendable, HoldsPatientData {
    /// Place it, or amend the one of the same kind, accession and patient: tests are joined, later fields win.
    case place(Order)
    /// Withdraw it; the order may carry no more than accession, kind and patient.
    case cancel(Order)
}

/// What became of some order changes.
public struct OrderReceipt: Sendable, Equatable {
    /// Orders seen for the first time.
    public var placed = 0
    /// Orders amended.
    public var amended = 0
    /// Orders cancelled.
    public var cancelled = 0
    /// Held results that an order released.
    public var released = 0
    /// Entries that fell due for devices which are told of orders unasked.
    public var dispatches = 0

    /// All zero.
    public init() {}
}

/// The orders of the HMS.
public protocol OrderBook: Sendable {
    /// Stores the changes, all or none, and re-examines the results that waited for these accessions, in the same
    /// transaction. `source` is the message they came in, byte for byte, nil for JSON. `done` runs once, after COMMIT.
    func apply(
        _ changes: [OrderChange], source: JournalEntry?,
        done: @escaping @Sendable (Result<OrderReceipt, StoreError>) -> Void)
}
