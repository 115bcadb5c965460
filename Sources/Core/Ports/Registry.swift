/// What a listing is narrowed to.
public struct ListingFilter: Sendable, Equatable {
    /// Only this state.
    public var state: String?
    /// Only this accession.
    public var accession: String?
    /// Only this device.
    public var device: String?
    /// At most this many rows, newest first.
    public var limit: Int

    /// Every row, at most 1,000.
    public init(state: String? = nil, accession: String? = nil, device: String? = nil, limit: Int = 1_000) {
        self.state = state
        self.accession = accession
        self.device = device
        self.limit = limit
    }
}

/// How a person's request ended.
public enum RequestOutcome: Sendable, Equatable {
    /// Done; the text says what happened.
    case done(String)
    /// Not possible; the text says why and what would be.
    case refused(String)
}

/// What commands and pages ask of the store.
public protocol Registry: Sendable {
    /// Orders, newest first.
    func orders(_ filter: ListingFilter) async throws(StoreError) -> [OrderRow]
    /// Imaging orders, by scheduled time.
    func worklist(_ filter: ListingFilter) async throws(StoreError) -> [WorklistRow]
    /// Results, newest first.
    func results(_ filter: ListingFilter) async throws(StoreError) -> [ResultRow]
    /// Holds, newest first; open ones unless the filter names a state.
    func holds(_ filter: ListingFilter) async throws(StoreError) -> [HoldRow]
    /// Deliveries, newest first; without a state all that are not delivered.
    func queue(_ filter: ListingFilter) async throws(StoreError) -> [QueueRow]
    /// The story of an accession, MRN, `M1`, `S1`, `H1`, `D1` or result id; nil when nothing is known under it.
    func explain(_ subject: String) async throws(StoreError) -> Explanation?

    /// Posts what a hold keeps back, where that is safe: refused for `patient-mismatch` and without a matching order.
    func release(_ hold: String) async throws(StoreError) -> RequestOutcome
    /// Refuses what a hold keeps back; its results become `rejected`.
    func reject(_ hold: String, reason: String) async throws(StoreError) -> RequestOutcome
    /// Assigns what a hold keeps back to the open order with this accession, and posts it.
    func assign(_ hold: String, order accession: String) async throws(StoreError) -> RequestOutcome
    /// Puts a dead, parked or ambiguous delivery back in the queue.
    func retry(_ delivery: String) async throws(StoreError) -> RequestOutcome
    /// Gives a delivery up with a reason, so that later ones of its key may go.
    func skip(_ delivery: String, reason: String) async throws(StoreError) -> RequestOutcome
}

/// What commands and pages ask about the links.
public protocol DeviceBoard: Sendable {
    /// Every configured device, in the configuration's order.
    func devices() -> [DeviceRow]
    /// The entries of a device's trace after a number, oldest first; nil for a device nobody configured.
    ///
    /// - Parameters:
    ///   - device: Its configured name.
    ///   - after: The last entry that is known already, 0 for none; nil for the newest entries.
    ///   - limit: At most this many entries.
    func trace(_ device: String, after: Int64?, limit: Int) -> TracePage?
}
