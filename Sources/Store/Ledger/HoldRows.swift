import Core
import GRDB

/// A stored hold.
struct StoredHold {
    let id: HoldID
    let state: HoldState
    let reason: HoldReason
    let accession: String
    let message: MessageID
    let report: ReportID?
    let what: String
    let opened: Timestamp

    static let columns = "h.id, h.state, h.reason, h.accession, h.message, h.report, h.what, h.opened"

    /// The open holds of an accession, oldest first.
    ///
    /// The state is no parameter: a partial index speaks of it, and SQLite would prepare the statement anew for each
    /// value bound.
    static let openByAccession = """
        SELECT \(columns) FROM hold h INDEXED BY hold_accession
        WHERE h.accession = ? AND h.state = \(HoldState.open.code) ORDER BY h.id
        """

    init(_ row: Columns) throws {
        id = HoldID(row.int(0))
        state = try row.code(1)
        reason = try row.code(2)
        accession = row.text(3)
        message = MessageID(row.int(4))
        report = row.intOrNil(5).map { ReportID($0) }
        what = row.text(6)
        opened = Timestamp(microseconds: row.int(7))
    }

    static func read(_ database: Database, _ id: HoldID) throws -> StoredHold? {
        try Query(database, "SELECT \(columns) FROM hold h WHERE h.id = ?").first([.int(id.number)]) {
            try StoredHold($0)
        }
    }
}

extension WriteSession {
    func insert(
        _ hold: Hold, message: MessageID, report: ReportID?, at moment: Timestamp, sameness: String?
    ) throws -> HoldID {
        try query(
            """
            INSERT INTO hold (state, reason, accession, message, report, what, opened, sameness)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run([
            .code(HoldState.open), .code(hold.reason), .text(hold.accession), .int(message.number),
            .int(orNull: report?.number), .text(hold.what), .int(moment.microseconds), .text(orNull: sameness),
        ])
        return HoldID(lastID)
    }

    func set(_ hold: HoldID, _ state: HoldState) throws {
        try query("UPDATE hold SET state = ? WHERE id = ?").run([.code(state), .int(hold.number)])
    }

    /// Keeps what a person or an order did to a hold or delivery, in the transaction of its effect.
    func log(_ act: Act, hold: HoldID? = nil, delivery: DeliveryID? = nil, note: String) throws {
        try query("INSERT INTO decision_log (at, act, hold, delivery, note) VALUES (?, ?, ?, ?, ?)")
            .run([
                .int(now.microseconds), .code(act), .int(orNull: hold?.number), .int(orNull: delivery?.number),
                .text(note),
            ])
    }
}
