import Core
import Profiles
import Testing

@Suite struct SpecimenTests {
    private func specimen(_ rule: String, _ sent: String) throws -> SpecimenReport {
        let reports = astm(try passing("specimen: \(rule)"), header, "P|1", sent, "R|1|^^^A|1|mg/dL", "L|1|N")
        return try #require(reports.first)
    }

    @Test(arguments: [
        ("{ from: [O.3.1] }", "O|1|  L26-1  ", "L26-1"),
        ("{ from: [O.3.1, O.4.3] }", "O|1||^^  27^M", "27"),
        ("{ from: [O.3.1], strip_prefix: [S-, S] }", "O|1|S-00123", "00123"),
        ("{ from: [O.3.1], strip_suffix: ['^00'] }", "O|1|S1^00", "S1"),
        ("{ from: [O.3.1], pad_zeros: 8 }", "O|1|1234", "00001234"),
        ("{ from: [O.3.1], strip_zeros: true }", "O|1|0001234", "1234"),
        ("{ from: [O.3.1, O.4.1], ignore: ['^0+$'] }", "O|1|0000|7", "7"),
    ])
    func normalisation(_ rule: String, _ order: String, _ expected: String) throws {
        let report = try specimen(rule, order)
        #expect(report.specimen == expected)
        #expect(report.specimenProblem == nil)
    }

    @Test func nothingMatchesOnEmpty() throws {
        let report = try specimen("{ from: [O.3.1] }", "O|1|   ")
        #expect(report.specimen == "")
        #expect(report.specimenProblem != nil)
    }

    @Test(arguments: [("L26-000123", true), ("ASHA", false), ("@40", false)])
    func patternAndReject(_ sent: String, _ isGood: Bool) throws {
        let report = try specimen("{ from: [O.3.1], pattern: '^[A-Z0-9-]{5,12}$', reject: '^@' }", "O|1|\(sent)")
        #expect((report.specimenProblem == nil) == isGood)
        #expect(report.specimen == sent)
    }

    @Test(arguments: [
        ("P|1|MRN-1|MRN-2", "MRN-1"), ("P|1||MRN-2", "MRN-2"), ("P|1| |", nil), ("P|1|\"\"|MRN-2", "MRN-2"),
        ("P|1|007", "007"),
    ])
    func patientOfASTM(_ record: String, _ expected: String?) throws {
        #expect(astm(try passing(), header, record, "O|1|S", "R|1|^^^A|1", "L|1|N").first?.patient?.value == expected)
    }

    @Test func patientOfHL7IsTheRepetitionTypedMR() throws {
        let generic = try profile("name: T\nprotocol: hl7\npass_through: true\n")
        func claim(_ pid: String) -> PatientClaim? {
            hl7(generic, "MSH|^~\\&|A|B|||20260101||ORU^R01|1|P|2.5", pid, "OBR|1||S", "OBX|1|NM|A||1").first?.patient
        }
        #expect(claim("PID|1||X^^^ABDM^ABHA~M1^^^HOSP&1.2&ISO^MR") == PatientClaim(value: "M1", authority: "HOSP"))
        #expect(claim("PID|1||X^^^ABDM") == PatientClaim(value: "X", authority: "ABDM"))
        #expect(claim("PID|1||^^^HOSP^MR") == nil)
    }
}
