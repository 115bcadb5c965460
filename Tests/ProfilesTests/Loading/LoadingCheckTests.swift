import Core
import Profiles
import TestKit
import Testing

@Suite struct LoadingCheckTests {
    private let head = "name: X\nprotocol: astm\n"

    private func tests(_ table: String) -> [String] { mistakes(head + "tests:\n" + table) }

    @Test func twoTestsWithOneLOINCCodeAreRefused() {
        #expect(
            tests("  GLU: { loinc: 2345-7 }\n  GLUC: { loinc: 2345-7 }\n") == [
                "profile.yaml:5: tests.GLUC: LOINC code 2345-7 is already that of the test 'GLU' in line 4; if both are the same "
                    + "test, write one as the other's alias (aliases: ['GLUC']), else give each its own LOINC code"
            ])
        // For a unit that both may come in.
        #expect(
            tests("  A: { loinc: 2345-7, units: [mg/dL] }\n  B: { loinc: 2345-7, units: [mg/dL, g/L] }\n").count == 1)
        #expect(tests("  A: { units: { mg/dL: 2345-7 } }\n  B: { loinc: 2345-7 }\n").count == 1)
        #expect(tests("  A: { loinc: 2345-7, units: [''] }\n  B: { loinc: 2345-7, units: [''] }\n").count == 1)
    }

    @Test func oneLOINCCodeInDifferentUnitsIsGood() {
        #expect(tests("  A: { loinc: 2345-7, units: [mg/dL] }\n  B: { loinc: 2345-7, units: [g/L] }\n") == [])
        #expect(tests("  A: { units: { mg/dL: 2345-7, mmol/L: 14749-6 } }\n  B: { units: { mmol/L: 2345-7 } }\n") == [])
        #expect(
            tests("  A: { loinc: 2345-7, units: { mg/dL: 14749-6 } }\n  B: { loinc: 2345-7, units: [mg/dL] }\n") == [])
        #expect(tests("  A: { loinc: 2345-7, aliases: [B] }\n") == [])
    }

    @Test func aCodeOrAliasTwiceIsRefused() {
        #expect(tests("  A: { aliases: [X] }\n  B: { aliases: [X] }\n").count == 1)
        #expect(tests("  A: { aliases: [A] }\n").count == 1)
        #expect(
            tests("  A: { aliases: [X] }\n  X: {}\n") == [
                "profile.yaml:5: tests.X: the code 'X' is already given to the test in line 4; a code means one test"
            ])
    }

    @Test(arguments: [
        (
            "specimen: { from: R.99 }",
            "specimen.from: 'R.99': R has 14 fields in the standard, and 24 at most are looked for"
        ),
        ("specimen: { from: O.47 }", "O has 31 fields"), ("results: { code: Q.24 }", "Q has 13 fields"),
        ("results: { value: { path: R.4, when: { H.30: X } } }", "H has 14 fields"),
        ("specimen: { from: K.3 }", "'K' is no record type of LIS02-A2; there are C, H, L, M, O, P, Q, R, S"),
    ])
    func aFieldTheRecordHasNotIsRefused(_ line: String, _ words: String) {
        let found = mistakes(head + "pass_through: true\n" + line + "\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("profile.yaml:4: ") == true && found.first?.contains(words) == true, "\(found)")
    }

    @Test(arguments: [
        ("specimen: { from: OBX-77 }", "OBX has 33 fields in the standard, and 49 at most are looked for"),
        ("kinds: [ { is: qc, when: { MSH-40: Q } } ]", "MSH has 25 fields"),
        ("specimen: { from: OBY-3 }", "'OBY' is no segment of HL7 v2, did you mean 'OB"),
    ])
    func aFieldTheSegmentHasNotIsRefused(_ line: String, _ words: String) {
        let found = mistakes("name: X\nprotocol: hl7\npass_through: true\n" + line + "\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("profile.yaml:4: ") == true && found.first?.contains(words) == true, "\(found)")
    }

    @Test(arguments: [
        ("astm", "specimen: { from: [O.31, R.20, P.45, M.7, H.14] }"),
        ("hl7", "specimen: { from: [OBX-33, OBR-60, ZMX-200, PID-40, SAC-3] }"),
    ])
    func makersMayAddFields(_ wire: String, _ line: String) {
        #expect(mistakes("name: X\nprotocol: \(wire)\npass_through: true\n\(line)\n") == [])
    }

    @Test func unitsArePlacedAndExplained() {
        #expect(
            mistakes(
                head
                    + "units: { a: 10^3/uL, b: K/uL }\ntests:\n  A: { units: [gm/dl] }\n  B: { units: { IU/L: 1742-6 } }\n"
            ) == [
                "profile.yaml:3: units.a: '10^3/uL' is UCUM, but powers of ten are written with 10* here, did you mean "
                    + "'10*3/uL'?",
                "profile.yaml:3: units.b: 'K/uL' means a count of kelvin in UCUM, did you mean '10*3/uL'?",
                "profile.yaml:5: tests.A.units[1]: 'gm/dl' is no UCUM unit, did you mean 'g/dL'?",
                "profile.yaml:6: tests.B.units.IU/L: 'IU/L' is no UCUM unit, did you mean '[IU]/L' or 'U/L'?",
            ])
    }

    @Test func aPatternThatWouldBacktrackIsRefusedWhereItStands() {
        let found = mistakes(head + "pass_through: true\nspecimen:\n  pattern: ['^A', '^(\\d+)+$']\n")
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(
                #"profile.yaml:5: specimen.pattern[2]: '^(\d+)+$' is no pattern: '+' at character 7"#) == true,
            "\(found)")
    }

    @Test(arguments: [
        "identify: { when: { H.5: { prefix: XN } } }", "identify: [ { H.5: { prefix: XN } }, { H.5: { prefix: XT } } ]",
        "report: { aggregate: specimen }", "report: { aggregate: message }",
    ])
    func identificationAndReport(_ line: String) {
        #expect(mistakes(head + "pass_through: true\n" + line + "\n") == [])
    }

    @Test(arguments: [
        ("identify: { wehn: { H.5: X } }", 2), ("identify: XN", 1), ("identify: [ { H.99: X } ]", 1),
        ("report: { aggregate: patient }", 1), ("report: {}", 1), ("report: { agregate: specimen }", 2),
    ])
    func wrongIdentificationAndReport(_ line: String, _ count: Int) {
        #expect(mistakes(head + "pass_through: true\n" + line + "\n").count == count)
    }

    @Test func theLaboratorysOwnCodeIsRead() throws {
        #expect(try profile(head + "tests: { HGB: { local: HB } }\n").test(code: "HGB")?.local == "HB")
        #expect(tests("  A: { local: ' ' }\n").count == 1)
    }
}

@Suite struct ReportKeysTests {
    private let head = "name: X\nprotocol: astm\n"

    private func tests(_ table: String) -> [String] { mistakes(head + "tests:\n" + table) }

    @Test func theLaboratorysOwnCodeGoesWithTheResult() throws {
        let profile = try profile(head + "tests: { HGB: { loinc: 718-7, local: HB, units: [g/dL] }, RBC: {} }\n")
        let observations = astm(
            profile, header, "P|1", "O|1|S", "R|1|^^^HGB|13|g/dL", "R|2|^^^RBC|5", "R|3|^^^HGB|8|mmol/L", "L|1"
        ).flatMap(\.observations)
        // A code stands for the test in its own units.
        #expect(observations.map(\.local) == ["HB", nil, nil])
        #expect(observations.map(\.loinc) == ["718-7", nil, nil])
    }

    @Test(arguments: [
        ("", false), ("report: { aggregate: message }\n", false), ("report: { aggregate: specimen }\n", true),
    ])
    func reportsGrowWithTheirSpecimenWhereTheProfileSaysSo(_ line: String, _ grows: Bool) throws {
        let reports = astm(
            try profile(head + "pass_through: true\n" + line), header, "P|1", "O|1|S", "R|1|^^^A|1", "L|1")
        #expect(reports.map(\.growsWithSpecimen) == [grows])
    }

    @Test func aConversionToAUnitInWhichTheTestIsNotExpectedIsRefused() {
        let convert = "convert: [{ from: mmol/L, to: mg/dL, factor: '18.016' }]"
        #expect(
            tests("  GLU: { units: [mmol/L], \(convert) }\n") == [
                "profile.yaml:4: tests.GLU.convert: results are converted to 'mg/dL', but 'GLU' is expected in mmol/L, so that "
                    + "each would be held; add 'mg/dL' to its 'units'"
            ])
        #expect(tests("  GLU: { units: [mg/dL], \(convert) }\n") == [])
        #expect(tests("  GLU: { \(convert) }\n") == [])
    }

    @Test(arguments: [
        ("flags: { N: [NN] }", "'NN' is no code of HL7 v3 ObservationInterpretation, did you mean '"),
        ("flags: { N: qqqqq }", "; usual ones are L, LL, H, HH, N, A, AA, POS, NEG and IND"),
        ("flag_patterns: [{ pattern: x, is: High }]", "'High' is no code of HL7 v3"),
        ("time_zone: IST", "write the zone's full name, such as 'Asia/Kolkata'"),
        ("time_zone: EST", "write the zone's full name, such as 'America/New_York'"),
    ])
    func aCodeOrZoneThatNobodyKnowsIsRefused(line: String, words: String) {
        let found = mistakes(head + "pass_through: true\n" + line + "\n")
        #expect(found.count == 1 && found.first?.contains(words) == true, "\(found)")
    }

    @Test func knownCodesAndZonesAreGood() {
        #expect(mistakes(head + "pass_through: true\nflags: { a: [H, HU], b: [], c: 'L<' }\ntime_zone: UTC\n") == [])
    }

    @Test(arguments: ["O.4.3", "[O.4.3, O.3.1]", "{ from: O.4.3 }"])
    func aSpecimenMayBeABarePlace(place: String) throws {
        let profile = try profile(head + "pass_through: true\nspecimen: \(place)\ncomments: C.3\n")
        let reports = astm(profile, header, "P|1", "O|1|A|x^y^S7", "R|1|^^^WBC|5", "C|1|late", "L|1|N")
        #expect(reports.map(\.specimen) == ["S7"])
        #expect(reports.first?.observations.first?.notes == ["late"])
    }
}
