import Core
import Foundation
import GRDB

/// How every connection of the store is opened.
enum Connection {
    /// The one connection that writes.
    ///
    /// It creates the file.
    static func writer(_ file: URL, _ limits: StoreConfiguration) throws -> DatabaseQueue {
        try open(file, readonly: false, limits) { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            // The writer never checkpoints by itself: see `Checkpointer`.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try database.execute(sql: "PRAGMA cache_size = -\(limits.writerCacheBytes / 1024)")
        }
    }

    /// The one connection that writes in another process, beside the daemon's.
    ///
    /// It looks for the lock once a millisecond: the daemon under load lets go of it for moments only, which SQLite's own
    /// growing waits would miss.
    static func stepWriter(_ file: URL, _ limits: StoreConfiguration) throws -> DatabaseQueue {
        let most = Int(limits.busyTimeout.wholeMicroseconds / 1_000)
        return try open(
            file, readonly: false, limits,
            busy: .callback { tries in
                usleep(1_000)
                return tries < most
            }
        ) { database in
            // The daemon copies the log.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        }
    }

    /// A connection that only copies the write-ahead log into the database file.
    static func checkpointer(_ file: URL, _ limits: StoreConfiguration) throws -> DatabaseQueue {
        try open(file, readonly: false, limits) { database in
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        }
    }

    /// A connection for rows that a power failure may cost: its transactions are not synced, and still come after those
    /// that are.
    static func notes(_ file: URL, _ limits: StoreConfiguration) throws -> DatabaseQueue {
        try open(file, readonly: false, limits, finish: "PRAGMA synchronous = NORMAL") { database in
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        }
    }

    /// A connection that cannot write.
    static func reader(_ file: URL, _ limits: StoreConfiguration) throws -> DatabaseQueue {
        try open(file, readonly: true, limits) { _ in }
    }

    private static func open(
        _ file: URL, readonly: Bool, _ limits: StoreConfiguration, busy: Database.BusyMode? = nil, finish: String = "",
        prepare: @escaping @Sendable (Database) throws -> Void
    ) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.foreignKeysEnabled = true
        configuration.busyMode = busy ?? .timeout(Double(limits.busyTimeout.wholeMicroseconds) / 1_000_000)
        let journalLimit = limits.journalSizeLimit
        configuration.prepareDatabase { database in
            try prepare(database)
            try database.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA journal_size_limit = \(journalLimit);
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    """)
            try assertSafe(database)
            if !finish.isEmpty { try database.execute(sql: finish) }
        }
        return try DatabaseQueue(path: file.path, configuration: configuration)
    }

    /// A pragma that SQLite does not know or cannot carry out is passed over in silence, so each is read back.
    static func assertSafe(_ database: Database) throws {
        let wanted = [
            ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"),
            ("cell_size_check", "1"),
        ]
        for (pragma, value) in wanted {
            let found = try Query(database, "PRAGMA \(pragma)").first { $0.text(0) }
            guard found == value else {
                throw StoreError.refused(
                    "the database answers '\(found ?? "nothing")' to PRAGMA \(pragma) where '\(value)' is needed for "
                        + "durability. Use a local disk: network folders cannot do this.")
            }
        }
    }
}
