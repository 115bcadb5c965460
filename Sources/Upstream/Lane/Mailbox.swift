import NIOConcurrencyHelpers
import NIOCore

/// Gathers what happened until the lane's loop takes it, all at once. Bounded by what the loop itself has under way;
/// calls that something was queued are folded into one.
final class Mailbox<Event: Sendable>: Sendable {
    private struct State {
        var events: [Event] = []
        var woken = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = NIOLockedValueBox(State())

    /// Adds an event.
    func post(_ event: Event) {
        resume { $0.events.append(event) }
    }

    /// Lets the loop run once, with or without an event.
    func wake() {
        resume { $0.woken = true }
    }

    /// Waits until there is something, and takes it. Has one caller at a time.
    func take() async -> (events: [Event], woken: Bool) {
        await withCheckedContinuation { continuation in
            let ready = state.withLockedValue { state in
                if !state.events.isEmpty || state.woken { return true }
                state.waiter = continuation
                return false
            }
            if ready { continuation.resume() }
        }
        return state.withLockedValue { state in
            defer {
                state.events.removeAll(keepingCapacity: true)
                state.woken = false
            }
            return (state.events, state.woken)
        }
    }

    private func resume(after change: (inout State) -> Void) {
        let waiter = state.withLockedValue { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
