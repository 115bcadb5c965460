import Core
import Foundation
import GRDB
import Synchronization

/// The worklist's view of a store that another process writes: it reads orders and can write nothing.
///
/// Each query has a connection of its own, so that none waits behind another.
public final class WorklistReader: WorklistSource, Sendable {
    private let file: URL
    private let configuration: StoreConfiguration
    private let most: Int
    private let free: Mutex<[DatabaseQueue]>
    private let open: Mutex<Int>
    /// For whoever comes when all the others are in use.
    private let shared: DatabaseQueue

    /// Opens the store in a folder for reading; the daemon must have created it.
    ///
    /// - Parameter atOnce: Queries that may be answered at a time without one waiting for another.
    public static func open(
        folder: URL, configuration: StoreConfiguration = StoreConfiguration(), atOnce: Int = 32
    ) throws(StoreError) -> WorklistReader {
        let file = StoreFolder(url: folder).database
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw .refused("there is no store in \(folder.path) yet; the daemon creates it when it starts")
        }
        do {
            return WorklistReader(file, configuration, atOnce, try Connection.reader(file, configuration))
        } catch {
            throw StoreError(error)
        }
    }

    private init(_ file: URL, _ configuration: StoreConfiguration, _ most: Int, _ shared: DatabaseQueue) {
        self.file = file
        self.configuration = configuration
        self.most = most
        self.shared = shared
        free = Mutex([])
        open = Mutex(0)
    }

    /// Hands open imaging orders that satisfy a preselection to `body` until it says false.
    public func candidates(for preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool) throws {
        let own = try take()
        defer { if let own { free.withLock { $0.append(own) } } }
        try (own ?? shared).read { try WorklistRows.each($0, preselection, body) }
    }

    /// A connection that nobody uses; nil when all are in use.
    private func take() throws -> DatabaseQueue? {
        if let known = free.withLock({ $0.popLast() }) { return known }
        let mayOpen = open.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard mayOpen else { return nil }
        do {
            return try Connection.reader(file, configuration)
        } catch {
            open.withLock { $0 -= 1 }
            throw error
        }
    }
}

extension Store: WorklistSource {
    /// Hands open imaging orders that satisfy a preselection to `body` until it says false.
    public func candidates(for preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool) throws {
        try readers.readPassing { try WorklistRows.each($0, preselection, body) }
    }
}
