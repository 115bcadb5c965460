import Core
import Profiles
import Testing

@Suite struct MoreResultsTests {
    private static let controls = """
        orders: { dialect: astm }
        comments: { texts: { '7': Old reagent } }
        results: { value: { no_result: [{ pattern: '^-+$', why: none }] } }
        more_results:
          - record: Q
            when: { Q.4: { empty: false } }
            kind: qc
            specimen: Q.3.2
            code: Q.3.1
            value: Q.4
            unit: Q.5
            performed: Q.6
            flags: Q.7
            notes: { Level: Q.3.3 }
        """

    @Test func qRecordsWithAValueAreControls() throws {
        let mine = try passing(Self.controls)
        let reports = astm(
            mine, header, "P|1|77", "O|1|S1", "R|1|^^^NA|140|mmol/L", "Q|1|GLU^LOT1^LOW|58.2|mg/dL|20260314060100|L",
            "C|1|I|7", "Q|2|GLU^LOT1^HIGH|----|mg/dL|20260314060200|N", "Q|3|NA^LOT2|141|mmol/L", "L|1|N")
        #expect(reports.map(\.kind) == [.result, .qc, .qc])
        #expect(reports.map(\.specimen) == ["S1", "LOT1", "LOT2"])
        try #require(reports.count == 3)
        #expect(reports[1].patient == nil)
        #expect(reports[1].observations.map(\.at) == ["Q|1", "Q|2"])
        let first = reports[1].observations[0]
        #expect(first.value == .quantity("58.2", nil))
        #expect(first.unit == "mg/dL")
        #expect(first.flags == ["L"])
        #expect(first.performed == "2026-03-14T06:01:00+05:30")
        #expect(first.notes == ["Level: LOW", "Old reagent"])
        #expect(reports[1].observations[1].value == .absent("----"))
        #expect(reports[2].observations.map(\.code) == ["NA"])
        #expect(mine.query(in: Array("\(header)\rQ|1|GLU^LOT1^LOW|58.2|mg/dL\rL|1|N\r".utf8)) == nil)
    }

    @Test func aQueryBesideThemIsStillOne() throws {
        let mine = try passing(Self.controls)
        let bytes = Array("\(header)\rQ|1|GLU^LOT1^LOW|58.2|mg/dL\rQ|2|^S9||ALL\rL|1|N\r".utf8)
        guard case .specimens(let asked)? = mine.query(in: bytes)?.wanted else {
            Issue.record("no query")
            return
        }
        #expect(asked == ["S9"])
        let reports = astm(mine, header, "Q|1|GLU^LOT1^LOW|58.2|mg/dL", "Q|2|^S9||ALL", "L|1|N")
        #expect(reports.map(\.kind) == [.qc, .query])
        #expect(reports.map(\.specimen) == ["LOT1", "S9"])
    }

    @Test func withoutKindAndSpecimenTheyStandAmongTheOthers() throws {
        let mine = try passing("more_results: [{ record: M, when: { M.3: X }, code: M.4, value: M.5 }]")
        let reports = astm(
            mine, header, "P|1", "O|1|S1", "R|1|^^^A|1", "M|1|X|B|2", "M|2|Y|C|3", "C|1|I|a word", "R|2|^^^A|3", "L|1|N"
        )
        try #require(reports.count == 1)
        #expect(reports[0].observations.map(\.at) == ["R|1", "M|1", "R|2"])
        #expect(reports[0].observations.map(\.occurrence) == [0, 0, 1])
        #expect(reports[0].observations[1].notes == ["a word"])
    }

    @Test func whatIsHeldSaysItsRecord() throws {
        let mine = try profile(
            "name: T\nprotocol: astm\ntests: { A: {} }\nmore_results: [{ record: Q, kind: qc, code: Q.3.1, value: Q.4 }]"
        )
        let reports = astm(mine, header, "Q|1|A|1", "Q|2|B|2", "Q|3||3", "L|1|N")
        try #require(reports.count == 1)
        #expect(reports[0].problems.map(\.at) == ["Q|2|3", "Q|3|3"])
        #expect(reports[0].problems.map(\.held) == [.unmappedTest, .unmappedTest])
    }

    @Test func anOrderRecordMayHoldOne() throws {
        let mine = try passing(
            "kinds: [{ is: qc, when: { H.12: QR } }]\n"
                + "more_results: [{ record: O, when: { O.12.2: { empty: false } }, specimen: O.12.1, code: O.5.1, value: O.12.2 }]"
        )
        let reports = astm(mine, "H|\\^&|||T|||||||QR", "P|1", "O|1|||GLU|||||||LOT^5.5", "L|1|N")
        #expect(reports.map(\.specimen) == ["LOT"])
        #expect(reports.first?.kind == .qc)
        #expect(reports.first?.observations.map(\.at) == ["O|1"])
    }

    @Test func hl7SegmentsMayHoldThem() throws {
        let mine = try profile(
            "name: T\nprotocol: hl7\npass_through: true\nmore_results:\n"
                + "  - { record: OBR, when: { OBR-20: { empty: false } }, kind: qc, specimen: OBR-14, code: OBR-3, value: OBR-20 }\n"
                + "  - { record: ZRS, code: ZRS-1, value: ZRS-2 }")
        let reports = hl7(
            mine, "MSH|^~\\&|||||||ORU^R01|1|P|2.5", "OBR|1||S1", "OBX|1|NM|A||1", "ZRS|B|2", "NTE|1||of B", "ZRS|C|3",
            "OBR|2||GLU|||||||||||LOT||||||5.5", "OBR|3||ALT|||||||||||LOT||||||31", "L")
        #expect(reports.map(\.specimen) == ["S1", "LOT", "LOT"])
        #expect(reports.map(\.kind) == [.result, .qc, .qc])
        try #require(reports.count == 3)
        #expect(reports[0].observations.map(\.at) == ["OBX|1", "ZRS|1", "ZRS|2"])
        #expect(reports[0].observations[1].notes == ["of B"])
        #expect(reports[1].observations.map(\.at) == ["OBR|2"])
        #expect(reports[2].observations.map(\.value) == [.quantity("31", nil)])
    }

    @Test(arguments: [
        ("astm", "record: H, code: H.3, value: H.4", "about all that follows"),
        ("astm", "record: OBR, code: R.3, value: R.4", "no record of ASTM"),
        ("hl7", "record: Q, code: OBX-3, value: OBX-4", "no segment of HL7"),
        ("astm", "record: Q, value: Q.4", "'code' is missing"),
        ("astm", "record: Q, code: Q.3, value: Q.99", "Q has 13 fields"),
    ])
    func mistakesAreTold(_ wire: String, _ rule: String, _ words: String) {
        let found = mistakes("name: T\nprotocol: \(wire)\npass_through: true\nmore_results: [{ \(rule) }]")
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test func moreOfThemThanAMessageMayHoldAreUnreadable() throws {
        let mine = try passing("more_results: [{ record: Q, kind: qc, code: Q.3.1, value: Q.4 }]")
        let text = header + "\r" + String(repeating: "Q|1|A|1\r", count: 10_001) + "L|1|N\r"
        let read = mine.interpret(wire: .astm, bytes: Array(text.utf8), facility: Facility())
        guard case .unreadable(let why) = read else {
            Issue.record("read")
            return
        }
        #expect(why.contains("10001 results"))
    }
}
