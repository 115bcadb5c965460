/// Bounds on what one order text may hold.
///
/// One value serves API and import.
public struct IntakeLimits: Sendable, Equatable {
    /// Orders in one request: they are stored all or none, in one transaction.
    public var ordersPerRequest = 5_000
    /// Orders in one imported file.
    public var ordersPerFile = 1_000_000
    /// Bytes of one imported file.
    public var fileBytes = 1_024 * 1_024 * 1_024
    /// Levels of lists and objects inside one another.
    public var depth = 16
    /// Bytes (UTF-8) of one text.
    public var textBytes = 1_024
    /// Tests of one order.
    public var testsPerOrder = 500
    /// Columns of a CSV file.
    public var columns = 256
    /// Mistakes that are told; further ones are counted.
    public var mistakes = 50

    /// The defaults.
    public init() {}
}
