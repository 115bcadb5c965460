import Core
import Foundation
import GRDB
import GRDBSQLite
import Testing

@testable import Store

@Suite("Failing storage")
struct StorageFailureTests {
    @Test("a failed COMMIT acknowledges nothing, and ends the process")
    func failedCommit() async throws {
        let house = try House()
        _ = try await house.append(.message("before"))
        // A hook that answers 1 turns COMMIT into ROLLBACK (https://www.sqlite.org/c3ref/commit_hook.html).
        try await house.onWriter { session in
            _ = sqlite3_wal_hook(session.database.sqliteConnection, nil, nil)
        }
        house.store.writer.submit(
            Job(
                guarded: false,
                { session in
                    _ = sqlite3_commit_hook(session.database.sqliteConnection, { _ in 1 }, nil)
                }, done: { _ in }), lane: .urgent)
        await #expect(throws: StoreError.self) { try await house.append(.message("lost")) }
        #expect(house.fatal.value.count == 1)
        guard case .storageFailed = house.fatal.value.first else {
            Issue.record("fatal was told \(house.fatal.value)")
            return
        }
        do {
            _ = try await house.append(.message("after"))
            Issue.record("acknowledged after the storage failed")
        } catch {
            #expect(error as? StoreError == house.fatal.value.first)
        }
        let later = try house.afterCrash()
        #expect(try later.store.unprocessedMessages(limit: 9).map(\.bytes) == [Array("before".utf8)])
    }

    @Test("a full disk refuses, loses nothing, and recovers")
    func full() async throws {
        let house = try House()
        _ = try await house.append(.message("before"))
        let pages = try await house.onWriter { session in
            try session.query("PRAGMA max_page_count = 1").first { $0.int(0) } ?? 0
        }
        var refused = false
        do {
            _ = try await house.append(.message(String(repeating: "x", count: 1 << 20)))
        } catch StoreError.full {
            refused = true
        }
        #expect(refused, "the limit of \(pages) pages leaves no room")
        #expect(house.fatal.value.isEmpty)
        _ = try await house.onWriter { session in
            try session.query("PRAGMA max_page_count = 1000000").first { $0.int(0) }
        }
        _ = try await house.append(.message("after"))
        #expect(
            try house.store.unprocessedMessages(limit: 9).map(\.bytes) == [Array("before".utf8), Array("after".utf8)])
    }

    @Test("another program's lock refuses for the time being")
    func locked() async throws {
        var configuration = StoreConfiguration()
        configuration.busyTimeout = .milliseconds(1)
        let house = try House(configuration: configuration)
        var unsafe = Configuration()
        unsafe.allowsUnsafeTransactions = true
        let path = house.folder.appendingPathComponent("labrador.sqlite").path
        let other = try DatabaseQueue(path: path, configuration: unsafe)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        await #expect(throws: StoreError.self) { try await house.append(.message()) }
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        _ = try await house.append(.message())
        #expect(house.fatal.value.isEmpty)
    }

    @Test(
        "what must follow from an error",
        arguments: [
            (SQLITE_IOERR, "storageFailed"), (SQLITE_IOERR | (4 << 8), "storageFailed"),
            (SQLITE_CORRUPT, "storageFailed"),
            (SQLITE_NOTADB, "storageFailed"), (SQLITE_FULL, "full"), (SQLITE_IOERR | (19 << 8), "full"),
            (SQLITE_BUSY, "refused"), (SQLITE_CONSTRAINT, "refused"), (SQLITE_READONLY, "refused"),
        ])
    func sorted(code: Int32, expected: String) {
        let found: String
        switch StoreError(SQLFailure(code: code, message: "m")) {
        case .storageFailed: found = "storageFailed"
        case .full: found = "full"
        case .refused: found = "refused"
        }
        #expect(found == expected)
    }

    @Test("the write-ahead log starts over under load")
    func checkpoints() async throws {
        var configuration = StoreConfiguration()
        configuration.checkpointBytes = 64 << 10
        configuration.checkpointByWriterBytes = 128 << 10
        let house = try House(configuration: configuration)
        let text = String(repeating: "x", count: 3_000)
        var largest = 0
        for _ in 0..<2_000 {
            _ = try await house.append(.message(text))
            largest = max(largest, house.store.statistics.writeAheadLogBytes)
        }
        #expect(house.store.statistics.checkpoints > 0)
        #expect(largest < 6 << 20, "6 MB were written more than once; the log must not hold them all")
    }
}
