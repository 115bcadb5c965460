import Core
import Foundation
import GRDB
import Synchronization

/// Connections that read beside the writer, taken in turn.
///
/// Each read sees one state of the database throughout: all that was committed before it began.
final class ReaderPool: Sendable {
    private let connections: [(database: DatabaseQueue, queue: DispatchQueue)]
    private let turn = Atomic<Int>(0)
    private let waiting = Atomic<Int>(0)
    private let mostWaiting: Int

    init(_ file: URL, connections count: Int, _ limits: StoreConfiguration) throws {
        mostWaiting = limits.waitingReads
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

    /// Reads without blocking the caller's thread, which may be an event loop; `done` runs once, on another thread unless
    /// too many wait already.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value,
        done: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        guard waiting.add(1, ordering: .relaxed).newValue <= mostWaiting else {
            waiting.subtract(1, ordering: .relaxed)
            return done(.failure(.refused("\(mostWaiting) questions already wait")))
        }
        let (database, queue) = next
        queue.async { [self] in
            let outcome = Self.read(database, work)
            waiting.subtract(1, ordering: .relaxed)
            done(outcome)
        }
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
