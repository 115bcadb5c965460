import Core
import Foundation
import GRDB
import Synchronization

/// Keeps the last worklist query of each modality in a store that the daemon writes.
///
/// A thread of its own writes, at most every `pause`: a modality never waits for it, and the daemon's writer hardly ever.
/// These rows help people to understand a device; a power failure may cost the last ones, so that nothing is synced for
/// them.
public final class WorklistQueries: WorklistQueryLog, Sendable {
    /// Modalities that are kept apart; a query of one more takes the place of none.
    static let modalities = 1_024
    /// Between two transactions.
    static let pause: Duration = .milliseconds(200)

    private struct Waiting {
        var queries: [String: WorklistQueryRecord] = [:]
        var isWriting = false
    }

    private let database: DatabaseQueue
    private let queue = DispatchQueue(label: "labrador-worklist-queries")
    private let waiting = Mutex(Waiting())

    /// Opens the store in a folder; the daemon must have created it.
    public static func open(
        folder: URL, configuration: StoreConfiguration = StoreConfiguration()
    ) throws(StoreError) -> WorklistQueries {
        do {
            return WorklistQueries(try Connection.notes(StoreFolder(url: folder).database, configuration))
        } catch {
            throw StoreError(error)
        }
    }

    private init(_ database: DatabaseQueue) { self.database = database }

    /// Takes a query; never blocks.
    public func note(_ query: WorklistQueryRecord) {
        let starts = waiting.withLock { waiting in
            if waiting.queries[query.aeTitle] != nil || waiting.queries.count < Self.modalities {
                waiting.queries[query.aeTitle] = query
            }
            defer { waiting.isWriting = true }
            return !waiting.isWriting
        }
        if starts { queue.async { self.write() } }
    }

    private func write() {
        let queries = waiting.withLock { waiting in
            defer { waiting.queries = [:] }
            if waiting.queries.isEmpty { waiting.isWriting = false }
            return waiting.queries
        }
        guard !queries.isEmpty else { return }
        // What cannot be written is lost: see `note`.
        try? database.write { database in
            for query in queries.values { try Self.write(query, database) }
        }
        queue.asyncAfter(deadline: .now() + .microseconds(Int(Self.pause.wholeMicroseconds))) { self.write() }
    }

    private static func write(_ query: WorklistQueryRecord, _ database: Database) throws {
        try Query(
            database,
            """
            INSERT INTO worklist_query (ae_title, at, identifier, transfer_syntax, status, matches, replaced)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (ae_title) DO UPDATE SET at = excluded.at, identifier = excluded.identifier,
                transfer_syntax = excluded.transfer_syntax, status = excluded.status, matches = excluded.matches,
                replaced = excluded.replaced
            """
        ).run([
            .text(query.aeTitle), .int(query.at.microseconds), query.identifier.map { .blob($0) } ?? .null,
            .text(query.transferSyntax), .int(Int64(query.status)), .int(Int64(query.matches)),
            .int(Int64(query.replaced)),
        ])
    }
}

extension Store {
    /// The last worklist query of an AE title; nil when it has not asked yet.
    public func lastWorklistQuery(_ aeTitle: String) throws(StoreError) -> WorklistQueryRecord? {
        try readers.readNow { database in
            try Query(
                database,
                """
                SELECT ae_title, at, identifier, transfer_syntax, status, matches, replaced FROM worklist_query
                WHERE ae_title = ?
                """
            ).first([.text(aeTitle)]) { row in
                WorklistQueryRecord(
                    aeTitle: row.text(0), at: Timestamp(microseconds: row.int(1)), identifier: row.blobOrNil(2),
                    transferSyntax: row.text(3), status: UInt16(clamping: row.int(4)), matches: Int(row.int(5)),
                    replaced: Int(row.int(6)))
            }
        }
    }
}
