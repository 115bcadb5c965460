/// When and how often a delivery is tried again. All waits are upper bounds before jitter.
public struct RetryPolicy: Hashable, Sendable {
    /// First wait after a failure that is the delivery's own (500, 409).
    public var base: Duration
    /// Longest wait after one.
    public var cap: Duration
    /// Tries after which a delivery is set aside that fails while others succeed.
    public var suspectLimit: Int
    /// Tries after which a conflict is set aside.
    public var conflictLimit: Int
    /// Longest `Retry-After` that is honoured. An hour's notice on a maintenance page must not delay results that could
    /// be delivered a minute later.
    public var retryAfterCap: Duration
    /// Failures in a row, of the kind that concerns the whole destination, after which its lane pauses.
    public var breakerThreshold: Int
    /// First pause of a lane; it doubles with every probe that fails.
    public var pause: Duration
    /// Longest pause of a lane.
    public var pauseCap: Duration

    /// The defaults of a site.
    public init(
        base: Duration = .seconds(2), cap: Duration = .seconds(300), suspectLimit: Int = 8, conflictLimit: Int = 3,
        retryAfterCap: Duration = .seconds(60), breakerThreshold: Int = 5, pause: Duration = .milliseconds(500),
        pauseCap: Duration = .seconds(5)
    ) {
        self.base = base
        self.cap = cap
        self.suspectLimit = suspectLimit
        self.conflictLimit = conflictLimit
        self.retryAfterCap = retryAfterCap
        self.breakerThreshold = breakerThreshold
        self.pause = pause
        self.pauseCap = pauseCap
    }

    /// The wait after so many failures: a random share of `base * 2^failures`, never more than `cap` ("full jitter",
    /// https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
    ///
    /// - Parameter random: A number of 0 ..< 1.
    public func backoff(failures: Int, random: Double) -> Duration {
        ceiling(failures: failures) * share(random)
    }

    func ceiling(failures: Int) -> Duration {
        var wait = base
        for _ in 0..<max(0, failures) {
            if wait >= cap { break }
            wait += wait
        }
        return min(wait, cap)
    }

    /// What is left of the random number when somebody passes one outside its range.
    func share(_ random: Double) -> Double { random.isFinite ? min(max(random, 0), 1) : 1 }
}

/// How the destination does otherwise, which tells a bad delivery from a bad destination.
public struct Standing: Hashable, Sendable {
    /// Whether another delivery succeeded since this one was tried last (or, for its first try, just before it).
    public var othersSucceed: Bool
    /// How often this delivery failed before while others succeeded.
    public var failures: Int
    /// How long the lane pauses from now; zero when it does not.
    public var pause: Duration

    /// A standing.
    public init(othersSucceed: Bool, failures: Int = 0, pause: Duration = .zero) {
        self.othersSucceed = othersSucceed
        self.failures = failures
        self.pause = pause
    }
}

extension RetryPolicy {
    /// Turns a verdict into what the queue is told.
    ///
    /// A delivery that met an outage gets almost no wait of its own: the lane waits instead, so that everything is due
    /// at once when the destination is back. It waits just longer than the lane's pause, so that the next probe is
    /// another delivery and one that the destination cannot digest never holds up all others.
    ///
    /// - Parameters:
    ///   - attempts: Tries that counted before this one.
    ///   - random: A number of 0 ..< 1.
    public func outcome(of verdict: Verdict, attempts: Int, standing: Standing, random: Double) -> DeliveryOutcome {
        let asked = min(verdict.retryAfter ?? .zero, retryAfterCap)
        let step = pause * (0.5 + share(random) / 2)
        let lane = standing.pause > .zero ? standing.pause + step : max(asked, step)
        switch verdict.kind {
        case .delivered: return .delivered(verdict.text)
        case .refused: return .dead(verdict.text)
        case .unmatched: return .parked(verdict.text)
        case .missing where standing.othersSucceed: return .parked(verdict.text)
        case .missing, .outage: return .retry(after: lane, why: verdict.text, consumesAttempt: false)
        case .suspect, .laneFault:
            guard standing.othersSucceed else { return .retry(after: lane, why: verdict.text, consumesAttempt: false) }
            return again(verdict, attempts: attempts, limit: suspectLimit, asked: asked, random: random)
        case .conflict: return again(verdict, attempts: attempts, limit: conflictLimit, asked: asked, random: random)
        case .ambiguous:
            guard standing.othersSucceed else { return .ambiguous(after: lane, why: verdict.text) }
            if standing.failures + 1 >= suspectLimit {
                return .parked(
                    "\(suspectLimit) times \(verdict.text), while others succeed. It may have this one: look there first"
                )
            }
            let wait = standing.failures == 0 ? lane : backoff(failures: standing.failures, random: random)
            return .ambiguous(after: wait, why: verdict.text)
        }
    }

    private func again(_ verdict: Verdict, attempts: Int, limit: Int, asked: Duration, random: Double)
        -> DeliveryOutcome
    {
        guard attempts + 1 < limit else { return .parked("\(limit) times \(verdict.text)") }
        return .retry(
            after: max(asked, backoff(failures: attempts, random: random)), why: verdict.text, consumesAttempt: true)
    }
}
