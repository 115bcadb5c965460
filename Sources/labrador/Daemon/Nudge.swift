/// Tells a waiting task that there is work, from any thread. Nudges that arrive while it works fold into one.
final class Nudge: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// There is work.
    func callAsFunction() { continuation.yield() }

    /// Ends the stream, and with it the loop over it.
    func finish() { continuation.finish() }

    /// The nudges, for one task.
    var nudges: AsyncStream<Void> { stream }
}
