import Core
import Foundation
import GRDB
import Synchronization

/// The performed procedure steps of a store whose daemon writes beside it: a connection of its own in another process.
///
/// SQLite lets one connection write at a time. Each call takes the lock for one small transaction and waits for it at
/// most `StoreConfiguration.busyTimeout`; a call that does not get it has stored nothing and says so.
public final class ProcedureStepBook: ProcedureStepLedger {
    /// Steps given up in one transaction.
    static let givenUpAtOnce = 100

    let connection: DatabaseQueue
    private let settings: StoreSettings
    private let failed = Mutex<StoreError?>(nil)
    private let fatal: @Sendable (StoreError) -> Void

    /// Opens the store in a folder; the daemon must have created it, and be of this version.
    ///
    /// - Parameters:
    ///   - destinations: Who is told of each step.
    ///   - forwards: Who is sent each request as it came.
    ///   - fatal: Runs when the storage has failed: nothing is stored from then on.
    public static func open(
        folder: URL, facility: Facility, destinations: [DestinationID], forwards: [DestinationID] = [],
        configuration: StoreConfiguration = StoreConfiguration(), clock: @escaping @Sendable () -> Timestamp,
        fatal: @escaping @Sendable (StoreError) -> Void
    ) throws(StoreError) -> ProcedureStepBook {
        let file = StoreFolder(url: folder).database
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw .refused("there is no store in \(folder.path) yet; the daemon creates it when it starts")
        }
        var settings = StoreSettings(
            facility: facility, destinations: destinations, limits: configuration, stations: nil, downloads: [],
            clock: clock)
        settings.forwards = forwards
        do {
            return ProcedureStepBook(try Connection.stepWriter(file, configuration), settings, fatal)
        } catch {
            throw StoreError(error)
        }
    }

    private init(
        _ connection: DatabaseQueue, _ settings: StoreSettings, _ fatal: @escaping @Sendable (StoreError) -> Void
    ) {
        self.connection = connection
        self.settings = settings
        self.fatal = fatal
    }

    /// Stores a request and what follows from it; returns after COMMIT.
    public func record(
        _ request: ProcedureStepRequest, ruling: (KnownProcedureStep?) -> ProcedureStepRuling
    ) throws(StoreError) {
        try write { try $0.record(request, ruling: ruling) }
    }

    /// The step with this UID.
    public func step(_ uid: String) throws(StoreError) -> KnownProcedureStep? {
        do {
            return try connection.read { database in
                try StoredPerformedStep.read(database, uid: uid).map {
                    KnownProcedureStep(step: $0.step, attributes: $0.attributes, isReplay: false)
                }
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Ends the steps in progress of which nothing was heard for so long; gives back how many.
    public func giveUpSteps(idleFor idle: Duration) throws(StoreError) -> Int {
        let before = settings.clock().advanced(by: .zero - idle)
        var all = 0
        while true {
            let count = try write { try $0.giveUpSteps(lastHeardOfBefore: before, limit: Self.givenUpAtOnce) }
            all += count
            if count < Self.givenUpAtOnce { return all }
        }
    }

    private func write<Value>(_ work: (WriteSession) throws -> Value) throws(StoreError) -> Value {
        if let failure = failed.withLock({ $0 }) { throw failure }
        do {
            return try connection.writeWithoutTransaction { database in
                try Self.transaction(WriteSession(database: database, settings: settings), work)
            }
        } catch {
            let failure = StoreError(error)
            if case .storageFailed = failure {
                // What SQLite says from now on may not be trusted.
                let isFirst = failed.withLock { failed in
                    defer { failed = failure }
                    return failed == nil
                }
                if isFirst { fatal(failure) }
            }
            throw failure
        }
    }

    private static func transaction<Value>(
        _ session: WriteSession, _ work: (WriteSession) throws -> Value
    ) throws -> Value {
        try session.query("BEGIN IMMEDIATE").run()
        do {
            let value = try work(session)
            do {
                try session.query("COMMIT").run()
            } catch {
                let reason = StoreError(error)
                // Whatever else the reason, what it was to make durable is in doubt.
                if case .refused(let why) = reason { throw StoreError.storageFailed("COMMIT failed: \(why)") }
                throw reason
            }
            return value
        } catch {
            if session.database.isInsideTransaction { try session.query("ROLLBACK").run() }
            if let refusal = error as? Refusal { throw StoreError.refused(refusal.why) }
            throw error
        }
    }
}
