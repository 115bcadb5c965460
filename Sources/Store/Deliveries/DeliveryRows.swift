import Core
import GRDB

extension WriteSession {
    /// Queues one round of a report for every destination, behind what the key still has there.
    func queueDeliveries(of report: ReportID, round: Int64, key: String) throws {
        for destination in settings.destinations {
            try queue(.report(report, round: round), for: destination, key: key)
        }
    }

    /// Queues one delivery behind what the key still has there.
    func queue(_ subject: StoredDeliveryRow.Subject, for destination: DestinationID, key: String) throws {
        let number = try number(of: destination)
        let first = try oldestUnfinished(destination: number, key: key)
        try query(
            """
            INSERT INTO delivery (destination, key, report, performed, round, state, head, attempts, not_before, queued)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?)
            """
        ).run([
            .int(number), .text(key), .int(orNull: subject.report?.number), .int(orNull: subject.performed),
            .int(subject.round), .code(StoredDelivery.ready), .flag(first == nil), .int(now.microseconds),
        ])
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
        try StoredDeliveryRow.read(database, id)
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
    let subject: Subject
    let attempts: Int64

    /// What is delivered.
    enum Subject {
        /// A round of a report.
        case report(ReportID, round: Int64)
        /// What an event of a performed step said.
        case performed(Int64, event: Int64)

        var report: ReportID? {
            if case .report(let id, _) = self { return id }
            return nil
        }

        var performed: Int64? {
            if case .performed(let id, _) = self { return id }
            return nil
        }

        var round: Int64 {
            switch self {
            case .report(_, let round): round
            case .performed(_, let event): event
            }
        }
    }

    static func read(_ database: Database, _ id: DeliveryID) throws -> StoredDeliveryRow? {
        try Query(
            database,
            "SELECT state, head, destination, key, report, performed, round, attempts FROM delivery WHERE id = ?"
        ).first([.int(id.number)]) { try StoredDeliveryRow($0) }
    }

    private init(_ row: Columns) throws {
        state = try row.code(0)
        isHead = row.flag(1)
        destination = row.int(2)
        key = row.text(3)
        if let report = row.intOrNil(4) {
            subject = .report(ReportID(report), round: row.int(6))
        } else if let performed = row.intOrNil(5) {
            subject = .performed(performed, event: row.int(6))
        } else {
            throw UnreadableRow(what: "delivery.report and delivery.performed")
        }
        attempts = row.int(7)
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
