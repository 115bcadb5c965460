import Core
import Foundation
import GRDB
import Synchronization

/// Connections that read beside the writer, taken in turn. Each read sees one state of the database throughout.
final class ReaderPool: Sendable {
    private let connections: [DatabaseQueue]
    private let turn = Atomic<Int>(0)

    init(_ file: URL, _ limits: StoreConfiguration) throws {
        connections = try (0..<max(1, limits.readers)).map { _ in try Connection.reader(file, limits) }
    }

    private var next: DatabaseQueue {
        connections[abs(turn.wrappingAdd(1, ordering: .relaxed).oldValue % connections.count)]
    }

    /// Reads without blocking the caller's thread.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await next.read(work) } catch { throw StoreError(error) }
    }

    /// Reads on the caller's thread.
    func readNow<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
        do { return try next.read(work) } catch { throw StoreError(error) }
    }
}
