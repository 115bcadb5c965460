import Core
import Profiles
import Testing

/// What `decode` says of every field.
@Suite struct FieldUseTests {
    private let counting = """
        name: T
        protocol: astm
        specimen: { from: [O.4.2, O.3.1] }
        results: { code: [R.3.5] }
        lines: [ { is: ignored, why: an alarm, when: { R.3.5: { prefix: X } } } ]
        tests: { WBC: { units: ['10*3/uL'] } }
        """

    private func uses(_ profile: Profile, _ capture: [UInt8]) -> [String: [String]] {
        let fields = profile.decode(capture).messages.flatMap(\.fields)
        return Dictionary(fields.map { ("\($0.at) \($0.path)", $0.uses) }, uniquingKeysWith: +)
    }

    @Test func everyFieldSaysWhatItBecame() throws {
        let uses = uses(
            try profile(counting),
            bare(
                "H|\\^&|||XN^1|||||||P|1|20260314", "P|1||M1", "O|1|SECOND|9^S1^X", "R|1|^^^^WBC^2|5.1|10*3/uL||N||F",
                "R|2|^^^^XA|1", "L|1|N"))
        #expect(uses["H|1 H.5"] == [], "said something and was used by nothing")
        #expect(uses["P|1 P.4"] == ["patient"])
        #expect(uses["O|1 O.4.2"] == ["specimen"])
        #expect(uses["O|1 O.3"] == [], "the first place won, so the second was not looked at")
        #expect(uses["O|1 O.4.1"] == [])
        #expect(uses["R|1 R.3.5"] == ["code", "condition"])
        #expect(uses["R|1 R.3.6"] == [])
        #expect(uses["R|1 R.4"] == ["value"])
        #expect(uses["R|1 R.5"] == ["unit"])
        #expect(uses["R|1 R.7"] == ["flags"])
        #expect(uses["R|1 R.9"] == ["status"])
        #expect(uses["R|2 R.4"] == ["left out with its line"])
        #expect(uses["R|1 R.2"] == ["numbering"])
        #expect(uses["R|1 R.6"] == nil, "what says nothing is not listed")
    }

    @Test func anHL7FieldIsNamedByItsSegment() throws {
        let uses = uses(
            try profile("name: T\nprotocol: hl7\npass_through: true"),
            bare(
                "MSH|^~\\&|A|B|||20260314||ORU^R01|1|P|2.3.1", "PID|1||M1^^^H^MR||RAO^ASHA", "OBR|1||S1",
                "OBX|1|NM|GLU^Glucose||5|mmol/L||||A|F", "ZZZ|x"))
        #expect(uses["PID|1 PID-3.1"] == ["patient"] || uses["PID|1 PID-3"] == ["patient"], "\(uses)")
        #expect(uses["PID|1 PID-5"] == [])
        #expect(uses["OBR|1 OBR-3"] == ["specimen"])
        #expect(uses["OBX|1 OBX-3.2"]?.contains("name") == true)
        #expect(uses["OBX|1 OBX-10"] == [])
        #expect(uses["ZZZ|1 ZZZ-1"] == [])
        #expect(uses["MSH|1 MSH-9"] == ["type of the message"])
    }

    @Test func theTextNamesWhatWasNotUsedOnce() throws {
        let report = try passing().decode(
            bare(
                "H|\\^&|||XN^1", "P|1", "O|1|S1", "R|1|^^^A|1|||||||ada", "R|2|^^^B|2|||||||ada",
                "R|3|^^^C|2|||||||ada", "L|1|N"))
        #expect(report.text.contains("Not used: H.5 'XN^1', R.11 'ada' ×3."), "\(report.text)")
        #expect(!report.text.contains("R|2  R.11"))
        let rows = report.text(fields: true).split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
        #expect(rows.contains("R|2 R.11 not used ada"))
        #expect(rows.contains("R|2 R.4 value 2"), "\(rows)")
    }

    @Test func theJSONHoldsThem() throws {
        let json = try passing().decode(bare("H|\\^&|||XN", "P|1", "O|1|S1", "R|1|^^^A|1", "L|1|N")).json.compact
        #expect(json.contains(#"{"at":"H|1","path":"H.5","text":"XN","used":[]}"#))
        #expect(json.contains(#"{"at":"R|1","path":"R.4","text":"1","used":["value"]}"#))
    }

    @Test func severalSpecimensShareTheFieldsOfTheirMessage() throws {
        let report = try passing().decode(
            bare("H|\\^&", "P|1", "O|1|S1", "R|1|^^^A|1", "O|2|S2", "R|1|^^^A|2", "L|1|N"))
        #expect(report.messages.map { $0.fields.isEmpty } == [true, false])
        #expect(
            report.messages.flatMap(\.fields).filter { $0.path == "O.3" }.map(\.uses) == [["specimen"], ["specimen"]])
    }

    @Test func aLongTextAndManyPartsAreCut() throws {
        let long = String(repeating: "x", count: 5_000)
        let parts = String(repeating: "^a", count: 5_000)
        let report = try passing().decode(bare("H|\\^&|||\(long)", "P|1", "O|1|S1|\(parts)", "R|1|^^^A|1", "L|1|N"))
        let fields = report.messages.flatMap(\.fields)
        #expect(fields.first { $0.path == "H.5" }?.text.count == 201)
        #expect(fields.filter { $0.path.hasPrefix("O.4") }.count == 1)
    }

    @Test func interpretationForTheDaemonIsTheSame() throws {
        let shipped = try ShippedRecordings.astm()
        for (profile, bytes) in shipped {
            guard case .reports(let reports) = profile.interpret(wire: .astm, bytes: bytes, facility: Facility()) else {
                continue
            }
            let decoded = profile.decode(bytes).messages.map(\.report)
            #expect(reports.isEmpty || reports.map(\.observations) == decoded.map(\.observations))
        }
        #expect(!shipped.isEmpty)
    }
}
