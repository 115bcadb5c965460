/// How the stand-in HMS behaves.
struct HMSConfiguration: Sendable {
    /// A stretch of time in which it answers 503.
    struct Outage: Sendable, Equatable {
        /// Seconds from its start.
        var start: Double
        /// How many seconds it lasts.
        var seconds: Double

        /// Reads `START:SECONDS`.
        init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
            guard parts.count == 2, let start = parts[0], let seconds = parts[1], start >= 0, seconds > 0 else {
                return nil
            }
            self.start = start
            self.seconds = seconds
        }
    }

    /// Address to listen at.
    var host = "127.0.0.1"
    /// Port; 0 takes any free one.
    var port = 0
    /// Share of requests answered 503.
    var failRate = 0.0
    /// Share refused with 422 and an OperationOutcome.
    var rejectRate = 0.0
    /// Share taken in and then closed without an answer.
    var dropRate = 0.0
    /// How long every answer takes.
    var latency: Duration = .zero
    /// When it is down.
    var outages: [Outage] = []
    /// Where every body received is appended as a JSON line.
    var log: String?
    /// Bytes of a body that are taken.
    var bodyLimit = 16_777_216
    /// Rows of the table at `/`.
    var tableLimit = 200
}
