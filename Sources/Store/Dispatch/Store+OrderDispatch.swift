import Core
import GRDB

extension Store: OrderDispatch {
    /// The candidates are found beside the writer, so that a device with nothing due costs no commit; the orders are read
    /// in the transaction that counts the attempts, and so as they stand.
    ///
    /// An order that cannot be read is set aside as refused with the reason: it neither stops the others nor is lost.
    public func takeDispatches(
        device: DeviceID, limit: Int, now: Timestamp,
        done: @escaping @Sendable (Result<[Core.Dispatch], StoreError>) -> Void
    ) {
        let limit = min(max(0, limit), settings.limits.takenDispatches)
        workReaders.read {
            try DueDispatches.find($0, device, limit: limit, now: now)
        } done: { [writer] found in
            switch found {
            case .failure(let failure): done(.failure(failure))
            case .success(let candidates) where candidates.isEmpty: done(.success([]))
            case .success(let candidates):
                writer.submit(
                    Job(guarded: true, { try $0.takeDispatches(candidates, now: now) }, done: done), lane: .prompt)
            }
        }
    }

    /// Writes how dispatches ended, all in one transaction.
    ///
    /// One that is not out keeps what it has; an unknown number is refused.
    public func settle(
        _ outcomes: [(dispatch: Int64, outcome: DispatchOutcome)], now: Timestamp,
        done: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        guard !outcomes.isEmpty else { return done(.success(())) }
        writer.submit(
            Job(
                guarded: true,
                { session in for ended in outcomes { try session.settle(ended.dispatch, ended.outcome, now: now) } },
                done: done), lane: .prompt)
    }

    /// When the next dispatch of this device falls due, nil when nothing waits but what is out.
    public func nextDispatch(
        device: DeviceID, done: @escaping @Sendable (Result<Timestamp?, StoreError>) -> Void
    ) {
        let now = settings.clock()
        workReaders.read({ try DueDispatches.next($0, device, now: now) }, done: done)
    }
}

/// What is due for a device, over the index that holds only that.
enum DueDispatches {
    private static let waiting = """
        FROM dispatch INDEXED BY dispatch_due WHERE device = (SELECT id FROM device WHERE name = ?)
            AND state < 2 AND state = \(StoredDispatch.due.code)
        """

    /// The oldest numbers.
    static func find(_ database: Database, _ device: DeviceID, limit: Int, now: Timestamp) throws -> [Int64] {
        let order = "ORDER BY not_before, id LIMIT ?"
        let due = try Query(database, "SELECT id \(waiting) AND not_before <= ? \(order)")
            .all([.text(device.text), .int(now.microseconds), .int(Int64(limit))]) { $0.int(0) }
        guard due.count < limit else { return due }
        // A wait that ends later than any wait can was written by a clock that was set back since: it is over.
        return due
            + (try Query(database, "SELECT id \(waiting) AND not_before > ? \(order)")
                .all([.text(device.text), longest(now), .int(Int64(limit - due.count))]) { $0.int(0) })
    }

    static func next(_ database: Database, _ device: DeviceID, now: Timestamp) throws -> Timestamp? {
        let first = try Query(database, "SELECT not_before \(waiting) ORDER BY not_before LIMIT 1")
            .first([.text(device.text)]) { Timestamp(microseconds: $0.int(0)) }
        guard let first, first > now else { return first }
        let isOver = try Query(database, "SELECT 1 \(waiting) AND not_before > ? LIMIT 1")
            .first([.text(device.text), longest(now)]) { _ in true }
        return isOver == true ? .distantPast : first
    }

    private static func longest(_ now: Timestamp) -> SQLValue {
        .int(now.advanced(by: DueTime.longestWait).microseconds)
    }
}

extension WriteSession {
    /// Marks those that are still due as being sent, and counts the attempts.
    func takeDispatches(_ candidates: [Int64], now: Timestamp) throws -> [Core.Dispatch] {
        var taken: [Core.Dispatch] = []
        for id in candidates {
            guard var row = try dispatch(id), row.entry.state == .due else { continue }
            let stored: StoredOrder
            do {
                guard let found = try StoredOrder.read(database, row.order) else {
                    throw UnreadableRow(what: "order \(row.order) is missing")
                }
                stored = found
            } catch let unreadable as UnreadableRow {
                row.entry.handle(.taken)
                try save(row)
                try settle(id, .refused(StoreError(unreadable).sentence), now: now)
                continue
            }
            // It ended while the device was not configured.
            guard row.entry.act == .withdraw || stored.order.state == .open else {
                row.entry.handle(.order(.completed, DownloadDevice(id: "")))
                try save(row)
                continue
            }
            row.entry.handle(.taken)
            try save(row)
            taken.append(
                Core.Dispatch(
                    number: id, work: WorkOrder(stored, isShared: try isShared(stored)), act: row.entry.act,
                    attempt: row.entry.attempt,
                    failures: row.entry.failures, placements: row.entry.placements))
        }
        return taken
    }

    private func isShared(_ stored: StoredOrder) throws -> Bool {
        try query("SELECT \(WorkOrderRows.isShared) FROM orders o WHERE o.id = ?").first([.int(stored.id)]) {
            $0.int(0) != 0
        } ?? false
    }

    /// Writes how a dispatch ended.
    func settle(_ id: Int64, _ outcome: DispatchOutcome, now: Timestamp) throws {
        guard var row = try dispatch(id) else { throw Refusal(why: "there is no dispatch \(id)") }
        guard row.entry.state == .sending else { return }
        let (act, attempt) = (row.entry.act, row.entry.attempt)
        row.entry.handle(.settled(outcome, now: now))
        try save(row)
        let step = outcome.step
        try keepStep(id, step.kind, act, attempt: attempt, answer: step.answer, at: now)
    }
}

extension DispatchOutcome {
    fileprivate var step: (kind: DispatchStep, answer: String) {
        switch self {
        case .taken: (.taken, "")
        case .notForDevice: (.notForDevice, "")
        case .refused(let words): (.refused, words)
        case .later(_, let why): (.later, why)
        case .notSent(_, let why): (.notSent, why)
        }
    }
}
