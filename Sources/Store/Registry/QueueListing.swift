import Core
import GRDB

extension Listings {
    /// Deliveries, newest first.
    ///
    /// Without a state all that still need something; a skipped one shows under `parked`.
    static func queue(_ database: Database, _ filter: ListingFilter, limit: Int64) throws -> [QueueRow] {
        guard let chosen = try chosenDeliveries(filter) else { return [] }
        return try Query(
            database,
            """
            SELECT v.id, v.state, t.name, v.key, v.attempts, v.queued, v.head,
                (SELECT answer FROM delivery_attempt a WHERE a.delivery = v.id ORDER BY number DESC LIMIT 1),
                (SELECT min(w.id) FROM delivery w INDEXED BY delivery_unfinished
                    WHERE w.destination = v.destination AND w.key = v.key AND w.state < 10),
                (SELECT note FROM decision_log l WHERE l.delivery = v.id ORDER BY l.id DESC LIMIT 1)
            FROM delivery v JOIN destination t ON t.id = v.destination
            WHERE v.id IN (\(chosen.sql) ORDER BY 1 DESC LIMIT ?) ORDER BY v.id DESC
            """
        ).all(chosen.values + [.int(limit)]) { try queueRow($0) }
    }

    /// The numbers of the deliveries to show; nil for a state that none can have.
    ///
    /// Nearly all deliveries of a store are delivered: the few others are found over the indexes that hold only them.
    private static func chosenDeliveries(_ filter: ListingFilter) throws -> (sql: String, values: [SQLValue])? {
        var sources: [(index: String, condition: String)] = []
        switch filter.state.map({ DeliveryState(rawValue: $0) }) {
        case nil: sources = [("INDEXED BY delivery_unfinished", "v.state < 10")]
        case .some(nil): return nil
        case .some(.some(.delivered)): sources = [("", "v.state = \(StoredDelivery.delivered.code)")]
        case .some(.some(let state)):
            for stored in StoredDelivery.allCases where stored.shown == state {
                let isSkipped = stored == .skipped
                sources.append(
                    (
                        isSkipped ? "INDEXED BY delivery_skipped" : "INDEXED BY delivery_unfinished",
                        isSkipped ? "v.state = 11" : "v.state < 10 AND v.state = \(stored.code)"
                    ))
            }
        }
        var parts: [String] = []
        var values: [SQLValue] = []
        for source in sources {
            var conditions = Conditions()
            conditions.add(source.condition)
            var index = source.index
            if let accession = filter.accession {
                // The few reports of the accession lead to its deliveries, whatever their state.
                index = "INDEXED BY delivery_report"
                conditions.add("v.report IN (\(reportsOfAccession))", .text(accession), .text(accession))
                conditions.add("v.key = ?", .text(accession))
            }
            if let device = filter.device {
                conditions.add(
                    """
                    (SELECT d.name FROM device d WHERE d.id = coalesce(
                        (SELECT r.device FROM report r WHERE r.id = v.report),
                        (SELECT p.device FROM performed_step p WHERE p.id = v.performed))) = ?
                    """, .text(device))
            }
            parts.append("SELECT v.id FROM delivery v \(index)\(conditions.sql)")
            values += conditions.values
            if let accession = filter.accession {
                // Likewise what modalities did for its orders.
                var performed = Conditions()
                performed.add(source.condition)
                performed.add("v.performed IN (\(performedOfAccession))", .text(accession))
                if let device = filter.device {
                    performed.add(
                        "(SELECT d.name FROM performed_step p JOIN device d ON d.id = p.device WHERE p.id = v.performed) = ?",
                        .text(device))
                }
                parts.append("SELECT v.id FROM delivery v INDEXED BY delivery_performed\(performed.sql)")
                values += performed.values
            }
        }
        return (parts.joined(separator: " UNION ALL "), values)
    }

    /// Performed steps that belong to orders with an accession.
    static let performedOfAccession = """
        SELECT r.performed FROM performed_step_scheduled r JOIN orders o ON o.id = r.order_id WHERE o.accession = ?
        """

    private static func queueRow(_ row: Columns) throws -> QueueRow {
        let id = DeliveryID(row.int(0))
        let state: StoredDelivery = try row.code(1)
        var answer = row.text(7)
        if state == .skipped {
            answer = "skipped: \(row.text(9))"
        } else if !row.flag(6), let first = row.intOrNil(8), first != id.number {
            answer = "waits for \(DeliveryID(first)) of the same accession"
        }
        return QueueRow(
            id: "\(id)", state: state.shown.rawValue, destination: row.text(2), key: row.text(3),
            attempts: Int(row.int(4)), answer: answer, since: Timestamp(microseconds: row.int(5)).iso8601)
    }
}
