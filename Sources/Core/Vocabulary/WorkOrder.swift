/// An open laboratory order as analysers are told of it.
public struct WorkOrder: Hashable, Sendable, HoldsPatientData {
    /// The order's number in our store; never given twice.
    public var number: Int64
    /// The order.
    public var order: Order
    /// When it arrived.
    public var received: Timestamp
    /// Another patient has an open order under the same accession: neither is for an analyser before that is settled.
    public var isShared: Bool

    /// A work order.
    public init(number: Int64, order: Order, received: Timestamp, isShared: Bool = false) {
        self.number = number
        self.order = order
        self.received = received
        self.isShared = isShared
    }
}
