/// A test a device can report.
public struct TestEntry: Hashable, Sendable {
    /// The device's code.
    public var code: String
    /// Other codes it sends for the same test.
    public var aliases: [String] = []
    /// Name for people.
    public var name: String?
    /// The laboratory's own code of the test.
    public var local: String?
    /// LOINC code of the test whatever the unit.
    public var loinc: String?
    /// The units it may come in (UCUM), each with its own LOINC code where that depends on the unit.
    ///
    /// Empty: not checked.
    public var units: [String: String?] = [:]
    /// The code an order is sent to the device with, where it is not `code`.
    public var orderCode: String?
    /// Codes of orders that mean this test, besides `code`, `aliases` and `loinc`.
    public var orders: [String] = []
    /// Codes of this test besides `code` and `aliases`, by what they look like.
    var codePatterns: [Pattern] = []
    /// How its values are read where that differs from the device's others; nil: as they are.
    var reading: TestReading?

    /// The LOINC code of a result in this unit.
    func loinc(unit: String?) -> String? {
        unit.flatMap { units[$0] ?? nil } ?? loinc
    }
}
