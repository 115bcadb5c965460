import NIOConcurrencyHelpers

/// How many connections of one listener are open.
final class OpenConnections: Sendable {
    private let value = NIOLockedValueBox(0)

    /// The number now.
    var count: Int { value.withLockedValue { $0 } }

    /// Counts a connection in (1) or out (-1).
    func add(_ change: Int) {
        value.withLockedValue { $0 += change }
    }
}
