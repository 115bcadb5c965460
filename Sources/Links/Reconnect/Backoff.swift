import Core

/// How long a link that ended, or could not be opened, waits before it is opened again.
///
/// The pause doubles from `first` to `longest`, and each is a little shorter or longer, so that many links that fell
/// together do not come back in step. A link that held for `settled` starts again with the first pause.
struct Backoff: Sendable, Equatable {
    /// The first pause.
    let first: Duration
    /// The longest pause.
    let longest: Duration
    /// How long a link must have been open to count as sound.
    var settled = Duration.seconds(30)
    /// By how much a pause may differ from the plan, in percent.
    var jitterPercent: Int64 = 20
    private var failures = 0

    init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// Of TCP connections that we make.
    static let connecting = Backoff(first: .seconds(1), longest: .seconds(60))
    /// Of serial ports: an adapter plugged in again is found within seconds.
    static let serial = Backoff(first: .milliseconds(500), longest: .seconds(5))

    /// The next pause.
    ///
    /// - Parameter lived: How long the link was open; nil when it could not be opened.
    mutating func pause(after lived: Duration?, using generator: inout some RandomNumberGenerator) -> Duration {
        if let lived, lived >= settled { failures = 0 }
        var pause = first
        var doublings = failures
        while doublings > 0, pause < longest {
            pause += pause
            doublings -= 1
        }
        failures += 1
        let planned = min(pause, longest).wholeMicroseconds
        let spread = planned / 100 * jitterPercent
        return .microseconds(planned + Int64.random(in: -spread...spread, using: &generator))
    }
}
