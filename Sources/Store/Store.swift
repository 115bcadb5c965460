import Core
import Foundation
import GRDB
import Logging

/// The embedded store: journal, orders, results, holds and deliveries in one SQLite file.
///
/// One thread writes, with group commit; listings read beside it. Several processes may open a folder to read
/// (`WorklistReader`); one daemon alone may write, which a lock file sees to.
public final class Store: Sendable {
    /// Counts of the writer.
    public let statistics: WriterStatistics
    let settings: StoreSettings
    let writer: GroupCommitWriter
    /// For what people ask.
    let readers: ReaderPool
    /// For the daemon's own work.
    let workReaders: ReaderPool
    /// For host queries of a few specimens.
    let queryReaders: ReaderPool
    let logger: Logger
    private let checkpointer: Checkpointer
    private let lock: FolderLock

    /// Opens the store in a folder, creating it as needed, and puts right what a crash left behind: open messages end
    /// as incomplete, and deliveries that were being sent become ambiguous.
    ///
    /// - Parameters:
    ///   - folder: Holds `labrador.sqlite`; a local disk.
    ///   - destinations: Where results are posted; none means that they are stored.
    ///   - forwards: Who is sent the requests of modalities as they came.
    ///   - stations: The configured modalities, for saying why none sees an order; nil without a radiology side.
    ///   - downloads: The devices that are told of orders without asking.
    ///   - clock: The wall clock, for what people read.
    ///   - fatal: Runs when the storage has failed: the process must end without acknowledging anything more.
    /// - Throws: `.refused` when another daemon has the folder, or it cannot be used; the sentence says what to do.
    public static func open(
        folder: URL, facility: Facility, destinations: [DestinationID], forwards: [DestinationID] = [],
        configuration: StoreConfiguration = StoreConfiguration(), stations: WorklistStations? = nil,
        downloads: [DownloadDevice] = [], logger: Logger,
        clock: @escaping @Sendable () -> Timestamp = {
            Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        },
        fatal: @escaping @Sendable (StoreError) -> Void
    ) throws(StoreError) -> Store {
        let settings = StoreSettings(
            facility: facility, destinations: destinations, forwards: forwards, limits: configuration,
            stations: stations,
            downloads: downloads, clock: clock)
        do {
            return try Store(StoreFolder(url: folder), settings, logger, fatal)
        } catch {
            throw StoreError(error)
        }
    }

    private init(
        _ folder: StoreFolder, _ settings: StoreSettings, _ logger: Logger,
        _ fatal: @escaping @Sendable (StoreError) -> Void
    ) throws {
        self.settings = settings
        self.logger = logger
        try folder.prepare()
        lock = try FolderLock(folder)
        let limits = settings.limits
        let connection = try Connection.writer(folder.database, limits)
        try Migrations.run(on: connection)
        let recovered = try connection.writeWithoutTransaction { database in
            try Recovery.run(WriteSession(database: database, settings: settings))
        }
        if recovered != RecoveryReport() {
            logger.notice(
                "the last run ended in mid-work",
                metadata: [
                    "messages": "\(recovered.openMessages)", "deliveries": "\(recovered.leasedDeliveries)",
                    "dispatches": "\(recovered.dispatches)",
                ])
        }
        statistics = WriterStatistics()
        checkpointer = try Checkpointer(
            connection: Connection.checkpointer(folder.database, limits), statistics: statistics, limits: limits,
            logger: logger, fatal: fatal)
        readers = try ReaderPool(folder.database, connections: limits.readers, limits)
        workReaders = try ReaderPool(folder.database, connections: limits.workReaders, limits)
        queryReaders = try ReaderPool(folder.database, connections: limits.queryReaders, limits)
        writer = GroupCommitWriter(
            database: connection, settings: settings, checkpointer: checkpointer, statistics: statistics,
            logger: logger, fatal: fatal)
    }

    /// Commits what waits, refuses what comes later, and returns when the writer has ended.
    public func close() { writer.stop() }

    deinit { writer.stop() }

    /// Writes in a transaction shared with others; returns after COMMIT.
    func write<Value: Sendable>(
        _ lane: Lane = .prompt, _ work: @escaping @Sendable (WriteSession) throws -> Value
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            writer.submit(Job(guarded: true, work) { continuation.resume(returning: $0) }, lane: lane)
        }
        return try outcome.get()
    }
}
