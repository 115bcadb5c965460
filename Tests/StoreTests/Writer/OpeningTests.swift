import Core
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Opening")
struct OpeningTests {
    @Test("a second daemon on the same folder is refused in a sentence")
    func lock() throws {
        let house = try House()
        do {
            _ = try House(in: house.folder)
            Issue.record("two daemons write to one folder")
        } catch StoreError.refused(let why) {
            #expect(why.contains("(process \(ProcessInfo.processInfo.processIdentifier)) already uses"))
        }
    }

    @Test("after it is gone the folder is free")
    func lockFreed() async throws {
        let folder = House.newFolder()
        let copy = House.newFolder()
        defer { try? FileManager.default.removeItem(at: copy) }
        do {
            let house = try House(in: folder)
            try await house.receive("kept")
            house.store.close()
            try FileManager.default.copyItem(at: folder, to: copy)
        }
        #expect(try House(in: copy).store.unprocessedMessages(limit: 2).count == 1)
    }

    @Test("nobody else can read the files")
    func permissions() async throws {
        let house = try House()
        try await house.receive()
        func mode(_ path: String) throws -> Int {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
        }
        #expect(try mode(house.folder.path) == 0o700)
        for name in ["labrador.sqlite", "labrador.sqlite-wal", "labrador.sqlite-shm", "labrador.lock"] {
            #expect(try mode(house.folder.appendingPathComponent(name).path) == 0o600, "\(name)")
        }
    }

    @Test("a connection that is not durable is refused")
    func pragmas() throws {
        let memory = try DatabaseQueue()
        #expect(throws: StoreError.self) { try memory.inDatabase { try Connection.assertSafe($0) } }
        let house = try House()
        let path = house.folder.appendingPathComponent("labrador.sqlite")
        let reader = try Connection.reader(path, StoreConfiguration())
        try reader.inDatabase { try Connection.assertSafe($0) }
        try reader.inDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
            #expect(throws: StoreError.self) { try Connection.assertSafe(database) }
        }
    }

    @Test("a file of a newer version is left alone")
    func newer() throws {
        let folder = House.newFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let house = try House(in: folder)
        try House.addMigration("9999", in: folder)
        let copy = House.newFolder()
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for name in ["labrador.sqlite", "labrador.sqlite-wal"] {
            try FileManager.default.copyItem(
                at: house.folder.appendingPathComponent(name), to: copy.appendingPathComponent(name))
        }
        defer { try? FileManager.default.removeItem(at: copy) }
        do {
            _ = try House(in: copy)
            Issue.record("opened a newer file")
        } catch StoreError.refused(let why) {
            #expect(why.contains("newer version"))
        }
    }

    @Test("a damaged file is not opened")
    func damaged() throws {
        let folder = House.newFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(repeating: 0x41, count: 8_192).write(to: folder.appendingPathComponent("labrador.sqlite"))
        do {
            _ = try House(in: folder)
            Issue.record("opened a damaged file")
        } catch StoreError.storageFailed {
        }
    }
}

extension House {
    /// Pretends that a later version has migrated the file.
    static func addMigration(_ name: String, in folder: URL) throws {
        let other = try DatabaseQueue(path: folder.appendingPathComponent("labrador.sqlite").path)
        try other.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: [name]) }
    }
}
