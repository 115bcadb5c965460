/// How an attempt to deliver ended, in terms of what to do next.
public enum DeliveryOutcome: Hashable, Sendable {
    /// It has it; the text is the server's receipt (an id, an ETag, an MSA code).
    case delivered(String)
    /// Try again after this long; the text says why. `consumesAttempt` is false for an outage, which has no limit.
    case retry(after: Duration, why: String, consumesAttempt: Bool)
    /// No answer came after it was sent: ask before sending again.
    case ambiguous(after: Duration, why: String)
    /// The destination refuses this one while it takes others: a person looks.
    case parked(String)
    /// Refused for good; the text is the server's own explanation.
    case dead(String)
}

/// A delivery with its outcome.
public struct Settlement: Hashable, Sendable {
    /// Which.
    public var delivery: DeliveryID
    /// How it ended.
    public var outcome: DeliveryOutcome

    /// A settlement.
    public init(delivery: DeliveryID, outcome: DeliveryOutcome) {
        self.delivery = delivery
        self.outcome = outcome
    }
}

/// The durable queue towards the destinations.
public protocol DeliveryQueue: Sendable {
    /// Leases up to `limit` deliveries that are due, oldest first and only the oldest of each key; a key whose oldest is
    /// not `ready` or `ambiguous`, or not due, gives none. `key` order is strict: a correction never overtakes.
    func lease(destination: DestinationID, limit: Int, now: Timestamp) async throws(StoreError) -> [Delivery]

    /// Writes the outcomes; returns after COMMIT.
    func settle(_ settlements: [Settlement], now: Timestamp) async throws(StoreError)

    /// When the next delivery of this destination falls due, nil when nothing waits. A lease that is out does not count.
    func nextDue(destination: DestinationID) async throws(StoreError) -> Timestamp?
}
