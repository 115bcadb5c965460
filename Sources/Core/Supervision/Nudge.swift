/// Tells a waiting task that there is work, from any thread. Nudges that arrive while it works fold into one.
public final class Nudge: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// Nothing to do yet.
    public init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// There is work.
    public func callAsFunction() { continuation.yield() }

    /// Ends the stream, and with it the loop over it.
    public func finish() { continuation.finish() }

    /// The nudges, for one task.
    public var nudges: AsyncStream<Void> { stream }
}
