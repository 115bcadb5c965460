import Core
import Profiles
import Testing

/// Several results in one line.
@Suite struct SeveralResultsTests {
    private let rules = """
        name: T
        protocol: hl7
        results:
          code: OBX-4
          several: { by: '  ', value: { from: OBX-5, strip_suffix: '↑' }, unit_in_value: true }
        units: { md/dl: mg/dL }
        tests:
          HbA1c: { loinc: 4548-4, units: ['%'] }
          eAG: { units: [mg/dL] }
          IFCC: { units: [mmol/mol] }
        """

    private func report(_ rules: String, _ segments: String...) throws -> SpecimenReport {
        try #require(
            hl7(
                try profile(rules), "MSH|^~\\&|A|B|||1||ORU^R01|1|P|2.4", "OBR|1||S", segments.joined(separator: "\r")
            ).first)
    }

    @Test func eachIsAResult() throws {
        let report = try report(
            rules, "OBX|1|NM||HbA1c  eAG   IFCC|6.1 %  <128.4 md/dl  43.2 mmol/mol↑|%|0.0-6.5||||||6.1",
            "OBX|2|NM||HbA1c|6.0 %", "OBX|3|NM||XYZ  eAG|1 %  2 g")
        #expect(report.observations.map(\.at) == ["OBX|1", "OBX|1.2", "OBX|1.3", "OBX|2", "OBX|3", "OBX|3.2"])
        #expect(report.observations.map(\.code) == ["HbA1c", "eAG", "IFCC", "HbA1c", "XYZ", "eAG"])
        #expect(
            report.observations.prefix(3).map(\.value) == [
                .quantity("6.1", nil), .quantity("128.4", .less), .quantity("43.2", nil),
            ])
        #expect(report.observations.prefix(3).map(\.unit) == ["%", "mg/dL", "mmol/mol"])
        #expect(report.observations.map(\.held) == [nil, nil, nil, nil, .unmappedTest, .unitMismatch])
        #expect(report.problems.map(\.at) == ["OBX|3|4", "OBX|3.2|6"])
    }

    /// An empty place between marks never moves a value to another test.
    @Test func eachValueStaysAtItsTestsPlace() throws {
        let rules = rules.replacing("by: '  '", with: "by: ';'").replacing(", unit_in_value: true", with: "")
        let report = try report(
            rules, "OBX|1|NM||HbA1c;;eAG;|6.1;;128", "OBX|2|NM||HbA1c;;eAG|6.1;128;;", "OBX|3|NM||HbA1c;;eAG|1;2;3",
            "OBX|4|NM||HbA1c;IFCC;eAG|6.1;;128")
        #expect(
            report.observations.map { "\($0.at) \($0.code) \($0.value.token)" } == [
                "OBX|1 HbA1c 6.1", "OBX|1.2 eAG 128", "OBX|4 HbA1c 6.1", "OBX|4.2 IFCC ", "OBX|4.3 eAG 128",
            ])
        #expect(report.problems.filter { $0.held == .unreadable }.map(\.at) == ["OBX|2", "OBX|3"])
    }

    @Test func theLinesRangeAndFlagsAreThoseOfItsUnit() throws {
        let report = try report(rules, "OBX|1|NM||HbA1c  eAG|6.1 %  128.4 md/dl|%|0.0-6.5|H")
        #expect(report.observations.map(\.range) == ["0.0-6.5", nil])
        #expect(report.observations.map(\.flags) == [["H"], []])
        #expect(report.observations.map(\.deviceFlags) == [["H"], ["H"]])
    }

    @Test func aTextHasNoUnit() throws {
        let report = try report(
            rules, "OBX|1|NM||HbA1c  eAG  IFCC|not measured  < 5 md/dl  1+", "OBX|2|NM||eAG|", "OBX|3|NM||eAG|7 md/dl")
        #expect(
            report.observations.map(\.value) == [
                .text("not measured"), .quantity("5", .less), .text("1+"), .absent(""), .quantity("7", nil),
            ])
        #expect(report.observations.map(\.deviceUnit) == ["", "md/dl", "", "", "md/dl"])
    }

    @Test(arguments: ["HbA1c  eAG|6.1 %", "HbA1c|6.1 %  128 md/dl", "HbA1c  eAG|"])
    func partsThatDoNotPairAreHeld(_ fields: String) throws {
        let report = try report(rules, "OBX|1|NM||\(fields)")
        #expect(report.observations.isEmpty)
        #expect(report.problems.map(\.held) == [.unreadable])
        #expect(report.problems.map(\.at) == ["OBX|1"])
    }

    @Test func withoutUnitsInTheValue() throws {
        let rules =
            "name: T\nprotocol: hl7\npass_through: true\nresults: { code: OBX-3, several: { by: '/' } }\n"
        let report = try report(rules, "OBX|1|ST|SYS/DIA||120/80|mm[Hg]", "OBX|2|ST|PULSE||71|/min")
        #expect(report.observations.map(\.code) == ["SYS", "DIA", "PULSE"])
        #expect(report.observations.map(\.value.token) == ["120", "80", "71"])
        #expect(report.observations.map(\.deviceUnit) == ["mm[Hg]", "mm[Hg]", "/min"])
    }

    @Test func moreThanAnyoneSendsIsHeld() throws {
        let codes = (1...101).map { "T\($0)" }.joined(separator: "/")
        let rules = "name: T\nprotocol: hl7\npass_through: true\nresults: { several: { by: '/' } }\n"
        let report = try report(rules, "OBX|1|ST|\(codes)||\(codes)")
        #expect(report.observations.isEmpty)
        #expect(report.problems.first?.what.contains("at most 100") == true)
    }

    @Test func mistakesOfTheRule() {
        let head = "name: T\nprotocol: hl7\npass_through: true\nresults: { several: "
        #expect(mistakes(head + "{ code: OBX-4 } }").first?.contains("'by' is missing") == true)
        #expect(mistakes(head + "{ by: '' } }").count == 1)
    }
}
