import Core
import Foundation
import GRDB

/// The worklist's view of a store that another process writes: it reads orders and can write nothing.
public final class WorklistReader: WorklistSource, Sendable {
    private let readers: ReaderPool

    /// Opens the store in a folder for reading; the daemon must have created it.
    public static func open(
        folder: URL, configuration: StoreConfiguration = StoreConfiguration()
    ) throws(StoreError) -> WorklistReader {
        let file = StoreFolder(url: folder).database
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw .refused("there is no store in \(folder.path) yet; the daemon creates it when it starts")
        }
        do {
            return WorklistReader(try ReaderPool(file, connections: configuration.readers, configuration))
        } catch {
            throw StoreError(error)
        }
    }

    private init(_ readers: ReaderPool) { self.readers = readers }

    /// Hands open imaging orders that satisfy a preselection to `body` until it says false.
    public func candidates(for preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool) throws {
        try readers.readPassing { try WorklistRows.each($0, preselection, body) }
    }
}

extension Store: WorklistSource {
    /// Hands open imaging orders that satisfy a preselection to `body` until it says false.
    public func candidates(for preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool) throws {
        try readers.readPassing { try WorklistRows.each($0, preselection, body) }
    }
}
