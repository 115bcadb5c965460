import Core
import Profiles
import TestKit
import Testing

@Suite struct OrderRulesReadingTests {
    private func astm(_ lines: String) -> [String] {
        mistakes("name: T\nprotocol: astm\npass_through: true\n\(lines)\n")
    }
    private func hl7(_ lines: String) -> [String] { mistakes("name: T\nprotocol: hl7\npass_through: true\n\(lines)\n") }

    @Test func mistakesOfOrders() {
        let text = """
            orders:
              dialect: astm
              withdraw: true
              nothing: silence
              query: { specimen: [Q.4.1, O.3] }
              fields: { O.3: specimn, R.4: mrn, O.2: mrn, O.16: =ORH }
              tests: { form: '^^^', layout: rows }
              terminator: { orders: Final }
              delimiters: '||^&'
              dowload: true
            """
        #expect(
            astm(text) == [
                "profile.yaml:6: orders.withdraw: an order can only be withdrawn from a device that is sent orders; add 'download'",
                "profile.yaml:7: orders.nothing: 'silence' is not known here; possible: terminator, no-order, no-patient, empty-tests, "
                    + "echo-query",
                "profile.yaml:8: orders.query.specimen[1]: a query names its specimen in Q.3; write it like Q.3.2",
                "profile.yaml:8: orders.query.specimen[2]: a query names its specimen in Q.3; write it like Q.3.2",
                "profile.yaml:9: orders.fields.O.3: 'specimn' is not known here; possible: action, birth-date, collected, control-id, "
                    + "family, given, mrn, name, ordered, placer, priority, receiver, sender, sex, specimen, specimen-type, tests, "
                    + "time, version, a place in the query such as Q.3.4-9, or a fixed text with = in front, did you mean "
                    + "'specimen'?",
                "profile.yaml:9: orders.fields.R.4: 'R.4' is no field we write; write it like O.3, from the third field of H, P or O on",
                "profile.yaml:9: orders.fields.O.2: 'O.2' is no field we write; write it like O.3, from the third field of H, P or O on",
                "profile.yaml:10: orders.tests.form: '^^^' has no place for {code}; write it like ^^^{code}",
                "profile.yaml:10: orders.tests.layout: 'rows' is not known here; possible: repeats, records",
                "profile.yaml:11: orders.terminator.orders: 'Final' is no code: one letter, such as N",
                "profile.yaml:12: orders.delimiters: '||^&' are no delimiters: field, repeat, component and escape, such as |\\^&",
                "profile.yaml:13: orders: 'dowload' is not known here, did you mean 'download'?",
            ])
    }

    @Test func dialectsBelongToTheirProtocol() {
        #expect(
            astm("orders: { dialect: law }") == [
                "profile.yaml:4: orders.dialect: 'law' is a dialect of HL7; this profile is for ASTM, write astm"
            ])
        #expect(
            hl7("orders: { dialect: astm }") == [
                "profile.yaml:4: orders.dialect: 'astm' is no dialect of HL7; possible: as-asked, mindray, law, cepheid, orm"
            ])
        #expect(
            hl7("orders: { dialect: law, nothing: no-order }") == [
                "profile.yaml:4: orders.nothing: this is for ASTM; the dialect says how HL7 messages look. Remove it"
            ])
        #expect(hl7("orders: { dialect: law, download: true }").count == 1)
        #expect(hl7("orders: { dialect: orm, download: false }").count == 1)
        #expect(
            hl7("orders: { dialect: law, answer_within: 12 }") == [
                "profile.yaml:4: orders.answer_within: '12' is not a duration; write a number with its unit, like 500ms, 15s, 2m, 1h or 7d"
            ])
        #expect(hl7("link: { answer_within: 5s }").count == 1)
        #expect(hl7("orders: {}") == ["profile.yaml:4: orders: 'dialect' is missing"])
        #expect(hl7("orders: { dialect: law, download: orm, withdraw: true }") == [])
    }

    @Test func linkSettings() throws {
        let profile = try passing(
            "link: { framing: frames, frame_limit: 64kB, send_text: 1000, send_layout: record-per-frame, save_every_frame: true, "
                + "enquiry_in_transfer: refuse, answer_within: 2500ms }")
        var expected = LinkSettings()
        expected.frameBytes = 64_000
        expected.sendTextBytes = 1_000
        expected.sendsRecordPerFrame = true
        expected.savesEveryFrame = true
        expected.enquiryInTransfer = .refuse
        expected.answerWithin = .milliseconds(2_500)
        #expect(profile.link == expected)
        #expect(try passing().link == LinkSettings())
        #expect(try passing("link: { framing: unframed }").link.framing == .unframed)
    }

    @Test func mistakesOfLink() {
        #expect(
            astm(
                "link: { framing: none, frame_limit: 64000, send_text: 70000, enquiry_in_transfer: maybe, acknowledge: never }"
            ) == [
                "profile.yaml:4: link.acknowledge: ASTM frames are always acknowledged; remove it",
                "profile.yaml:4: link.framing: 'none' is not known here; possible: frames, unframed",
                "profile.yaml:4: link.frame_limit: '64000' is not a size; write a number with its unit, like 512B, 64KiB, 4MiB or 1GiB",
                "profile.yaml:4: link.send_text: 70000 is out of range; 1 to 63993 is possible",
                "profile.yaml:4: link.enquiry_in_transfer: 'maybe' is not known here; possible: restart, refuse",
            ])
        #expect(
            hl7("link: { framing: frames, checksum: off, acknowledge: never }") == [
                "profile.yaml:4: link.checksum: HL7 has no checksum; remove it",
                "profile.yaml:4: link.framing: this is for ASTM frames; HL7 has none. Remove it",
            ])
        #expect(
            astm("link: { framing: unframed, send_text: 100 }") == [
                "profile.yaml:4: link.send_text: there are no frames with 'framing: unframed'; remove it"
            ])
    }
}
