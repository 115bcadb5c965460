/// Whether devices press: many acknowledgement-critical jobs within a short window. Pure: moments are arguments.
struct Pressure {
    private let jobs: Int
    private let window: Duration
    private var start: ContinuousClock.Instant?
    private var current = 0
    private var previous = 0

    /// - Parameters:
    ///   - jobs: Jobs within `window` from which the pressure is high.
    init(jobs: Int, window: Duration) {
        self.jobs = jobs
        self.window = window
    }

    /// So many jobs were taken now.
    mutating func note(_ count: Int, at now: ContinuousClock.Instant) {
        guard let start, now - start < window else {
            previous = start.map { now - $0 < window * 2 } == true ? current : 0
            current = count
            self.start = now
            return
        }
        current += count
    }

    /// High while the current or the last full window held enough; after two quiet windows it is not.
    func isHigh(at now: ContinuousClock.Instant) -> Bool {
        guard let start, now - start < window * 2 else { return false }
        return max(current, previous) >= jobs
    }
}
