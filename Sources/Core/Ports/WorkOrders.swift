/// Which open orders an analyser asks for.
public struct WorkOrderFilter: Hashable, Sendable, HoldsPatientData {
    /// Only these accessions, compared as strings; nil: all.
    public var accessions: [String]?
    /// Only orders received at or after this moment.
    public var from: Timestamp?
    /// Only orders received before this moment.
    public var to: Timestamp?
    /// Leave out orders this device has reported a result for.
    public var withoutResultsOf: DeviceID?
    /// At most this many orders, oldest first.
    public var limit: Int

    /// A filter.
    public init(
        accessions: [String]? = nil, from: Timestamp? = nil, to: Timestamp? = nil,
        withoutResultsOf: DeviceID? = nil, limit: Int = 1_000
    ) {
        self.accessions = accessions
        self.from = from
        self.to = to
        self.withoutResultsOf = withoutResultsOf
        self.limit = limit
    }
}

/// Open laboratory orders for analysers, read from the local store and never asked of the HMS.
public protocol WorkOrders: Sendable {
    /// Open laboratory orders; those of named accessions in the order of the names. `done` runs once, on any thread.
    func workOrders(
        _ filter: WorkOrderFilter, done: @escaping @Sendable (Result<[WorkOrder], StoreError>) -> Void)
}

/// An order that a device is to be told of, or told to forget.
public struct Dispatch: Hashable, Sendable, HoldsPatientData {
    /// What the device is to be told.
    public enum Act: String, Sendable, Codable {
        /// Perform these tests.
        case place
        /// Forget them: the HMS cancelled the order.
        case withdraw
    }

    /// The number of its entry: one a device and an order, never that of another. Of an entry one dispatch is out at a
    /// time.
    public var number: Int64
    /// The order as it stood when the dispatch was taken.
    public var work: WorkOrder
    /// What to tell.
    public var act: Act
    /// How often this order was sent to this device before, withdrawals included; part of ids that may never be used
    /// again (IHE LAW, AWOS ids). It was raised, durably, when this dispatch was taken.
    public var attempt: Int
    /// How many times it failed in a row.
    public var failures: Int
    /// The attempts under which the device has the order, or may have it: what a withdrawal takes back. Empty when it
    /// was not told yet, or forgot it; the newest ones only, oldest first.
    public var placements: [Int]

    /// A dispatch.
    public init(
        number: Int64, work: WorkOrder, act: Act, attempt: Int, failures: Int = 0, placements: [Int] = []
    ) {
        self.number = number
        self.work = work
        self.act = act
        self.attempt = attempt
        self.failures = failures
        self.placements = placements
    }
}

/// How telling a device of an order ended.
public enum DispatchOutcome: Hashable, Sendable {
    /// The device took it.
    case taken
    /// Nothing of the order is for this device (no test it knows); it is not asked again until the order changes.
    case notForDevice
    /// The device refused it, with its words; a person looks.
    case refused(String)
    /// Not for now, though it may have arrived (no answer, the link was lost): tried again from this moment on.
    case later(Timestamp, why: String)
    /// Not for now, and nothing of it was sent (no connection, line busy): tried again from this moment on. An order
    /// that is cancelled meanwhile needs no withdrawal.
    case notSent(Timestamp, why: String)
}

/// The durable list of what devices are to be told of orders (order download).
public protocol OrderDispatch: Sendable {
    /// Takes what is due for a device, oldest first; each attempt is counted durably before it is handed out.
    ///
    /// What was taken is out until it is settled: it is not handed out again, whatever becomes of its order meanwhile.
    /// After a crash it is due again, with a new attempt.
    func takeDispatches(
        device: DeviceID, limit: Int, now: Timestamp,
        done: @escaping @Sendable (Result<[Dispatch], StoreError>) -> Void)

    /// Writes how dispatches ended; those that are not out are passed over. `done` runs once, after COMMIT.
    func settle(
        _ outcomes: [(dispatch: Int64, outcome: DispatchOutcome)], now: Timestamp,
        done: @escaping @Sendable (Result<Void, StoreError>) -> Void)

    /// When the next dispatch of this device falls due; nil when nothing waits but what is out.
    func nextDispatch(
        device: DeviceID, done: @escaping @Sendable (Result<Timestamp?, StoreError>) -> Void)
}

/// What is kept of orders that were sent to a device in answer to its query.
public protocol QueriedOrders: Sendable {
    /// Counts one more attempt for each order and hands the numbers out, by order number, when they are durable: ids made
    /// of them (IHE LAW, AWOS ids) are never used again. They share the count of `Dispatch.attempt`.
    func attempts(
        for orders: [Int64], device: DeviceID, done: @escaping @Sendable (Result<[Int64: Int], StoreError>) -> Void)

    /// Notes that a device asked for these orders and was told of them. It is written in the background, after the
    /// answer; an order cancelled in between is withdrawn where the device can do that.
    func noteAsked(
        _ orders: [Int64], device: DeviceID, at: Timestamp,
        done: @escaping @Sendable (Result<Void, StoreError>) -> Void)
}
