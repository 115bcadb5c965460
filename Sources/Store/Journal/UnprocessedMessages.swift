import Core
import GRDB

/// Journalled messages that wait to be understood, or to be understood anew.
enum UnprocessedMessages {
    /// The oldest, up to a number and a sum of bytes, with all their bytes and how much of their text may be understood.
    static func read(
        _ database: Database, after: MessageID?, limit: Int, bytes most: Int
    ) throws -> [JournalledMessage] {
        let waiting = try Query(
            database,
            """
            SELECT p.message, d.name, m.wire, m.bytes, p.incomplete, m.received, p.parts, p.processable
            FROM progress p INDEXED BY progress_waiting
            JOIN message m ON m.id = p.message JOIN device d ON d.id = m.device
            WHERE p.state < 2 AND p.state = \(Progress.waiting.code) AND p.message > ?
            ORDER BY p.message LIMIT ?
            """)
        return try messages(
            database, waiting, [.int(after?.number ?? .min), .int(Int64(limit))], bytes: most)
    }

    /// Processed messages with results that are held for what their profile said of them, and those it could not read.
    static func heldByProfile(
        _ database: Database, after: MessageID?, limit: Int, bytes most: Int
    ) throws -> [JournalledMessage] {
        let held = try Query(
            database,
            """
            SELECT p.message, d.name, m.wire, m.bytes, p.incomplete, m.received, p.parts, p.processable
            FROM progress p JOIN message m ON m.id = p.message JOIN device d ON d.id = m.device
            WHERE p.message > ? AND (p.message IN (
                SELECT r.message FROM result x INDEXED BY result_set_aside JOIN report r ON r.id = x.report
                WHERE x.state < 10 AND x.state = \(ResultState.held.code)
                    AND x.held IN (\(HoldReason.unmappedTest.code), \(HoldReason.unitMismatch.code)))
                OR p.state = \(Progress.unreadable.code) AND p.message IN (
                SELECT h.message FROM hold h INDEXED BY hold_open
                WHERE h.state = 0 AND h.report IS NULL
                    AND h.reason IN (\(HoldReason.unreadable.code), \(HoldReason.profileError.code))))
            ORDER BY p.message LIMIT ?
            """)
        return try messages(
            database, held, [.int(after?.number ?? .min), .int(Int64(limit))], bytes: most)
    }

    private static func messages(
        _ database: Database, _ query: Query, _ values: [SQLValue], bytes most: Int
    ) throws -> [JournalledMessage] {
        var found: [JournalledMessage] = []
        var withParts: [Int] = []
        var size = 0
        // The parts are read afterwards: a query must not be used while another row of it is being read.
        try query.eachWhile(values) { row in
            guard found.isEmpty || size < most else { return false }
            let message = JournalledMessage(
                id: MessageID(row.int(0)), device: DeviceID(row.text(1)), wire: try row.code(2), bytes: row.blob(3),
                processableText: row.intOrNil(7).map { Int($0) }, incomplete: row.textOrNil(4),
                received: Timestamp(microseconds: row.int(5)))
            size += message.bytes.count
            if row.int(6) > 1 { withParts.append(found.count) }
            found.append(message)
            return true
        }
        for index in withParts {
            try Query(database, "SELECT bytes FROM message_part WHERE message = ? ORDER BY part")
                .each([.int(found[index].id.number)]) { found[index].bytes += $0.blob(0) }
        }
        return found
    }
}
