import Core
import Profiles
import TestKit
import Testing

/// What `decode` and the journal make of a query.
@Suite struct QueryReportTests {
    @Test func everySpecimenOfAListIsShown() throws {
        let reports = astm(try passing(), header, "Q|1|^S1\\^S2", "Q|2|^S3", "L|1|N")
        #expect(reports.map(\.kind) == [.query, .query, .query])
        #expect(reports.map(\.specimen) == ["S1", "S2", "S3"])
    }

    @Test func patientOfASingleQuery() throws {
        let reports = astm(try passing(), header, "Q|1|PAT^S1", "L|1|N")
        #expect(reports.map(\.patient?.value) == ["PAT"])
        #expect(astm(try passing(), header, "Q|1|S1", "L|1|N").map(\.patient) == [nil])
    }

    @Test func whereTheSpecimenStandsElsewhereNoPatientIsNamed() throws {
        let profile = try passing("orders: { dialect: astm, query: { specimen: Q.3.3 } }")
        let reports = astm(profile, header, "Q|1|2^1^S1^B", "L|1|N")
        #expect(reports.map(\.specimen) == ["S1"] && reports[0].patient == nil)
    }

    @Test(arguments: [
        ("Q|1|ALL", "", "the device asks for all open orders"),
        ("Q|1|^S1||ALL||||||||A", "S1", "the device gives up its query"),
    ])
    func whatElseAQuerySays(line: String, specimen: String, remark: String) throws {
        let reports = astm(try passing(), header, line, "L|1|N")
        #expect(reports.count == 1 && reports[0].specimen == specimen && reports[0].kind == .query)
        #expect(reports[0].problems.map(\.what) == [remark] && reports[0].problems[0].held == nil)
    }

    @Test func aLongListIsCutAndTold() throws {
        let list = (0..<2_000).map { "^S\($0)" }.joined(separator: "\\")
        let reports = astm(try passing(), header, "Q|1|\(list)", "L|1|N")
        #expect(reports.count == DialogueLimits.specimensPerQuery)
        #expect(reports[0].problems.map(\.what) == ["the query names 1500 more specimens; at most 500 are answered"])
    }

    @Test(arguments: [
        ("QRY^Q02", "QRD|1|R|D|3|||RD|S1|OTH", "S1"), ("QBP^Q11", "QPD|WOS|t|S1", "S1"),
        ("QBP^Z03", "QPD|Z03|t||S1", "S1"),
        ("QBP^Q99", "QPD|Q99|t|S1", ""),
    ])
    func hl7(type: String, segment: String, specimen: String) throws {
        let reports = ProfilesTests.hl7(
            try profile("name: T\nprotocol: hl7\npass_through: true\n"), "MSH|^~\\&|A||||||\(type)|1|P|2.5", segment)
        #expect(reports.map(\.kind) == [.query])
        #expect(reports.map(\.specimen) == [specimen])
    }
}

/// Values that are no texts.
@Suite struct AttachmentTests {
    private let hl7Profile = "name: T\nprotocol: hl7\npass_through: true\n"

    @Test func typeAndLengthAreTold() throws {
        let blob = String(repeating: "QUJD", count: 100_000)
        let reports = hl7(
            try profile(hl7Profile), "MSH|^~\\&|A||||||ORU^R01|1|P|2.5", "OBR|1||S1",
            "OBX|1|ED|PIC||^Image^BMP^Base64^\(blob)",
            "OBX|2|RP|URL||x", "OBX|3|NM|K||4.2")
        #expect(
            reports[0].secondary.map(\.why) == [
                "an image or another attachment; it stays with the message (ED, 400018 bytes)",
                "an image or another attachment; it stays with the message (RP, 1 bytes)",
            ])
        #expect(reports[0].observations.map(\.code) == ["K"])
    }

    @Test func aValueOfManyBytesIsNoMeasurement() throws {
        let most = String(repeating: "A", count: 128 << 10)
        for (lines, wire) in [
            (["\(header)", "P|1", "O|1|S1", "R|1|^^^K|\(most)", "R|2|^^^L|\(most)A", "L|1|N"], "astm"),
            (["MSH|^~\\&|A||||||ORU^R01|1", "OBR|1||S1", "OBX|1|TX|K||\(most)", "OBX|2|TX|L||\(most)A"], "hl7"),
        ] {
            let report = try profile("name: T\nprotocol: \(wire)\npass_through: true\n")
                .decode(Array((lines.joined(separator: "\r") + "\r").utf8))
            let found = try #require(report.messages.first).report
            #expect(found.observations.map(\.code) == ["K"])
            #expect(found.problems.map(\.held) == [.unreadable])
            let what = found.problems.first?.what ?? ""
            #expect(what.contains("131073 bytes") && !what.contains("AAA"))
            #expect(LineAccount.mistakes(in: report, expected: 2) == [])
        }
    }
}
