import ASTM

/// How long a simulated peer waits.
public struct SimulatedTimes: Sendable, Equatable {
    /// The link's timers (LIS01-A2 6.2 and 6.5.2).
    public var link = LinkTimers()
    /// For the answer to an HL7 message.
    public var answer: Duration = .seconds(15)
    /// For the orders after a query, from the query on and from each message of the answer.
    public var orders: Duration = .seconds(30)
    /// After the last message of an answer that does not say that it is the last.
    public var quiet: Duration = .seconds(2)
    /// For the CR LF that some peers leave out at a frame's end.
    public var trailer: Duration = .milliseconds(500)

    /// The standards' times.
    public init() {}

    /// The standards' times, or a twentieth of them for demonstrations.
    public init(fast: Bool) {
        guard fast else { return }
        let divisor = 20
        link.receive /= divisor
        link.reply /= divisor
        link.busy /= divisor
        link.contentionComputer /= divisor
        link.contentionInstrument /= divisor
        link.interruptPause /= divisor
        link.answerDue /= divisor
        link.lateAnswer /= divisor
        link.unframed /= divisor
        link.saveRetry /= divisor
        answer /= divisor
        orders /= divisor
        quiet /= divisor
        trailer /= divisor
    }
}
