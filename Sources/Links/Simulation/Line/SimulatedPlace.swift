import Core

/// How a simulated peer and the other side find each other.
public enum SimulatedPlace: Sendable, Equatable {
    /// We connect.
    case connect(host: String, port: Int)
    /// They connect; port 0 takes any free one.
    case listen(host: String, port: Int)
    /// A serial port, or the other end of somebody's pseudo-terminal.
    case serial(SerialLink)
    /// A pseudo-terminal of our own, whose other end they open.
    case pseudoTerminal
}

/// Who a simulated peer is.
public enum SimulatedRole: Sendable {
    /// The analyser; it goes first where both ask for the line.
    case analyser
    /// The host, with its orders and whether it sends them unasked.
    case host(orders: [WorkOrder], sendsOrders: Bool)
}
