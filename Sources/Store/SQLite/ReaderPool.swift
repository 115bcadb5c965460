import Core
import Foundation
import GRDB
import Synchronization

/// Connections that read beside the writer, taken in turn.
///
/// Each read sees one state of the database throughout.
final class ReaderPool: Sendable {
    private let connections: [(database: DatabaseQueue, queue: DispatchQueue)]
    private let turn = Atomic<Int>(0)

    init(_ file: URL, connections count: Int, _ limits: StoreConfiguration) throws {
        connections = try (0..<max(1, count)).map { number in
            (try Connection.reader(file, limits), DispatchQueue(label: "labrador-store-reader-\(number)"))
        }
    }

    private var next: (database: DatabaseQueue, queue: DispatchQueue) {
        connections[abs(turn.wrappingAdd(1, ordering: .relaxed).oldValue % connections.count)]
    }

    /// Reads without blocking the caller's thread.
    ///
    /// A cancelled task gets its answer all the same: what was leased for it
    /// must not be lost on the way.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let (database, queue) = next
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Self.read(database, work)) }
        }
        return try outcome.get()
    }

    /// Reads on the caller's thread.
    func readNow<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
        try Self.read(next.database, work).get()
    }

    /// Reads on the caller's thread; what `work` throws comes back as it is.
    func readPassing<Value>(_ work: (Database) throws -> Value) throws -> Value { try next.database.read(work) }

    private static func read<Value>(
        _ database: DatabaseQueue, _ work: (Database) throws -> Value
    ) -> Result<Value, StoreError> {
        do { return .success(try database.read(work)) } catch { return .failure(StoreError(error)) }
    }
}
