/// The name of a device in the configuration (`devices: - id: haem-1`). Not patient data.
public struct DeviceID: Hashable, Sendable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The configured text.
    public let text: String
    /// Wraps a configured name.
    public init(_ text: String) { self.text = text }
    /// A device named in source text (tests and samples).
    public init(stringLiteral value: String) { text = value }
    /// The configured name itself: it may be logged.
    public var description: String { text }
}

/// The name of a destination in the configuration (`destinations: - id: hms`). Not patient data.
public struct DestinationID: Hashable, Sendable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The configured text.
    public let text: String
    /// Wraps a configured name.
    public init(_ text: String) { self.text = text }
    /// A destination named in source text (tests and samples).
    public init(stringLiteral value: String) { text = value }
    /// The configured name itself: it may be logged.
    public var description: String { text }
}

/// The number under which the journal keeps a message; shown to people as `M123`. Safe to log.
public struct MessageID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The journal's row number.
    public let number: Int64
    /// Wraps a row number.
    public init(_ number: Int64) { self.number = number }
    /// `M` and the number, as commands and pages show it.
    public var description: String { "M\(number)" }
    /// Older messages come first.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The number of one specimen's results from one message; shown as `S123`. Safe to log.
public struct ReportID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The store's row number.
    public let number: Int64
    /// Wraps a row number.
    public init(_ number: Int64) { self.number = number }
    /// `S` and the number, as commands and pages show it.
    public var description: String { "S\(number)" }
    /// Older reports come first.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The number of a hold; shown as `H123`. Safe to log.
public struct HoldID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The store's row number.
    public let number: Int64
    /// Wraps a row number.
    public init(_ number: Int64) { self.number = number }
    /// `H` and the number, as commands and pages show it.
    public var description: String { "H\(number)" }
}

/// The number of a delivery; shown as `D123`. Safe to log.
public struct DeliveryID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The store's row number.
    public let number: Int64
    /// Wraps a row number.
    public init(_ number: Int64) { self.number = number }
    /// `D` and the number, as commands and pages show it.
    public var description: String { "D\(number)" }
    /// Older deliveries come first.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
