import Core
import GRDB

extension WriteSession {
    /// Queues one round of a report for every destination, behind what the key still has there.
    func queueDeliveries(of report: ReportID, round: Int64, key: String) throws {
        for destination in settings.destinations {
            let number = try number(of: destination)
            let first = try oldestUnfinished(destination: number, key: key)
            try query(
                """
                INSERT INTO delivery (destination, key, report, round, state, head, attempts, not_before, queued)
                VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)
                """
            ).run([
                .int(number), .text(key), .int(report.number), .int(round), .code(StoredDelivery.ready),
                .flag(first == nil), .int(now.microseconds),
            ])
        }
    }

    /// After a head was finished, the next of its key may go.
    func promoteNext(destination: Int64, key: String) throws {
        guard let next = try oldestUnfinished(destination: destination, key: key) else { return }
        try query("UPDATE delivery SET head = 1 WHERE id = ?").run([.int(next)])
    }

    private func oldestUnfinished(destination: Int64, key: String) throws -> Int64? {
        try query(
            """
            SELECT id FROM delivery INDEXED BY delivery_unfinished
            WHERE destination = ? AND key = ? AND state < 10 ORDER BY id LIMIT 1
            """
        ).first([.int(destination), .text(key)]) { $0.int(0) }
    }

    func delivery(_ id: DeliveryID) throws -> StoredDeliveryRow? {
        try query("SELECT state, head, destination, key, report, round, attempts FROM delivery WHERE id = ?")
            .first([.int(id.number)]) { try StoredDeliveryRow($0) }
    }

    /// Keeps what became of an attempt.
    ///
    /// An outage tells the same for hours, often in other words each time: of equal outcomes one after the other the
    /// first and the last are kept.
    func keepAttempt(_ id: DeliveryID, _ outcome: AttemptOutcome, answer: String, at moment: Timestamp) throws {
        let answer = answer.limited(to: settings.limits.answerBytes)
        let last = try query(
            "SELECT number, outcome FROM delivery_attempt WHERE delivery = ? ORDER BY number DESC LIMIT 2"
        ).all([.int(id.number)]) { (number: $0.int(0), outcome: try $0.code(1, as: AttemptOutcome.self)) }
        if last.count == 2, last.allSatisfy({ $0.outcome == outcome }) {
            try query("UPDATE delivery_attempt SET at = ?, answer = ? WHERE delivery = ? AND number = ?")
                .run([.int(moment.microseconds), .text(answer), .int(id.number), .int(last[0].number)])
            return
        }
        try query("INSERT INTO delivery_attempt (delivery, number, at, outcome, answer) VALUES (?, ?, ?, ?, ?)")
            .run([
                .int(id.number), .int((last.first?.number ?? 0) + 1), .int(moment.microseconds), .code(outcome),
                .text(answer),
            ])
    }
}

/// What a decision about a delivery needs of its row.
struct StoredDeliveryRow {
    let state: StoredDelivery
    let isHead: Bool
    let destination: Int64
    let key: String
    let report: ReportID
    let round: Int64
    let attempts: Int64

    init(_ row: Columns) throws {
        state = try row.code(0)
        isHead = row.flag(1)
        destination = row.int(2)
        key = row.text(3)
        report = ReportID(row.int(4))
        round = row.int(5)
        attempts = row.int(6)
    }
}

extension String {
    /// The text itself, or its beginning with a mark when it has more bytes.
    func limited(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: bytes)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + "…"
    }
}
