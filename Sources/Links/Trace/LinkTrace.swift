import Core
import NIOConcurrencyHelpers

/// What went over one device's link, and what was made of it: the newest entries, within a bound.
///
/// Every method may be called from any thread and costs one lock and one copy. The entries stand in the order of the
/// calls, and are numbered in it.
final class LinkTrace: Sendable, HoldsPatientData {
    private struct State: Sendable {
        var ring: TraceRing
        var connections = 0
    }

    private let state: NIOLockedValueBox<State>
    private let clock: @Sendable () -> Timestamp
    /// Bytes of one entry: several have room in the smallest ring.
    private let bytesPerEntry: Int

    /// An empty trace; it takes memory only as something is written.
    ///
    /// - Parameter bytes: How much it keeps, see `TraceBounds`.
    init(bytes: Int = TraceBounds.bytesPerDevice, clock: @escaping @Sendable () -> Timestamp) {
        state = NIOLockedValueBox(State(ring: TraceRing(bytes: bytes)))
        bytesPerEntry = min(TraceBounds.bytesPerEntry, max(TraceBounds.leastBytes, bytes) / 4)
        self.clock = clock
    }

    /// A new connection.
    func connection() -> ConnectionTrace {
        state.withLockedValue { state in
            state.connections += 1
            return ConnectionTrace(trace: self, number: state.connections)
        }
    }

    /// Bytes were read.
    func received(_ bytes: UnsafeRawBufferPointer, connection: Int) { add(.received, bytes, connection) }

    /// Bytes were written.
    func sent(_ bytes: UnsafeRawBufferPointer, connection: Int) { add(.sent, bytes, connection) }

    /// A machine decided something: a short sentence without patient data.
    func verdict(_ text: String, connection: Int) { add(.verdict, text, connection) }

    /// A connection began.
    func opened(_ peer: String, connection: Int) { add(.opened, peer, connection) }

    /// A connection ended.
    func closed(_ why: String, connection: Int) { add(.closed, why, connection) }

    /// The entries after a number, oldest first; without a number the newest.
    ///
    /// A number from before a restart, which is beyond the newest, is answered with where the trace stands now.
    func entries(after: Int64?, limit: Int) -> (entries: [TraceEntry], next: Int64, lost: Int64) {
        let ring = state.withLockedValue { $0.ring }
        let limit = max(0, limit)
        let from = min(after ?? (ring.newest - Int64(clamping: limit)), ring.newest)
        let entries = ring.entries(after: from, limit: limit)
        // Without a number nothing was missed.
        let lost = after == nil ? 0 : max(0, ring.oldest - 1 - max(0, from))
        return (entries, entries.last?.sequence ?? max(0, from), lost)
    }

    /// Bytes of memory the entries take.
    var allocatedBytes: Int { state.withLockedValue { $0.ring.allocatedBytes } }

    private func add(_ kind: TraceCode, _ text: String, _ connection: Int) {
        var text = text
        text.withUTF8 { words in
            let kept = words[..<min(words.count, TraceBounds.bytesOfWords)]
            add(kind, UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: kept)), connection)
        }
    }

    private func add(_ kind: TraceCode, _ bytes: UnsafeRawBufferPointer, _ connection: Int) {
        state.withLockedValue { state in
            // Within the lock, so that times and numbers have one order.
            let now = clock()
            var rest = bytes
            repeat {
                let count = min(rest.count, bytesPerEntry)
                let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
                state.ring.append(kind, connection: connection, at: now, piece)
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } while !rest.isEmpty
        }
    }
}

/// One connection's view of its device's trace.
struct ConnectionTrace: Sendable {
    let trace: LinkTrace
    /// Counts the device's connections from 1.
    let number: Int

    /// A machine decided something: a short sentence without patient data.
    func verdict(_ text: String) { trace.verdict(text, connection: number) }
}
