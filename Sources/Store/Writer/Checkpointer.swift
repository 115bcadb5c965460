import Core
import Foundation
import GRDB
import GRDBSQLite
import Logging

/// Copies the write-ahead log into the database file, on a thread and a connection of its own, while the writer goes on.
///
/// A copy made beside a busy writer never reaches the log's end, so the log never starts over. Past a larger bound the
/// writer therefore completes the copy between two transactions; little is left to do then. Neither waits for readers.
final class Checkpointer: @unchecked Sendable {
    private let queue = DispatchQueue(label: "labrador-store-checkpoint")
    private let connection: DatabaseQueue
    private let statistics: WriterStatistics
    private let limits: StoreConfiguration
    private let logger: Logger
    private let fatal: @Sendable (StoreError) -> Void
    /// Guards the two below.
    private let lock = NSLock()
    private var isCopying = false
    private var copied = false
    /// Pages in the log, only touched on the writer's thread.
    private var pages: Int32 = 0
    private let pageBytes: Int
    /// Log size at which the next copy begins, so that one copy follows another only after as much was written again.
    private var nextCopyAt = 0
    private var warnedAt = 0

    init(
        connection: DatabaseQueue, statistics: WriterStatistics, limits: StoreConfiguration, logger: Logger,
        fatal: @escaping @Sendable (StoreError) -> Void
    ) throws {
        self.connection = connection
        self.statistics = statistics
        self.limits = limits
        self.logger = logger
        self.fatal = fatal
        pageBytes = try connection.read { database in
            try Query(database, "PRAGMA page_size").first { Int($0.int(0)) } ?? 4096
        }
    }

    /// Has SQLite tell the log's length after each commit of the writer.
    func watch(_ writer: Database) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        _ = sqlite3_wal_hook(
            writer.sqliteConnection,
            { this, _, _, pages in
                guard let this else { return SQLITE_OK }
                Unmanaged<Checkpointer>.fromOpaque(this).takeUnretainedValue().pages = pages
                return SQLITE_OK
            }, this)
    }

    /// On the writer's thread, between two transactions.
    func afterCommit(_ writer: Database) {
        let bytes = Int(pages) * pageBytes
        statistics.log(bytes: bytes)
        guard bytes >= limits.checkpointBytes else {
            warnedAt = 0
            nextCopyAt = limits.checkpointBytes
            return
        }
        if bytes >= limits.checkpointByWriterBytes, finishesCopy(writer) { return }
        if bytes >= nextCopyAt, startCopy() { nextCopyAt = bytes + limits.checkpointBytes }
    }

    /// Whether the log was brought to its end, so that the next transaction starts it over.
    private func finishesCopy(_ writer: Database) -> Bool {
        let ready: Bool = lock.withLock {
            guard copied, !isCopying else { return false }
            copied = false
            return true
        }
        guard ready else { return false }
        let (logged, done) = passive(writer.sqliteConnection)
        statistics.checkpointed()
        if logged >= 0, logged == done {
            pages = 0
            return true
        }
        let bytes = Int(pages) * pageBytes
        if bytes >= max(warnedAt * 2, limits.checkpointByWriterBytes * 4) {
            warnedAt = bytes
            logger.warning(
                "the write-ahead log cannot be emptied: a program reads the database for long",
                metadata: ["bytes": "\(bytes)"])
        }
        return false
    }

    private func startCopy() -> Bool {
        let starts: Bool = lock.withLock {
            guard !isCopying else { return false }
            isCopying = true
            return true
        }
        guard starts else { return false }
        queue.async { [self] in
            connection.writeWithoutTransaction { _ = passive($0.sqliteConnection) }
            statistics.checkpointed()
            lock.withLock {
                isCopying = false
                copied = true
            }
        }
        return true
    }

    /// Copies what no reader still needs; never waits.
    private func passive(_ handle: OpaquePointer?) -> (logged: Int32, done: Int32) {
        var logged: Int32 = -1
        var done: Int32 = -1
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &logged, &done)
        if code != SQLITE_OK, code & 0xFF != SQLITE_BUSY {
            let failure = StoreError(SQLFailure(connection: handle))
            logger.error("the write-ahead log could not be copied", metadata: ["reason": "\(failure.sentence)"])
            // After a failed sync the system may drop what it could not write: see the report of a later success as none.
            if case .storageFailed = failure { fatal(failure) }
        }
        return (logged, done)
    }
}
