import Core

/// The limits of a lane.
public struct LaneConfiguration: Hashable, Sendable {
    /// Deliveries under way at the same time.
    public var concurrency: Int
    /// Deliveries taken from the queue at once; also how many are held in memory at most, beside those under way.
    public var batch: Int
    /// Outcomes that are written together when they are there; fewer are written after `settleWithin`.
    public var settleBatch: Int
    /// How long an outcome may wait for others to be written with.
    public var settleWithin: Duration
    /// How often the queue is asked though nobody called: another process may have queued something.
    public var poll: Duration
    /// The wait after the store refused.
    public var storePause: Duration
    /// How long deliveries under way may finish when the lane ends.
    public var drain: Duration
    /// When and how often to try again.
    public var retry: RetryPolicy

    /// The defaults of a site.
    public init(
        concurrency: Int = 8, batch: Int = 64, settleBatch: Int = 32, settleWithin: Duration = .milliseconds(10),
        poll: Duration = .seconds(1), storePause: Duration = .seconds(1), drain: Duration = .seconds(10),
        retry: RetryPolicy = RetryPolicy()
    ) {
        self.concurrency = max(1, concurrency)
        self.batch = max(1, batch)
        self.settleBatch = max(1, settleBatch)
        self.settleWithin = settleWithin
        self.poll = poll
        self.storePause = storePause
        self.drain = drain
        self.retry = retry
    }
}

/// What a lane is doing, for pages and metrics. Holds no patient data.
public struct LaneStatus: Hashable, Sendable {
    /// Whether deliveries flow.
    public enum State: Hashable, Sendable {
        /// They do, or would if there were any.
        case flowing
        /// The destination is away or refuses us; the text says how, in our own words.
        case paused(String)
        /// The lane ends.
        case stopping
    }

    /// State.
    public var state: State = .flowing
    /// Delivered since start.
    public var delivered = 0
    /// Tries since start that are to be repeated.
    public var retried = 0
    /// Tries since start that ended without an answer.
    public var ambiguous = 0
    /// Set aside since start.
    public var parked = 0
    /// Refused for good since start.
    public var dead = 0
    /// Under way now.
    public var underWay = 0
    /// When the oldest report under way or next in turn was received.
    public var oldest: Timestamp?

    /// All zero.
    public init() {}
}
