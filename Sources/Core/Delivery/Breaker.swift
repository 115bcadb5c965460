/// The circuit breaker of one destination's lane. Pure: time is an argument, a wait since any fixed moment.
public struct Breaker: Hashable, Sendable {
    /// Where it stands.
    public enum State: Hashable, Sendable {
        /// Deliveries flow. Holds the failures in a row.
        /// Can transition to: `open`.
        case closed(failures: Int)
        /// The lane pauses until the moment given; `pause` is how long this pause is.
        /// Can transition to: `probing`, `closed` (a delivery that was under way succeeded).
        case open(until: Duration, pause: Duration)
        /// One delivery is under way to see whether the destination is back.
        /// Can transition to: `closed`, `open` with a longer pause.
        case probing(pause: Duration)
    }

    /// What the lane may start now.
    public enum Permission: Hashable, Sendable {
        /// As many as its concurrency admits.
        case all
        /// One, which is then the probe (`probe()`).
        case one
        /// Nothing before this moment.
        case none(until: Duration)
        /// Nothing until the probe has ended.
        case awaitProbe
    }

    /// What is worth telling people, once an incident.
    public enum Change: Hashable, Sendable {
        /// The lane pauses.
        case opened
        /// The destination is back.
        case closed
    }

    /// Where it stands.
    public private(set) var state: State = .closed(failures: 0)
    private let policy: RetryPolicy

    /// A closed breaker.
    public init(policy: RetryPolicy) { self.policy = policy }

    /// What may be started.
    public func permission(at now: Duration) -> Permission {
        switch state {
        case .closed: .all
        case .open(let until, _): now >= until ? .one : .none(until: until)
        case .probing: .awaitProbe
        }
    }

    /// The probe was started.
    public mutating func probe() {
        if case .open(_, let pause) = state { state = .probing(pause: pause) }
    }

    /// The destination answered as a working one does, be it with a refusal of that delivery.
    public mutating func answered() -> Change? {
        defer { state = .closed(failures: 0) }
        if case .closed = state { return nil }
        return .closed
    }

    /// A failure that concerns the destination as a whole.
    ///
    /// - Parameters:
    ///   - now: When.
    ///   - stops: Opens at once: nothing can succeed before a person has acted.
    ///   - asked: The wait the destination asked for; cut to the policy's cap.
    public mutating func failed(at now: Duration, stops: Bool, asked: Duration? = nil) -> Change? {
        let asked = min(asked ?? .zero, policy.retryAfterCap)
        switch state {
        case .closed(let failures):
            guard stops || failures + 1 >= policy.breakerThreshold else {
                state = .closed(failures: failures + 1)
                return nil
            }
            open(at: now, pause: policy.pause, asked: asked)
            return .opened
        case .probing(let pause):
            open(at: now, pause: min(pause + pause, policy.pauseCap), asked: asked)
        case .open:
            // A delivery that was under way when the lane paused: nothing new.
            break
        }
        return nil
    }

    /// How long the lane pauses from now; zero when it does not.
    public func remaining(at now: Duration) -> Duration {
        if case .open(let until, _) = state { max(.zero, until - now) } else { .zero }
    }

    private mutating func open(at now: Duration, pause: Duration, asked: Duration) {
        state = .open(until: now + max(pause, asked), pause: pause)
    }
}
