import Core
import GRDB

extension WriteSession {
    /// Queues the news of a performed step for every destination, behind what the key still has there.
    func queueDeliveries(ofPerformed id: Int64, event: Int64, key: String) throws {
        for destination in settings.destinations {
            try queue(.performed(id, event: event), for: destination, key: key)
        }
    }

    /// Queues a request, as it came, for everyone it is forwarded to: N-CREATE before N-SET.
    func queueForwards(of id: Int64, event: Int64, key: String) throws {
        for destination in settings.forwards { try queue(.performed(id, event: event), for: destination, key: key) }
    }
}

/// What a delivery that goes out on behalf of a performed step is read from.
enum StepDelivery {
    static func read(
        _ database: Database, _ row: StoredDeliveryRow, _ lease: Lease, _ destination: DestinationID,
        _ facility: Facility
    ) throws -> Delivery {
        guard case .performed(let id, let event) = row.subject, let stored = try StoredPerformedStep.read(database, id)
        else { throw UnreadableRow(what: "delivery \(lease.id)") }
        let content: Delivery.Content =
            if row.key == stored.step.uid, let request = try request(database, event, stored) {
                .request(request)
            } else {
                .step(try news(database, stored, facility))
            }
        return Delivery(
            id: lease.id, destination: destination, key: row.key, attempts: Int(row.attempts),
            isAmbiguous: lease.wasAmbiguous, content: content)
    }

    /// The step as it stands now: news that waited tell of its end.
    private static func news(
        _ database: Database, _ stored: StoredPerformedStep, _ facility: Facility
    ) throws -> DeliverableStep {
        let numbers = try Query(
            database,
            """
            SELECT order_id FROM performed_step_scheduled
            WHERE performed = ? AND order_id IS NOT NULL GROUP BY order_id ORDER BY min(number)
            """
        ).all([.int(stored.id)]) { $0.int(0) }
        let orders = try numbers.compactMap { try StoredOrder.read(database, $0)?.order }
        guard !orders.isEmpty else { throw UnreadableRow(what: "the orders of performed step \(stored.id)") }
        let time = FacilityTime(timeZone: facility.timeZone)
        let step = stored.step
        return DeliverableStep(
            step: step, device: stored.device, orders: orders,
            started: time.iso8601(date: step.startDate, time: step.startTime, offset: step.offset),
            ended: time.iso8601(date: step.endDate, time: step.endTime, offset: step.offset), received: stored.changed)
    }

    private static func request(
        _ database: Database, _ event: Int64, _ stored: StoredPerformedStep
    ) throws -> ProcedureStepRequest? {
        try Query(
            database,
            """
            SELECT e.operation, e.syntax, e.at, m.bytes FROM performed_step_event e
            JOIN message m ON m.id = e.message WHERE e.id = ?
            """
        ).first([.int(event)]) { row in
            ProcedureStepRequest(
                operation: try row.code(0, as: StepEvent.self) == .create ? .create : .set, uid: stored.step.uid,
                device: stored.device, bytes: row.blob(3), transferSyntax: row.text(1),
                received: Timestamp(microseconds: row.int(2)))
        }
    }
}
