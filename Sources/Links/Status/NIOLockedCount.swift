import NIOConcurrencyHelpers

/// A counter that several threads share.
final class NIOLockedCount: Sendable {
    private let value = NIOLockedValueBox(0)

    /// Counts one more and returns the count.
    func next() -> Int {
        value.withLockedValue { count in
            count &+= 1
            return count
        }
    }
}
