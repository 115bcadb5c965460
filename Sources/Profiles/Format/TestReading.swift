/// How the values of one test are read where that differs from the other tests of the device.
struct TestReading: Hashable, Sendable {
    /// A factor that a device's number is short of.
    struct Scale: Hashable, Sendable {
        var factor: ExactDecimal
        /// The unit of the product (UCUM); nil: the device's.
        var unitAfter: String?
        /// The largest number the device can mean this way; a larger one is held.
        var upTo: ExactDecimal?
    }

    /// One unit to another.
    struct Conversion: Hashable, Sendable {
        /// The unit the device sends (UCUM).
        var from: String
        /// The unit afterwards (UCUM).
        var to: String
        var factor: ExactDecimal
        /// How many decimals the product is rounded to; nil: all of them stay.
        var decimals: Int?
        /// The largest number the device can mean in this unit; a larger one is held.
        var upTo: ExactDecimal?
    }

    /// How many of a number's last digits are decimals, for devices that leave the point out.
    var impliedDecimals = 0
    var scale: Scale?
    var conversions: [Conversion] = []
    /// The device's text to what it means.
    var values: [String: String] = [:]
    var noResult: [NoResult] = []
    /// The unit where the device sends none (UCUM).
    var unit: String?

    /// Whether numbers of the device are changed.
    var changesNumbers: Bool { impliedDecimals > 0 || scale != nil || !conversions.isEmpty }
}
