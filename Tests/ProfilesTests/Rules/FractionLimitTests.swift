import Core
import Profiles
import Testing

/// A number that cannot be the fraction a profile expects is held as it came.
@Suite struct FractionLimitTests {
    private func read(_ test: String, _ line: String) throws -> Observation {
        let mine = try profile("name: T\nprotocol: astm\ntests:\n  NEU%: { \(test) }\n")
        return try #require(
            astm(mine, header, "P|1", "O|1|S", "R|1|^^^NEU%|\(line)", "L|1|N").first?.observations.first)
    }

    private static let convert = "units: ['%'], unit: '1', convert: [{ from: '1', to: '%', factor: '100', up_to: '1' }]"
    private static let scale = "units: ['%'], scale: '100', unit_after: '%', up_to: '1'"

    @Test(arguments: [convert, scale], [("0.572", "57.2"), ("1", "100"), ("1.000", "100.0"), ("-0.1", "-10")])
    func aFractionIsBroughtToPerCent(_ test: String, _ sent: (String, String)) throws {
        let observation = try read(test, sent.0)
        #expect(observation.value == .quantity(sent.1, nil))
        #expect(observation.held == nil)
    }

    @Test(arguments: [convert, scale], ["57.2", "1.0000000000000000001", "2", "10.1", "1e1"])
    func aNumberAboveIsHeld(_ test: String, _ sent: String) throws {
        let observation = try read(test, sent)
        #expect(observation.value.token == sent)
        #expect(observation.held == .verification)
    }

    @Test func theSentenceNamesBothNumbers() throws {
        let mine = try profile("name: T\nprotocol: astm\ntests:\n  NEU%: { loinc: 770-8, \(Self.convert) }\n")
        let report = try #require(
            astm(mine, header, "P|1", "O|1|S", "R|1|^^^NEU%|57.2", "L|1|N").first)
        #expect(
            report.problems.map(\.what) == ["57.2 is above 1 and cannot be the fraction this profile expects"])
        // It goes without the unit and the codes of the test, whoever lets it go.
        #expect(report.observations.map(\.unit) == [nil])
        #expect(report.observations.map(\.loinc) == [nil])
    }

    /// 0.8 beside 0.5-5.0 is a percentage already.
    @Test(arguments: [convert, scale]) func aRangeThatReachesAboveHoldsItToo(_ test: String) throws {
        let observation = try read(test, "0.8||0.5-5.0")
        #expect(observation.value.token == "0.8")
        #expect(observation.held == .verification)
        #expect(try read(test, "0.8||0.4-1.0").held == nil)
    }

    @Test(arguments: [
        ("up_to: '1'", "'scale' is for, which is missing"), ("scale: 100, up_to: none", "'none' is no factor"),
        ("convert: [{ from: '1', to: '%', factor: 100, up_to: '0' }]", "'0' is no factor"),
    ])
    func whatCannotBe(_ entry: String, _ told: String) {
        let found = mistakes("name: T\nprotocol: astm\ntests:\n  A: { \(entry) }\n")
        #expect(found.count == 1)
        #expect(found.first?.contains(told) == true, "\(found)")
    }
}
