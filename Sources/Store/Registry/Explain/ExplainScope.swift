import Core
import GRDB

/// What a subject reaches: the rows whose steps make its story.
struct ExplainScope {
    var orders: Set<Int64> = []
    var reports: Set<Int64> = []
    var messages: Set<Int64> = []
    var holds: Set<Int64> = []
    var performed: Set<Int64> = []
    /// Only these, when a delivery was asked for; else all of the reports.
    var deliveries: Set<Int64>?
    /// Only this result's own steps, when one was asked for.
    var result: ResultID?

    var isEmpty: Bool { orders.isEmpty && reports.isEmpty && messages.isEmpty && holds.isEmpty && performed.isEmpty }

    /// A subject may be read in several ways (`S026000001` is a report or an accession): all that exist are joined.
    init(_ database: Database, subject: String, limit: Int) throws {
        try addAccession(database, subject, limit)
        try addMRN(database, subject, limit)
        try addPerformed(database, subject, limit)
        if let id = number(subject, after: "M") { try addMessage(database, id) }
        if let id = number(subject, after: "S") { try addReport(database, id) }
        if let id = number(subject, after: "H") { try addHold(database, id) }
        if let id = number(subject, after: "D") { try addDelivery(database, id, alone: isEmpty) }
        let digest = ResultID(subject.lowercased())
        if !digest.bytes.isEmpty { try addResult(database, digest, alone: isEmpty) }
        try follow(database, limit)
    }

    private mutating func addAccession(_ database: Database, _ accession: String, _ limit: Int) throws {
        orders.formUnion(
            try ids(database, "SELECT id FROM orders WHERE accession = ? ORDER BY id DESC LIMIT ?", accession, limit))
        reports.formUnion(
            try ids(
                database, "SELECT id FROM report WHERE specimen = ? AND results > 0 ORDER BY id DESC LIMIT ?",
                accession, limit))
        holds.formUnion(
            try ids(database, "SELECT id FROM hold WHERE accession = ? ORDER BY id DESC LIMIT ?", accession, limit))
    }

    private mutating func addMRN(_ database: Database, _ mrn: String, _ limit: Int) throws {
        let owned = try Query(database, "SELECT id, accession FROM orders WHERE mrn = ? ORDER BY id DESC LIMIT ?")
            .all([.text(mrn), .int(Int64(limit))]) { (id: $0.int(0), accession: $0.text(1)) }
        for order in owned {
            orders.insert(order.id)
            // Results of the same accession that belong to another patient's order are not this patient's story.
            let found = try Query(
                database,
                """
                SELECT id FROM report WHERE specimen = ? AND results > 0 AND (order_id = ? OR order_id IS NULL)
                ORDER BY id DESC LIMIT ?
                """
            ).all([.text(order.accession), .int(order.id), .int(Int64(limit))]) { $0.int(0) }
            reports.formUnion(found)
        }
    }

    private mutating func addMessage(_ database: Database, _ id: Int64) throws {
        guard try exists(database, "message", id) else { return }
        messages.insert(id)
        reports.formUnion(try ids(database, "SELECT id FROM report WHERE message = ?", id))
        orders.formUnion(try ids(database, "SELECT id FROM orders WHERE source = ?", id))
        holds.formUnion(try ids(database, "SELECT id FROM hold WHERE message = ?", id))
    }

    private mutating func addReport(_ database: Database, _ id: Int64) throws {
        if try exists(database, "report", id) { reports.insert(id) }
    }

    private mutating func addHold(_ database: Database, _ id: Int64) throws {
        if try exists(database, "hold", id) { holds.insert(id) }
    }

    private mutating func addDelivery(_ database: Database, _ id: Int64, alone: Bool) throws {
        let found = try ids(database, "SELECT report FROM delivery WHERE id = ? AND report IS NOT NULL", id)
        let steps = try ids(database, "SELECT performed FROM delivery WHERE id = ? AND performed IS NOT NULL", id)
        guard !found.isEmpty || !steps.isEmpty else { return }
        reports.formUnion(found)
        performed.formUnion(steps)
        if alone { deliveries = [id] }
    }

    /// By the UID of its performed procedure step, and what was performed for what is known already.
    private mutating func addPerformed(_ database: Database, _ subject: String, _ limit: Int) throws {
        performed.formUnion(try ids(database, "SELECT id FROM performed_step WHERE uid = ? LIMIT ?", subject, limit))
        performed.formUnion(
            try ids(
                database, "SELECT id FROM performed_step WHERE mrn = ? AND mrn <> '' ORDER BY id DESC LIMIT ?", subject,
                limit))
        performed.formUnion(
            try ids(
                database,
                """
                SELECT performed FROM performed_step_scheduled WHERE accession = ? AND accession <> ''
                ORDER BY performed DESC LIMIT ?
                """, subject, limit))
    }

    /// There is no index over result ids, which are random: a search from the newest backwards, for a person's question.
    private mutating func addResult(_ database: Database, _ id: ResultID, alone: Bool) throws {
        let newest = try Query(database, "SELECT report FROM result WHERE id = ? ORDER BY report DESC LIMIT 1")
            .first([.blob(id.bytes)]) { $0.int(0) }
        guard let newest, let report = try StoredReport.read(database, ReportID(newest)) else { return }
        // Its other versions are reports of the same device and specimen.
        let versions = try Query(
            database,
            """
            SELECT DISTINCT r.id FROM report r JOIN result x ON x.report = r.id
            WHERE r.specimen = ? AND r.device = ? AND r.results > 0 AND x.id = ?
            """
        ).all([.text(report.specimen), .int(report.deviceNumber), .blob(id.bytes)]) { $0.int(0) }
        reports.formUnion(versions)
        if alone { result = id }
    }

    /// Adds what belongs to what was found: assigned reports, orders, holds, messages.
    ///
    /// Keeps the newest of each.
    private mutating func follow(_ database: Database, _ limit: Int) throws {
        for order in orders {
            reports.formUnion(
                try ids(database, "SELECT id FROM report WHERE order_id = ? AND assigned = 1", order))
        }
        for hold in holds {
            reports.formUnion(try ids(database, "SELECT report FROM hold WHERE id = ? AND report IS NOT NULL", hold))
            messages.formUnion(try ids(database, "SELECT message FROM hold WHERE id = ?", hold))
        }
        reports = Set(reports.sorted().suffix(limit))
        for id in reports {
            orders.formUnion(
                try ids(database, "SELECT order_id FROM report WHERE id = ? AND order_id IS NOT NULL", id))
            let message = try ids(database, "SELECT message FROM report WHERE id = ?", id)
            messages.formUnion(message)
            for message in message {
                holds.formUnion(
                    try Query(database, "SELECT id FROM hold WHERE message = ? AND report = ?")
                        .all([.int(message), .int(id)]) { $0.int(0) })
            }
        }
        try followPerformed(database, limit)
        orders = Set(orders.sorted().suffix(limit))
        for order in orders {
            messages.formUnion(
                try ids(database, "SELECT source FROM orders WHERE id = ? AND source IS NOT NULL", order))
            messages.formUnion(
                try ids(database, "SELECT source FROM order_change WHERE order_id = ? AND source IS NOT NULL", order))
        }
        messages = Set(messages.sorted().suffix(limit))
    }

    /// Orders to what was performed for them, that to its orders, holds and messages.
    private mutating func followPerformed(_ database: Database, _ limit: Int) throws {
        for order in orders {
            performed.formUnion(
                try ids(database, "SELECT performed FROM performed_step_scheduled WHERE order_id = ?", order))
        }
        for message in messages {
            performed.formUnion(
                try ids(
                    database,
                    "SELECT step FROM performed_step_event WHERE message = ? AND step IS NOT NULL", message))
        }
        performed = Set(performed.sorted().suffix(limit))
        for id in performed {
            orders.formUnion(
                try ids(
                    database,
                    "SELECT order_id FROM performed_step_scheduled WHERE performed = ? AND order_id IS NOT NULL", id))
            holds.formUnion(
                try ids(
                    database, "SELECT hold FROM performed_step_scheduled WHERE performed = ? AND hold IS NOT NULL", id))
            messages.formUnion(
                try ids(
                    database,
                    """
                    SELECT e.message FROM performed_step p JOIN performed_step_event e ON e.uid = p.uid
                    WHERE p.id = ? AND e.message IS NOT NULL
                    """, id))
        }
    }

    private func exists(_ database: Database, _ table: String, _ id: Int64) throws -> Bool {
        try Query(database, "SELECT 1 FROM \(table) WHERE id = ?").first([.int(id)]) { _ in true } ?? false
    }

    private func ids(_ database: Database, _ sql: String, _ id: Int64) throws -> [Int64] {
        try Query(database, sql).all([.int(id)]) { $0.int(0) }
    }

    private func ids(_ database: Database, _ sql: String, _ text: String, _ limit: Int) throws -> [Int64] {
        try Query(database, sql).all([.text(text), .int(Int64(limit))]) { $0.int(0) }
    }
}
