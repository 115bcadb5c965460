import Core
import GRDB

extension Listings {
    /// Deliveries, newest first. Without a state all that still need something; a skipped one shows under `parked`.
    static func queue(_ database: Database, _ filter: ListingFilter, limit: Int64) throws -> [QueueRow] {
        var conditions = Conditions()
        if let word = filter.state {
            guard let state = DeliveryState(rawValue: word) else { return [] }
            let codes = StoredDelivery.allCases.filter { $0.shown == state }.map { "\($0.code)" }
            conditions.add("v.state IN (\(codes.joined(separator: ", ")))")
        } else {
            conditions.add("v.state < 10")
        }
        conditions.add("v.key", equals: filter.accession)
        if let device = filter.device {
            conditions.add("r.device = (SELECT id FROM device WHERE name = ?)", .text(device))
        }
        return try Query(
            database,
            """
            SELECT v.id, v.state, t.name, v.key, v.attempts, v.queued, v.head,
                (SELECT answer FROM delivery_attempt a WHERE a.delivery = v.id ORDER BY number DESC LIMIT 1),
                (SELECT min(w.id) FROM delivery w INDEXED BY delivery_unfinished
                    WHERE w.destination = v.destination AND w.key = v.key AND w.state < 10),
                (SELECT note FROM decision_log l WHERE l.delivery = v.id ORDER BY l.id DESC LIMIT 1)
            FROM delivery v JOIN destination t ON t.id = v.destination JOIN report r ON r.id = v.report\(conditions.sql)
            ORDER BY v.id DESC LIMIT ?
            """
        ).all(conditions.values + [.int(limit)]) { row in
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
}
