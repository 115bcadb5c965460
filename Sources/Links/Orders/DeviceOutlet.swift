import Core
import NIOConcurrencyHelpers
import Profiles

/// How a message to a device fared.
enum SendOutcome: Sendable, Equatable {
    /// The device took it.
    case taken
    /// The device refused it; its words.
    case refused(String)
    /// It may or may not have arrived; why.
    case failed(String)
    /// Nothing of it left; why.
    case notSent(String)
    /// A newer one took its place before it was sent.
    case superseded
    /// The device has no connection.
    case notConnected
}

/// Where the live connections of one device take messages for it. Every method may be called from any thread.
final class DeviceOutlet: Sendable {
    /// One connection.
    struct Line: Sendable {
        /// Hands a message over; the outcome is told once, on any thread.
        var send: @Sendable (OutboundMessage, @escaping @Sendable (SendOutcome) -> Void) -> Void
    }

    private struct State {
        var lines: [(number: Int, line: Line)] = []
        var count = 0
        var onOpen: (@Sendable () -> Void)?
    }

    private let state = NIOLockedValueBox(State())

    /// Whether a connection is there.
    var isOpen: Bool { state.withLockedValue { !$0.lines.isEmpty } }

    /// Runs each time a connection opens.
    func onOpen(_ body: @escaping @Sendable () -> Void) { state.withLockedValue { $0.onOpen = body } }

    /// A connection opened; returns the number to close it with.
    func open(_ line: Line) -> Int {
        let (number, onOpen) = state.withLockedValue { state in
            state.count += 1
            state.lines.append((state.count, line))
            return (state.count, state.onOpen)
        }
        onOpen?()
        return number
    }

    /// A connection ended.
    func close(_ number: Int) {
        state.withLockedValue { $0.lines.removeAll { $0.number == number } }
    }

    /// Sends over the connection that was opened last: an older one may be half-open.
    func send(_ message: OutboundMessage, done: @escaping @Sendable (SendOutcome) -> Void) {
        guard let line = state.withLockedValue({ $0.lines.last?.line }) else { return done(.notConnected) }
        line.send(message, done)
    }
}
