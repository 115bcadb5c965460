import Core
import GRDB

/// An entry with its row.
struct StoredDispatchRow {
    let id: Int64
    let order: Int64
    var entry: DispatchEntry

    /// The columns that `init(_:)` reads, of `dispatch`.
    static let columns = "id, order_id, state, act, attempt, placed, wish, not_before, failures"

    init(_ row: Columns) throws {
        id = row.int(0)
        order = row.int(1)
        entry = DispatchEntry(state: try row.code(2))
        entry.act = try row.code(3)
        entry.attempt = Int(row.int(4))
        entry.placements = Placements.list(row.text(5))
        entry.wish = try row.code(6)
        entry.notBefore = Timestamp(microseconds: row.int(7))
        entry.failures = Int(row.int(8))
    }

    init(id: Int64, order: Int64, entry: DispatchEntry) {
        self.id = id
        self.order = order
        self.entry = entry
    }
}

/// Attempt numbers in one column: `1 2 5`.
enum Placements {
    static func column(_ attempts: [Int]) -> SQLValue {
        .text(attempts.map(String.init).joined(separator: " "))
    }

    static func list(_ column: String) -> [Int] { column.split(separator: " ").compactMap { Int($0) } }
}

extension WriteSession {
    func dispatch(_ id: Int64) throws -> StoredDispatchRow? {
        try query("SELECT \(StoredDispatchRow.columns) FROM dispatch WHERE id = ?")
            .first([.int(id)]) { try StoredDispatchRow($0) }
    }

    func dispatch(order: Int64, device: Int64) throws -> StoredDispatchRow? {
        try query("SELECT \(StoredDispatchRow.columns) FROM dispatch WHERE order_id = ? AND device = ?")
            .first([.int(order), .int(device)]) { try StoredDispatchRow($0) }
    }

    /// A new entry.
    func insertDispatch(order: Int64, device: Int64, state: StoredDispatch, at: Timestamp) throws -> StoredDispatchRow {
        let entry = DispatchEntry(state: state)
        try query(
            """
            INSERT INTO dispatch (device, order_id, state, act, attempt, placed, wish, not_before, failures, since)
            VALUES (?, ?, ?, ?, 0, '', 0, 0, 0, ?)
            """
        ).run([.int(device), .int(order), .code(state), .code(entry.act), .int(at.microseconds)])
        return StoredDispatchRow(id: lastID, order: order, entry: entry)
    }

    func save(_ row: StoredDispatchRow) throws {
        let entry = row.entry
        try query(
            """
            UPDATE dispatch SET state = ?, act = ?, attempt = ?, placed = ?, wish = ?, not_before = ?, failures = ?
            WHERE id = ?
            """
        ).run([
            .code(entry.state), .code(entry.act), .int(Int64(entry.attempt)), Placements.column(entry.placements),
            .code(entry.wish), .int(entry.notBefore.microseconds), .int(Int64(entry.failures)), .int(row.id),
        ])
    }

    /// Keeps a step of the story.
    ///
    /// A device that is off, or asks for the same order again and again, tells the same for hours: of equal steps one
    /// after the other the first and the last are kept.
    func keepStep(
        _ id: Int64, _ kind: DispatchStep, _ act: Core.Dispatch.Act, attempt: Int, answer: String, at: Timestamp
    ) throws {
        let answer = answer.limited(to: settings.limits.answerBytes)
        let last = try query(
            "SELECT number, kind, act FROM dispatch_step WHERE dispatch = ? ORDER BY number DESC LIMIT 2"
        ).all([.int(id)]) { (number: $0.int(0), kind: $0.int(1), act: $0.int(2)) }
        if last.count == 2, last.allSatisfy({ $0.kind == kind.code && $0.act == act.code }) {
            try query("UPDATE dispatch_step SET at = ?, attempt = ?, answer = ? WHERE dispatch = ? AND number = ?")
                .run([
                    .int(at.microseconds), .int(Int64(attempt)), .text(answer), .int(id), .int(last[0].number),
                ])
            return
        }
        try query(
            "INSERT INTO dispatch_step (dispatch, number, at, kind, act, attempt, answer) VALUES (?, ?, ?, ?, ?, ?, ?)"
        ).run([
            .int(id), .int((last.first?.number ?? 0) + 1), .int(at.microseconds), .code(kind), .code(act),
            .int(Int64(attempt)), .text(answer),
        ])
    }
}
