import Core
import Foundation
import GRDB

/// The worklist's view of a store that another process writes: it reads orders and can write nothing.
public final class WorklistReader: WorklistSource, Sendable {
    private let readers: ReaderPool
    private let limit: Int

    /// Opens the store in a folder for reading; the daemon must have created it.
    public static func open(
        folder: URL, configuration: StoreConfiguration = StoreConfiguration()
    ) throws(StoreError) -> WorklistReader {
        let file = StoreFolder(url: folder).database
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw .refused("there is no store in \(folder.path) yet; the daemon creates it when it starts")
        }
        do {
            return WorklistReader(
                try ReaderPool(file, connections: configuration.readers, configuration),
                limit: configuration.worklistEntries)
        } catch {
            throw StoreError(error)
        }
    }

    private init(_ readers: ReaderPool, limit: Int) {
        self.readers = readers
        self.limit = limit
    }

    /// Open imaging orders that satisfy a preselection, latest start first, at most `worklistEntries`.
    public func candidates(for preselection: WorklistPreselection) throws -> [WorklistEntry] {
        try readers.readNow { try WorklistRows.entries($0, preselection, limit: limit) }
    }
}

extension Store: WorklistSource {
    /// Open imaging orders that satisfy a preselection, latest start first, at most `worklistEntries`.
    public func candidates(for preselection: WorklistPreselection) throws -> [WorklistEntry] {
        try readers.readNow { try WorklistRows.entries($0, preselection, limit: settings.limits.worklistEntries) }
    }
}
