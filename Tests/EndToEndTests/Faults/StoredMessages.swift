import Foundation
import GRDB

/// Reads the journal out of the database file itself, past all code of the program.
enum StoredMessages {
    static func read(_ house: House) throws -> [StoredMessage] {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(
            path: house.folder.path + "/store/labrador.sqlite", configuration: configuration)
        return try database.read { database in
            guard try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok" else {
                throw TestFailure("the database is damaged")
            }
            var parts: [Int64: [UInt8]] = [:]
            let later = try Row.fetchCursor(
                database, sql: "SELECT message, bytes FROM message_part ORDER BY message, part")
            while let row = try later.next() {
                let bytes: Data = row["bytes"]
                parts[row["message"], default: []] += bytes
            }
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT m.id, d.name, m.bytes, p.incomplete FROM message m
                    JOIN device d ON d.id = m.device JOIN progress p ON p.message = m.id ORDER BY m.id
                    """)
            var messages: [StoredMessage] = []
            while let row = try rows.next() {
                let bytes: Data = row["bytes"]
                messages.append(
                    StoredMessage(
                        device: row["name"], bytes: Array(bytes) + (parts[row["id"]] ?? []),
                        incomplete: row["incomplete"]))
            }
            return messages
        }
    }
}
