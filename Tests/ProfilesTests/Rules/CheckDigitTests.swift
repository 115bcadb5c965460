import Core
import Profiles
import Testing

@Suite struct CheckDigitTests {
    private func report(_ kind: String, _ keep: Bool, _ id: String, _ order: String = "") throws -> SpecimenReport {
        let mine = try passing(
            "specimen: { from: O.3, check_digit: { kind: \(kind), keep: \(keep) }, pattern: '^[A-Z0-9. -]+$' }\n"
                + "kinds: [{ is: qc, when: { O.12: Q } }]")
        return try #require(astm(mine, header, "P|1", "O|1|\(id)\(order)", "R|1|^^^A|1", "L|1|N").first)
    }

    /// The examples of HL7 v2 section 2.A.14 for M10 and M11; ISBT 128 donation numbers for MOD 37-2; the sum of Code 39's
    /// values modulo 43 for the last.
    @Test(arguments: [
        ("mod10", "12345", "5"), ("mod10", "401", "0"), ("mod10", "9999", "4"), ("mod10", "99999999", "8"),
        ("mod11", "1234567", "4"), ("mod11", "6", "0"), ("mod11", "62", "0"), ("iso7064", "G123489654321", "Y"),
        ("iso7064", "A999914123456", "N"),
        ("mod43", "CODE 39", "R"),
    ])
    func rightOnes(_ kind: String, _ body: String, _ digit: String) throws {
        let kept = try report(kind, true, body + digit)
        #expect(kept.specimenProblem == nil)
        #expect(kept.specimen == body + digit)
        let bare = try report(kind, false, body + digit)
        #expect(bare.specimenProblem == nil)
        #expect(bare.specimen == body)
    }

    @Test(arguments: [
        ("mod10", "123456"), ("mod10", "213455"), ("mod10", "1234A5"), ("mod10", "5"), ("mod11", "12345675"),
        ("iso7064", "G1234896543211"), ("iso7064", "g123489654321Y"), ("mod43", "CODE 39X"), ("mod43", "WCODE"),
    ])
    func wrongOnesAreHeldAsTheyCame(_ kind: String, _ id: String) throws {
        let report = try report(kind, false, id)
        #expect(report.specimenProblem?.contains("check digit") == true)
        #expect(report.specimen == id)
    }

    @Test func controlsHaveNone() throws {
        let report = try report("mod10", false, "LEVEL 2", "|||||||||Q")
        #expect(report.kind == .qc)
        #expect(report.specimen == "LEVEL 2")
        #expect(report.specimenProblem == nil)
    }

    @Test func aQueryIsLookedUpWithoutIt() throws {
        let mine = try passing("specimen: { check_digit: { kind: mod10, keep: false } }\norders: { dialect: astm }")
        func asked(_ id: String) -> [String] {
            astm(mine, header, "Q|1|^\(id)||ALL", "L|1|N").map(\.specimen)
        }
        #expect(asked("123455") == ["12345"])
        #expect(asked("123456") != ["12345"])
    }
}
