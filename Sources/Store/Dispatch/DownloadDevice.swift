import Core

/// A device that is told of orders without asking.
public struct DownloadDevice: Hashable, Sendable {
    /// Its configured name.
    public var id: DeviceID
    /// Whether new and amended orders are sent to it; false for one that asks for them and is only told of withdrawals.
    public var places: Bool
    /// Whether it understands that an order was withdrawn.
    public var withdraws: Bool

    /// A device; it is told of orders, and not of withdrawals, unless said otherwise.
    public init(id: DeviceID, places: Bool = true, withdraws: Bool = false) {
        self.id = id
        self.places = places
        self.withdraws = withdraws
    }
}

/// What became of an order, as far as devices need to know.
enum OrderNews: CaseIterable {
    /// It is new, or its tests changed.
    case changed
    /// It had ended and is open again, with the same tests.
    case opened
    /// The HMS withdrew it.
    case cancelled
    /// The HMS finished it.
    case completed

    /// Nil when no device needs to know.
    init?(from former: Order?, to order: Order) {
        switch order.state {
        case .open:
            guard let former else {
                self = .changed
                return
            }
            if former.tests.map(\.code) != order.tests.map(\.code) {
                self = .changed
            } else if former.state != .open {
                self = .opened
            } else {
                return nil
            }
        case .cancelled:
            guard let former, former.state != .cancelled else { return nil }
            self = .cancelled
        case .completed:
            guard let former, former.state != .completed else { return nil }
            self = .completed
        }
    }
}
