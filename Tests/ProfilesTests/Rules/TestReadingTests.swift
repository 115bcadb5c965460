import Core
import Profiles
import Testing

/// What one entry of the table of tests says of its values.
@Suite struct TestReadingTests {
    private func report(_ tests: String, _ lines: String..., more: String = "") throws -> SpecimenReport {
        let mine = try profile("name: T\nprotocol: astm\n\(more)\ntests:\n\(tests)\n")
        return try #require(
            astm(mine, header, "P|1", "O|1|S", lines.joined(separator: "\r"), "L|1|N").first)
    }

    // MARK: - Codes

    @Test func codesByWhatTheyLookLike() throws {
        let report = try report(
            "  HbA1c: { loinc: 4548-4, code_pattern: ['^HbA1c', '^A1C\\d$'] }\n  HbA1c-IFCC: {}\n  X: { code_pattern: '^A1C9' }",
            "R|1|^^^HbA1c(NGSP)|6.1", "R|2|^^^HbA1c-IFCC|43", "R|3|^^^A1C2|6.2", "R|4|^^^A1C9|6", "R|5|^^^A1|6")
        #expect(report.observations.map(\.code) == ["HbA1c(NGSP)", "HbA1c-IFCC", "A1C2", "A1C9", "A1"])
        #expect(report.observations.map(\.loinc) == ["4548-4", nil, "4548-4", nil, nil])
        #expect(report.observations.map(\.held) == [nil, nil, nil, .unmappedTest, .unmappedTest])
        #expect(
            report.problems.map(\.what) == [
                "the patterns of several tests of this profile fit the test code 'A1C9'",
                "test code 'A1' is not in this profile",
            ])
    }

    @Test func anUnclearCodeIsHeldAlsoWhereUnknownOnesPass() throws {
        let report = try report(
            "  A: { code_pattern: '^Z' }\n  B: { code_pattern: 'Z$' }", "R|1|^^^ZZ|1", "R|2|^^^Q|1",
            more: "pass_through: true")
        #expect(report.observations.map(\.held) == [.unmappedTest, nil])
    }

    @Test func anOrderForAPatternsCodeIsSent() throws {
        let mine = try profile("name: T\nprotocol: astm\ntests: { A1C: { code_pattern: '^HbA1c' } }")
        #expect(mine.test(code: "HbA1c 2")?.code == "A1C")
        #expect(mine.deviceCode(forOrder: "HbA1c") == "A1C")
    }

    // MARK: - Numbers

    @Test(arguments: [
        ("0065", ObservedValue.quantity("6.5", nil)), ("65", .quantity("6.5", nil)), ("0005", .quantity("0.5", nil)),
        ("0", .quantity("0.0", nil)), ("<0065", .quantity("6.5", .less)), ("-0012", .quantity("-1.2", nil)),
        ("6.5", .quantity("6.5", nil)), ("00A5", .text("00A5")), ("****", .text("****")),
    ])
    func theDecimalPointIsLeftOut(_ sent: String, _ expected: ObservedValue) throws {
        let report = try report("  A: { implied_decimals: 1, units: [g/dL] }", "R|1|^^^A|\(sent)|g/dL")
        #expect(report.observations.map(\.value) == [expected])
        #expect(report.observations.map(\.held) == [nil])
        #expect(report.problems.isEmpty)
    }

    /// Whether a range has its point nobody can say unless it is there.
    @Test func aRangeWithoutPointIsLeftOutWithThePointOfItsValue() throws {
        let report = try report(
            "  A: { implied_decimals: 1 }", "R|1|^^^A|0065|g/dL|40-100", "R|2|^^^A|0065|g/dL|4.0-10.0")
        #expect(report.observations.map(\.range) == [nil, "4.0-10.0"])
        #expect(report.problems.map(\.at) == ["R|1|6"])
        #expect(report.problems.map(\.held) == [nil])
    }

    @Test(arguments: [
        ("100", "0.5", "50"), ("100", "0.512", "51.2"), ("100", "0.50", "50"), ("100", "0.500", "50.0"),
        ("100", "12", "1200"), ("100", "-0.07", "-7"), ("0.1", "65", "6.5"), ("0.01", "5", "0.05"), ("10", "0", "0"),
        ("18.016", "5.5", "99.0880"), ("1.5", "99999999999999999999", "149999999999999999998.5"),
        ("3", "0.1", "0.3"), ("100", "1.5e-2", "1.5"), ("100", "2E3", "200000"), ("0.001", "1e2", "0.1"),
        ("100", "-0.00", "0"),
    ])
    func everyDigitOfAProductIsExact(_ factor: String, _ sent: String, _ expected: String) throws {
        let report = try report("  A: { scale: '\(factor)' }", "R|1|^^^A|\(sent)")
        #expect(report.observations.map(\.value) == [.quantity(expected, nil)])
    }

    @Test func aFractionBecomesAPercentageAndSaysSo() throws {
        let report = try report(
            "  NEU%: { loinc: 770-8, units: ['%'], scale: 100, unit_after: '%' }", "R|1|^^^NEU%|<0.512||0.4 - 0.7",
            "R|2|^^^NEU%|----||0.4 - 0.7", "R|3|^^^NEU%|0.6|x|see leaflet")
        #expect(report.observations.map(\.value.token) == ["51.2", "----", "60"])
        #expect(report.observations.map(\.value.comparator) == [.less, nil, nil])
        #expect(report.observations.map(\.unit) == ["%", nil, "%"])
        #expect(report.observations.map(\.range) == ["40 - 70", "0.4 - 0.7", nil])
        #expect(report.observations.map(\.loinc) == ["770-8", "770-8", "770-8"])
        #expect(report.observations.map(\.held) == [nil, nil, nil])
        #expect(report.observations[0].notes == ["The device sent <0.512 without a unit; this is × 100."])
        #expect(report.observations[2].notes == ["The device sent 0.6 x; this is × 100."])
        #expect(report.problems.map(\.at) == ["R|3|6"])
    }

    private let glucose =
        "  GLU: { units: { mg/dL: 2345-7 }, convert: [{ from: mmol/L, to: mg/dL, factor: '18.016', decimals: 1 }] }"

    @Test(arguments: [
        ("5.5|mmol/L|3.9 - 5.6", "99.1", "mg/dL", "70.3 - 100.9"), ("99|mg/dL|70 - 100", "99", "mg/dL", "70 - 100"),
        ("0.025|mmol/L|<5.6", "0.5", "mg/dL", "<100.9"), ("0.0027|mmol/L|>= 1", "0.0", "mg/dL", ">= 18.0"),
        ("55.5|mmol/L|3.9..5.6", "999.9", "mg/dL", "70.3..100.9"),
        ("55.504|mmol/L|3.9 to 5.6", "1000.0", "mg/dL", "70.3 to 100.9"),
    ])
    func conversions(_ sent: String, _ value: String, _ unit: String, _ range: String) throws {
        let report = try report(glucose, "R|1|^^^GLU|\(sent)")
        let observation = try #require(report.observations.first)
        #expect(observation.value == .quantity(value, nil))
        #expect(observation.unit == unit)
        #expect(observation.range == range)
        #expect(observation.loinc == "2345-7")
        #expect(observation.held == nil)
        let parts = sent.split(separator: "|")
        // A converted number is not in the device's unit: both stand in the note.
        #expect(observation.deviceUnit == (parts[1] == unit ? parts[1] : ""))
        #expect(
            observation.notes
                == (parts[1] == unit ? [] : ["The device sent \(parts[0]) \(parts[1]); this is × 18.016."]))
    }

    @Test func aUnitThatNoConversionNamesIsStillAMismatch() throws {
        let report = try report(glucose, "R|1|^^^GLU|5.5|g/L", "R|2|^^^GLU|5.5|", "R|3|^^^GLU|HIGH|mmol/L")
        #expect(report.observations.map(\.held) == [.unitMismatch, .unitMismatch, nil])
        #expect(report.observations.map(\.value.token) == ["5.5", "5.5", "HIGH"])
    }

    @Test func aNumberTooLongToCalculateWithIsHeld() throws {
        let long = String(repeating: "9", count: 41)
        let report = try report("  A: { scale: 100 }", "R|1|^^^A|\(long)", "R|2|^^^A|1e99")
        #expect(report.observations.map(\.value.token) == [long, "1e99"])
        #expect(report.observations.map(\.held) == [.verification, .verification])
        #expect(report.problems.map(\.held) == [.verification, .verification])
    }

    // MARK: - Words and units

    @Test func wordsOfOneTest() throws {
        let report = try report(
            "  HIV: { values: { '1': Negative, '2': Positive }, no_result: [{ pattern: '^9$', why: spoilt }] }\n  B: {}",
            "R|1|^^^HIV|2", "R|2|^^^HIV|9", "R|3|^^^HIV|3", "R|4|^^^B|2",
            more: "results: { value: { from: R.4, map: { '2': two }, no_result: [{ pattern: '^8$', why: off }] } }")
        #expect(
            report.observations.map(\.value) == [
                .text("Positive"), .absent("9"), .quantity("3", nil), .text("two"),
            ])
        #expect(report.observations[0].notes == ["The device wrote '2'."])
        #expect(report.observations[1].notes == ["No result: '9', spoilt."])
    }

    @Test(arguments: [
        ("", Optional("mg/dL"), nil), ("mg/dL", "mg/dL", nil), ("g/L", "g/L", HoldReason.unitMismatch),
        ("furlong", nil, .unitMismatch),
    ])
    func theUnitWhereTheDeviceSendsNone(_ sent: String, _ unit: String?, _ held: HoldReason?) throws {
        let report = try report("  A: { unit: mg/dL }", "R|1|^^^A|5|\(sent)")
        #expect(report.observations.map(\.unit) == [unit])
        #expect(report.observations.map(\.deviceUnit) == [sent])
        #expect(report.observations.map(\.held) == [held])
    }

    // MARK: - Mistakes

    @Test(arguments: [
        ("scale: zero", "'zero' is no factor"), ("scale: '0'", "'0' is no factor"), ("scale: -1", "'-1' is no factor"),
        ("scale: '1,5'", "'1,5' is no factor"), ("unit_after: '%'", "'scale', which is missing"),
        ("scale: 2, unit_after: mg/DL", "did you mean 'mg/dL'?"), ("implied_decimals: 0", "1 to 9"),
        ("convert: [{ from: g/L, to: g/L, factor: 2 }]", "converted to itself"),
        ("convert: [{ from: g/L, to: g/dL }]", "'factor' is missing"),
        ("convert: [{ from: g/L, to: g/dL, factor: '0.1' }, { from: g/L, to: mg/dL, factor: 100 }]", "converted twice"),
        ("unit: mg/DL", "did you mean 'mg/dL'?"), ("code_pattern: '('", "is no pattern"), ("values: [a]", "a mapping"),
        ("no_result: [{ pattern: x }]", "'why' is missing"), ("scael: 2", "did you mean 'scale'?"),
    ])
    func whatCannotBe(_ entry: String, _ told: String) {
        let found = mistakes("name: T\nprotocol: astm\ntests:\n  A: { \(entry) }\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("profile.yaml:4: tests.A") == true)
        #expect(found.first?.contains(told) == true, "\(found)")
    }
}
