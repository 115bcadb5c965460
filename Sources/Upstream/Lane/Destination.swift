import Core

/// A server that deliveries go to. It knows its protocol and nothing of queues and retries.
public protocol Destination: AnyObject, Sendable {
    /// Its configured name.
    var id: DestinationID { get }

    /// Sends one delivery; asks first whether it is already there if `delivery.isAmbiguous`. `done` runs exactly once,
    /// on any thread, within the destination's own time limit.
    func send(_ delivery: Delivery, done: @escaping @Sendable (Verdict) -> Void)

    /// Ends: what is under way fails at once as unanswered, connections close.
    func close() async
}
