import Core
import Profiles
import TestKit
import Testing

@Suite struct MeaningTests {
    private let tests =
        "name: T\nprotocol: astm\ntests:\n  GLU: { name: Glucose, units: { mg/dL: 2345-7, mmol/L: 14749-6 } }\n  K: { units: [mmol/L] }\n"

    @Test func anUnknownTestIsHeldWithItsValue() throws {
        let report = try #require(
            astm(try profile(tests), header, "P|1", "O|1|S", "R|1|^^^XYZ|1.5|g", "R|2|^^^GLU|90|mg/dL", "L|1|N").first)
        #expect(report.observations.map(\.held) == [.unmappedTest, nil])
        #expect(report.observations[0].value == .quantity("1.5", nil))
        #expect(
            report.problems == [
                Problem(at: "R|1|3", what: "test code 'XYZ' is not in this profile", held: .unmappedTest)
            ])
    }

    @Test(arguments: [
        ("90|mg/dL", nil, "2345-7"), ("5.0|mmol/L", nil, "14749-6"), ("5.0|g/L", HoldReason.unitMismatch, nil),
        ("90|", .unitMismatch, nil), ("HIGH|", nil, nil), ("|", nil, nil),
    ])
    func theUnitDecides(_ fields: String, _ held: HoldReason?, _ loinc: String?) throws {
        let observation = try #require(
            astm(try profile(tests), header, "P|1", "O|1|S", "R|1|^^^GLU|\(fields)", "L|1|N").first?.observations.first)
        #expect(observation.held == held)
        #expect(observation.loinc == loinc)
    }

    @Test func flagsOfTheMakerStayWithTheDevice() throws {
        let mapped = try passing("flags: { P: POS, N: [] }")
        let observation = astm(mapped, header, "P|1", "O|1|S", "R|1|^^^A|1|||H\\*\\P\\N", "L|1|N").first?.observations
            .first
        #expect(observation?.flags == ["H", "POS"])
        #expect(observation?.deviceFlags == ["H", "*", "P", "N"])
    }

    @Test(arguments: [
        ("F", ObservationStatus.final), ("", .final), ("P", .preliminary), ("C", .corrected), ("V", .final),
        ("W", .preliminary), ("X", .cancelled), ("I", .registered), ("?", .preliminary),
    ])
    func statuses(_ sent: String, _ expected: ObservationStatus) throws {
        let report = astm(try passing(), header, "P|1", "O|1|S", "R|1|^^^A|1|||||\(sent)", "L|1|N").first
        #expect(report?.observations.first?.status == expected)
        #expect(report?.problems.count == (sent == "?" ? 1 : 0))
    }

    @Test(arguments: [
        ("20260314093107", "2026-03-14T09:31:07+05:30"), ("202603140931", "2026-03-14T09:31:00+05:30"),
        ("20260314093107.25", "2026-03-14T09:31:07+05:30"), ("20260314093107+0100", "2026-03-14T09:31:07+01:00"),
        ("20260314", "2026-03-14"), ("00000000000000", nil), ("20261332093107", nil), ("20260229120000", nil),
        ("yesterday", nil),
        ("20260314253107", nil), ("", nil),
    ])
    func timesOfTheRun(_ sent: String, _ expected: String?) throws {
        let report = try #require(
            astm(try passing(), header, "P|1", "O|1|S", "R|1|^^^A|1|||||F||||\(sent)", "L|1|N").first)
        #expect(report.observations.first?.performed == expected)
        // A time that was written and cannot be is remarked on, and holds nothing.
        let isRemark = expected == nil && !sent.allSatisfy { $0 == "0" }
        #expect(report.problems.map(\.held) == (isRemark ? [nil] : []))
    }

    @Test(arguments: [
        ("Europe/Berlin", "20260701120000", "2026-07-01T12:00:00+02:00"),
        ("Europe/Berlin", "20260101120000", "2026-01-01T12:00:00+01:00"),
        ("America/New_York", "20260308033000", "2026-03-08T03:30:00-04:00"),
        ("UTC", "20260101000000", "2026-01-01T00:00:00+00:00"),
    ])
    func timeZones(_ zone: String, _ sent: String, _ expected: String) throws {
        let facility = Facility(timeZone: zone)
        let report = astm(
            try passing(), header, "P|1", "O|1|S", "R|1|^^^A|1|||||F||||\(sent)", "L|1|N", facility: facility
        ).first
        #expect(report?.observations.first?.performed == expected)
        let device = astm(
            try passing("time_zone: \(zone)"), header, "P|1", "O|1|S", "R|1|^^^A|1|||||F||||\(sent)", "L|1|N"
        ).first
        #expect(device?.observations.first?.performed == expected)
    }

    @Test func theHeadersTimeIsNotTheRuns() throws {
        #expect(
            astm(try passing(), header, "P|1", "O|1|S", "R|1|^^^A|1", "L|1|N").first?.observations.first?.performed
                == nil)
    }

    @Test func replicatesAreToldApart() throws {
        let reports = astm(
            try passing(), header, "P|1", "O|1|S", "R|1|^^^A|1|||||F||||20260314093107",
            "R|2|^^^A|2|||||F||||20260314093107",
            "R|3|^^^A|2|||||F||||20260314093200", "O|2|S", "R|1|^^^A|3|||||F||||20260314093107", "O|3|T", "R|1|^^^A|4",
            "L|1|N")
        #expect(reports.map { $0.observations.map(\.occurrence) } == [[0, 1, 0], [2], [0]])
        #expect(reports.flatMap { $0.observations.map(\.at) } == ["R|1", "R|2", "R|3", "R|4", "R|5"])
    }

    @Test func controlsAreNeverPatients() throws {
        let rules = try passing(
            "kinds:\n  - { is: qc, when: { O.3.1: { prefix: QC- } } }\n  - { is: calibration, when: { O.16: { matches: '^CAL' } } }\n"
        )
        func kind(_ order: String, _ head: String = header) -> ReportKind? {
            astm(rules, head, "P|1", order, "R|1|^^^A|1", "L|1|N").first?.kind
        }
        #expect(kind("O|1|QC-7") == .qc)
        #expect(kind("O|1|S|||||||||||||CALIBRATOR") == .calibration)
        #expect(kind("O|1|S||||||||||Q") == .result)
        #expect(kind("O|1|S|||||||||Q") == .qc)
        #expect(kind("O|1|S", header.replacing("|P|LIS2", with: "|Q|LIS2")) == .qc)
        #expect(kind("O|1|S") == .result)
        #expect(astm(rules, header, "P|1", "O|1|QC-7", "R|1|^^^A|1", "L|1|N").first?.specimenProblem == nil)
    }

    @Test func theWrongLanguageIsUnreadable() throws {
        let bytes = Array("MSH|^~\\&|A\r".utf8)
        guard case .unreadable(let why) = try passing().interpret(wire: .hl7, bytes: bytes, facility: Facility()) else {
            Issue.record("it was read")
            return
        }
        #expect(why.contains("HL7 v2"))
    }

    @Test(arguments: ["", "hello", "P|1\rR|1|^^^A|1\rL|1|N\r", "H|||||\rL|1\r"])
    func whatNoParserUnderstandsIsUnreadable(_ text: String) throws {
        guard
            case .unreadable(let why) = try passing().interpret(
                wire: .astm, bytes: Array(text.utf8), facility: Facility())
        else {
            Issue.record("it was read")
            return
        }
        #expect(why.hasSuffix("."))
    }

    @Test func theGoodMessagesOfABatchAreKept() throws {
        let generic = try profile("name: T\nprotocol: hl7\npass_through: true\n")
        let batch =
            "FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|A|B|||1||ORU^R01|1|P|2.5\rOBR|1||S1\rOBX|1|NM|A||1\r"
            + "MSH|^~\\&|A|B|||1||ORU^R01|2|P|2.5\rOBR|1||S2\rOBX|1|NM|A||2\rBTS|2\rFTS|1\r"
        #expect(hl7(generic, batch).map(\.specimen) == ["S1", "S2"])
        #expect(hl7(generic, batch).map { $0.observations.count } == [1, 1])
    }

    @Test func purposesOfHL7Messages() throws {
        let generic = try profile("name: T\nprotocol: hl7\npass_through: true\n")
        let kinds = ["ORU^R01", "ORU^R30", "OUL^R22", "QRY^Q02", "QBP^Q11", "ORM^O01", "OML^O21", "ACK", ""].map {
            type in
            hl7(generic, "MSH|^~\\&|A|B|||1||\(type)|1|P|2.5", "OBR|1||S", "OBX|1|NM|A||1").first?.kind
        }
        #expect(kinds == [.result, .result, .result, .query, .query, .order, .order, .other, .result])
    }

    /// MSH-9 as devices write it, whether an OBX follows, what the message is, and whether a person must look.
    @Test(arguments: [
        ("ORU_R01", true, ReportKind.result, false), ("oru^r01", true, .result, false),
        ("ORU^R01^ORU_R01", true, .result, false),
        ("oul^R22", true, .result, false), ("ORF^R04", true, .other, true), ("ORF^R04", false, .other, false),
        ("XYZ", true, .other, true), ("ACK^R01", false, .other, false), ("", true, .result, false),
        ("", false, .other, true), ("QRY^Q02", false, .query, false),
    ])
    func whatAMessageIsFor(type: String, hasResults: Bool, kind: ReportKind, isHeld: Bool) throws {
        let generic = try profile("name: T\nprotocol: hl7\npass_through: true\n")
        let report = try #require(
            hl7(
                generic, "MSH|^~\\&|A|B|||1||\(type)|1|P|2.5", "OBR|1||S", hasResults ? "OBX|1|NM|A||1" : "NTE|1||x"
            ).first)
        #expect(report.kind == kind)
        #expect(report.problems.contains { $0.held == .unreadable } == isHeld)
        #expect(report.ignored.count == (kind == .other && hasResults ? 1 : 0))
    }

    @Test(arguments: ["Q|1|^OTHER||ALL", "S|1"])
    func aResultAfterAQueryBelongsToNoSpecimenBeforeIt(_ record: String) throws {
        let reports = astm(
            try passing(), header, "P|1|MRN1", "O|1|S", "R|1|^^^A|1", record, "R|1|^^^B|99.9", "L|1|N")
        let stray = try #require(reports.last { $0.kind == .result })
        #expect(stray.observations.map(\.code) == ["B"])
        #expect(stray.specimen == "")
        #expect(stray.patient == nil)
        #expect(reports.first?.observations.map(\.code) == ["A"])
    }

    @Test func aLineRuleForUnlistedCodesLeavesListedOnes() throws {
        let mine = try profile(
            "name: T\nprotocol: astm\nlines: [{ is: ignored, when: { R.5: x }, unlisted_only: true, why: a setting }]\n"
                + "tests: { A: { name: Alpha } }\n")
        let report = astm(mine, header, "P|1", "O|1|S", "R|1|^^^A|1|x", "R|2|^^^B|1|x", "L|1|N").first
        #expect(report?.observations.map(\.code) == ["A"])
        #expect(report?.ignored.map(\.at) == ["R|2"])
    }

    @Test func commentsBecomeNotes() throws {
        let report = astm(
            try passing("comments: { from: [C.4], ignore: ['^X'], analyte_component: 2 }"), header, "P|1", "O|1|S",
            "C|1|I|ALARM^B^clot\\SAMPLE^^old|I", "R|1|^^^A|1", "C|1|I|rerun|G", "C|2|I|Xnoise|G", "R|2|^^^B|2", "L|1|N"
        ).first
        #expect(report?.observations.map(\.notes) == [["rerun"], ["ALARM^B^clot"]])
        #expect(report?.problems.map(\.what) == ["the device's comment on this specimen: SAMPLE^^old"])
    }

    @Test func patientDataPrintsRedacted() throws {
        let report = try passing().decode(Array("\(header)\rP|1|MRN-77\rO|1|SECRET-1\rR|1|^^^A|1\rL|1|N\r".utf8))
        #expect(!"\(report) \(report.messages)".contains("MRN-77"))
        #expect(!String(reflecting: report).contains("SECRET-1"))
        #expect(report.text.contains("SECRET-1"))
    }
}
