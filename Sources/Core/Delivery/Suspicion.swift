/// Remembers which deliveries failed while others succeeded: a bad delivery, not a bad destination. Kept in memory, so
/// a restart gives every delivery the benefit of the doubt again; tries that counted are in the store.
public struct Suspicion: Sendable {
    private struct Entry {
        var failures: Int
        var successes: Int
    }

    /// Deliveries remembered at most; beyond that a failure is judged as if it were the first.
    public let limit: Int
    private var entries: [DeliveryID: Entry] = [:]
    private var successes = 0
    private var lastAnswerWasSuccess = false

    /// Nothing is suspected yet.
    public init(limit: Int = 1_024) { self.limit = limit }

    /// A delivery succeeded.
    public mutating func succeeded(_ delivery: DeliveryID) {
        successes &+= 1
        lastAnswerWasSuccess = true
        if !entries.isEmpty { entries[delivery] = nil }
    }

    /// A delivery left the lane for good without having succeeded.
    public mutating func forget(_ delivery: DeliveryID) { entries[delivery] = nil }

    /// A delivery met an outage, which says nothing about it.
    public mutating func metOutage() { lastAnswerWasSuccess = false }

    /// A delivery failed: whether others succeed meanwhile, whether it failed before, and how often while others
    /// succeeded.
    public mutating func failed(_ delivery: DeliveryID) -> (othersSucceed: Bool, repeated: Bool, failures: Int) {
        defer { lastAnswerWasSuccess = false }
        guard var entry = entries[delivery] else {
            if entries.count < limit {
                entries[delivery] = Entry(failures: lastAnswerWasSuccess ? 1 : 0, successes: successes)
            }
            return (lastAnswerWasSuccess, false, 0)
        }
        let others = successes > entry.successes
        let before = entry.failures
        if others { entry.failures += 1 }
        entry.successes = successes
        entries[delivery] = entry
        return (others, true, before)
    }
}
