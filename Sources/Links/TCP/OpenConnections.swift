import NIOConcurrencyHelpers

/// Counts the open connections: of all listeners, of each, and of each address to a listener.
final class OpenConnections: Sendable {
    /// How many are open where one more wants in.
    struct Occupancy: Sendable, Equatable {
        var inAll = 0
        var ofListener = 0
        var ofAddress = 0
    }

    private struct Counts {
        var inAll = 0
        var ofListener: [String: Int] = [:]
        var ofAddress: [String: [String: Int]] = [:]

        mutating func add(_ change: Int, _ listener: String, _ address: String) {
            inAll += change
            Self.add(change, to: &ofListener, listener)
            Self.add(change, to: &ofAddress[listener, default: [:]], address)
        }

        /// What is zero is forgotten, so that a passing crowd leaves nothing behind.
        private static func add(_ change: Int, to counts: inout [String: Int], _ key: String) {
            let count = counts[key, default: 0] + change
            counts[key] = count > 0 ? count : nil
        }
    }

    private let counts = NIOLockedValueBox(Counts())

    /// Asks `decide` about a connection and counts it in when it is admitted.
    func enter(
        _ listener: String, from address: String, _ decide: (Occupancy) -> Admission
    ) -> Admission {
        counts.withLockedValue { counts in
            let admission = decide(
                Occupancy(
                    inAll: counts.inAll, ofListener: counts.ofListener[listener, default: 0],
                    ofAddress: counts.ofAddress[listener]?[address] ?? 0))
            if admission == .admitted { counts.add(1, listener, address) }
            return admission
        }
    }

    /// An admitted connection has ended.
    func leave(_ listener: String, from address: String) {
        counts.withLockedValue { $0.add(-1, listener, address) }
    }
}
