import Core
import GRDB

extension Store: DeliveryQueue {
    /// The candidates are found and the contents read beside the writer; only the marks are written by it.
    ///
    /// A delivery whose content cannot be read is parked with the reason, so that it neither stops the others nor is
    /// lost.
    public func lease(destination: DestinationID, limit: Int, now: Timestamp) async throws(StoreError) -> [Delivery] {
        let candidates = try await workReaders.read { database in
            try Query(
                database,
                """
                SELECT v.id FROM delivery v INDEXED BY delivery_head
                WHERE v.destination = (SELECT id FROM destination WHERE name = ?) AND v.head = 1 AND v.state < 2
                    AND \(DueTime.isDue("v")) ORDER BY v.id LIMIT ?
                """
            ).all([.text(destination.text)] + DueTime.values(now) + [.int(Int64(limit))]) { DeliveryID($0.int(0)) }
        }
        guard !candidates.isEmpty else { return [] }
        let leased = try await write { session in try session.lease(candidates, now: now) }
        let contents = try await contents(of: leased, destination)
        var ready: [Delivery] = []
        var unreadable: [Settlement] = []
        for (lease, content) in zip(leased, contents) {
            switch content {
            case .success(let delivery): ready.append(delivery)
            case .failure(let why): unreadable.append(Settlement(delivery: lease.id, outcome: .parked(why.sentence)))
            }
        }
        do throws(StoreError) {
            try await settle(unreadable, now: now)
        } catch {
            try await write { try $0.giveBack(leased) }
            throw error
        }
        return ready
    }

    /// What each lease sends, or why it cannot be read.
    ///
    /// When nothing at all can be read, the leases are given back.
    private func contents(
        of leased: [Lease], _ destination: DestinationID
    ) async throws(StoreError) -> [Result<Delivery, StoreError>] {
        do throws(StoreError) {
            let facility = settings.facility
            return try await workReaders.read { database in
                leased.map { lease in
                    do {
                        return .success(try DeliveryContent.read(database, lease, destination, facility))
                    } catch {
                        return .failure(StoreError(error))
                    }
                }
            }
        } catch {
            try await write { try $0.giveBack(leased) }
            throw error
        }
    }

    /// Writes how attempts ended, all or none; returns after COMMIT.
    public func settle(_ settlements: [Settlement], now: Timestamp) async throws(StoreError) {
        guard !settlements.isEmpty else { return }
        try await write { session in
            for settlement in settlements { try session.settle(settlement, now: now) }
        }
    }

    /// When the next delivery of this destination falls due, nil when nothing waits but what is out.
    public func nextDue(destination: DestinationID) async throws(StoreError) -> Timestamp? {
        let now = settings.clock()
        return try await workReaders.read { database in
            try Query(
                database,
                """
                SELECT min(iif(\(DueTime.isDue("v")), 0, v.not_before)) FROM delivery v INDEXED BY delivery_head
                WHERE v.destination = (SELECT id FROM destination WHERE name = ?) AND v.head = 1 AND v.state < 2
                """
            ).first(DueTime.values(now) + [.text(destination.text)]) { $0.intOrNil(0) }?.map {
                Timestamp(microseconds: $0)
            }
        }
    }
}

/// When a delivery is due.
enum DueTime {
    /// No wait is longer: back-off and Retry-After end at an hour.
    static let longestWait: Duration = .seconds(2 * 3_600)

    /// A wait that ends later than any wait can was written by a clock that was set back since: it is over.
    static func isDue(_ table: String) -> String { "(\(table).not_before <= ? OR \(table).not_before > ?)" }

    static func values(_ now: Timestamp) -> [SQLValue] {
        [.int(now.microseconds), .int(now.advanced(by: longestWait).microseconds)]
    }
}

/// A delivery that was just marked as being sent.
struct Lease: Sendable {
    let id: DeliveryID
    let wasAmbiguous: Bool
}

extension WriteSession {
    /// Marks those that still may go; another act may have come between.
    func lease(_ candidates: [DeliveryID], now: Timestamp) throws -> [Lease] {
        var leased: [Lease] = []
        let current = try query(
            "SELECT v.state FROM delivery v WHERE v.id = ? AND v.head = 1 AND v.state < 2 AND \(DueTime.isDue("v"))")
        let mark = try query("UPDATE delivery SET state = ? WHERE id = ?")
        for id in candidates {
            let state = try current.first([.int(id.number)] + DueTime.values(now)) {
                try $0.code(0, as: StoredDelivery.self)
            }
            guard let state else { continue }
            try mark.run([.code(StoredDelivery.leased), .int(id.number)])
            leased.append(Lease(id: id, wasAmbiguous: state == .ambiguous))
        }
        return leased
    }

    /// Undoes leases of which nothing was sent.
    func giveBack(_ leases: [Lease]) throws {
        let update = try query("UPDATE delivery SET state = ? WHERE id = ?")
        for lease in leases {
            let state: StoredDelivery = lease.wasAmbiguous ? .ambiguous : .ready
            try update.run([.code(state), .int(lease.id.number)])
            try withdrawIfUnfit(lease.id)
        }
    }

    /// Writes how an attempt ended.
    func settle(_ settlement: Settlement, now: Timestamp) throws {
        let id = settlement.delivery
        guard let row = try delivery(id) else { throw Refusal(why: "there is no delivery \(id)") }
        let step = Step(settlement.outcome, now: now)
        try keepAttempt(id, step.outcome, answer: step.answer, at: now)
        // One that was skipped or is no longer out keeps its state; the attempt is on record.
        guard row.state == .leased else { return }
        try query("UPDATE delivery SET state = ?, attempts = ?, not_before = ? WHERE id = ?")
            .run([
                .code(step.state), .int(row.attempts + (step.countsAsAttempt ? 1 : 0)),
                .int(step.notBefore.microseconds), .int(id.number),
            ])
        if step.state == .delivered {
            try promoteNext(destination: row.destination, key: row.key)
        } else {
            // Its order may have changed while it was out.
            try withdrawIfUnfit(id)
        }
    }
}

/// What an outcome means for the row.
private struct Step {
    let state: StoredDelivery
    let outcome: AttemptOutcome
    let answer: String
    let notBefore: Timestamp
    /// An outage repeats the same answer for hours: it is not counted.
    let countsAsAttempt: Bool

    init(_ outcome: DeliveryOutcome, now: Timestamp) {
        var wait: Duration = .zero
        var counts = true
        switch outcome {
        case .delivered(let receipt): (state, self.outcome, answer) = (.delivered, .delivered, receipt)
        case .retry(let after, let why, let consumes):
            (state, self.outcome, answer) = (.ready, .retry, why)
            wait = after
            counts = consumes
        case .ambiguous(let after, let why):
            (state, self.outcome, answer) = (.ambiguous, .ambiguous, why)
            wait = after
        case .parked(let why): (state, self.outcome, answer) = (.parked, .parked, why)
        case .dead(let why): (state, self.outcome, answer) = (.dead, .dead, why)
        }
        notBefore = now.advanced(by: wait)
        countsAsAttempt = counts
    }
}
