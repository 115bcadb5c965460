import ASTM
import Core
import HL7
import TestKit
import Testing

@testable import Profiles

/// The device's side of the dialogue: what it asks with, how it reads the answer, and how it answers itself.
@Suite("The device's side of the dialogue")
struct DeviceSideTests {
    private let context = DialogueContext(
        facility: Facility(), now: Timestamp(microseconds: 1_773_469_800_000_000), controlID: { "7" })

    private func lines(_ bytes: [UInt8]?) -> [String] {
        String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\r").map(String.init)
    }

    private func message(_ lines: String...) -> [UInt8] { Array((lines.joined(separator: "\r") + "\r").utf8) }

    private static let dialects = [
        "protocol: astm\norders: { dialect: astm, download: true, withdraw: true }",
        "protocol: hl7\norders: { dialect: mindray }",
        "protocol: hl7\norders: { dialect: law, download: orm, withdraw: true }",
        "protocol: hl7\norders: { dialect: cepheid }",
    ]

    private func profile(dialect: String) throws -> Profile {
        try ProfilesTests.profile("name: Test\npass_through: true\n" + dialect + "\n")
    }

    private func orders(_ count: Int = 2) throws -> [WorkOrder] {
        let all = [
            #"{"accession":"L-1","mrn":"M-1","kind":"laboratory","patient":{"family":"A|B^C"},"tests":[{"code":"GLU"},{"code":"K"}]}"#,
            #"{"accession":"L-2","mrn":"M-2","kind":"laboratory","patient":{"family":"B"},"tests":[{"code":"HB"}]}"#,
        ]
        let json = "[" + all.prefix(count).joined(separator: ",") + "]"
        return try orderChanges(json: Array(json.utf8), facility: Facility()).enumerated().compactMap { index, change in
            guard case .place(let order) = change else { return nil }
            return WorkOrder(number: Int64(index + 1), order: order, received: context.now)
        }
    }

    // MARK: - Questions

    @Test("a question in LIS02-A2")
    func astmQuestion() throws {
        let profile = try profile(dialect: Self.dialects[0])
        #expect(
            lines(profile.question("L-1", context: context)?.content) == [
                "H|\\^&|||Simulator|||||LIS||P|LIS2-A2|20260314120000", "Q|1|^L-1||ALL||||||||O", "L|1|N",
            ])
        #expect(lines(profile.question(nil, context: context)?.content)[1] == "Q|1|ALL||ALL||||||||O")
        #expect(profile.question("L-1", context: context)?.awaitsAnswer == false)
    }

    @Test("a question in each HL7 dialect")
    func hl7Questions() throws {
        let mindray = try profile(dialect: Self.dialects[1]).question("L-1", context: context)
        #expect(mindray?.controlID == "7")
        #expect(
            lines(mindray?.content) == [
                "MSH|^~\\&|Simulator||LIS||20260314120000||QRY^Q02|7|P|2.3.1||||||UNICODE UTF-8",
                "QRD|20260314120000|R|D|7|||RD|L-1|OTH|||T|", "QRF|Simulator|||||RCT|COR|ALL||",
            ])
        let law = try profile(dialect: Self.dialects[2])
        #expect(
            lines(law.question("L-1", context: context)?.content) == [
                "MSH|^~\\&|Simulator||LIS||20260314120000||QBP^Q11^QBP_Q11|7|P|2.5.1|||NE|AL||UNICODE UTF-8|||LAB-27^IHE",
                "QPD|WOS^Work Order Step^IHELAW|Q7|L-1", "RCP|I||R",
            ])
        #expect(
            lines(law.question(nil, context: context)?.content)[1] == "QPD|WOS_ALL^Work Order Step All^IHELAW|Q7")
        let cepheid = try profile(dialect: Self.dialects[3])
        #expect(
            lines(cepheid.question("L-1", context: context)?.content) == [
                "MSH|^~\\&|Simulator||LIS||20260314120000||QBP^Z03^QBP_Z03|7|P|2.5||||||UNICODE UTF-8",
                "QPD|Z03^HOST QUERY|Q7||L-1", "RCP|I",
            ])
        #expect(lines(cepheid.question(nil, context: context)?.content)[1] == "QPD|Z01^REQUEST TEST ORDERS|Q7|ALL")
    }

    @Test("who takes orders only, or has no orders at all, asks nothing")
    func noQuestion() throws {
        let told = try profile(dialect: "protocol: hl7\norders: { dialect: orm, download: orm }")
        #expect(told.question("L-1", context: context) == nil)
        #expect(try profile(dialect: "protocol: astm").question("L-1", context: context) == nil)
    }

    @Test("the host understands every question, with delimiters in the id as well", arguments: dialects)
    func understood(dialect: String) throws {
        let profile = try profile(dialect: dialect)
        for id in ["L-1", "A|B^C&D", "0042"] {
            let question = try #require(profile.question(id, context: context))
            #expect(profile.query(in: question.content)?.wanted == .specimens([id]))
        }
        let all = try #require(profile.question(nil, context: context))
        #expect(profile.query(in: all.content)?.wanted == .all(from: nil, to: nil))
    }

    @Test("every shipped profile's question is understood by itself")
    func shipped() throws {
        for entry in ShippedProfiles.library.entries {
            let profile = try ShippedProfiles.profile(id: entry.id)
            guard profile.answersQueries else { continue }
            let question = try #require(profile.question("L26-000601", context: context))
            #expect(profile.query(in: question.content)?.wanted == .specimens(["L26-000601"]), "\(entry.id)")
            guard let all = profile.question(nil, context: context) else {
                // Blocks ask for one specimen each.
                #expect(profile.wire == .blocks, "\(entry.id)")
                continue
            }
            guard case .all? = profile.query(in: all.content)?.wanted else {
                Issue.record("\(entry.id) does not ask for all")
                continue
            }
        }
    }

    // MARK: - What the host says

    private static let glucose = ToldOrder(specimen: "L-1", patient: "M-1", tests: ["GLU", "K"], act: .place)
    private static let haemoglobin = ToldOrder(specimen: "L-2", patient: "M-2", tests: ["HB"], act: .place)

    private func told(_ profile: Profile, _ specimen: String?) throws -> [HostTold] {
        let question = try #require(profile.question(specimen, context: context))
        let query = try #require(profile.query(in: question.content))
        let found = try orders().filter { specimen == nil || $0.order.accession == specimen }
        let answer = profile.answer(query, orders: found, context: context)
        return ([answer.reply].compactMap { $0 } + answer.following.map(\.content)).compactMap { profile.told(in: $0) }
    }

    @Test("the device reads the answer to its question", arguments: dialects)
    func answers(dialect: String) throws {
        let profile = try profile(dialect: dialect)
        #expect(try told(profile, "L-1").flatMap(\.orders) == [Self.glucose])
        let all = try told(profile, nil)
        #expect(all.flatMap(\.orders) == [Self.glucose, Self.haemoglobin])
        #expect(all.last?.ending != .more)
        let none = try told(profile, "L-9")
        #expect(none.flatMap(\.orders).allSatisfy { $0.act == .nothing })
        #expect(none.last?.ending != .more)
        #expect(none.allSatisfy { $0.refusal == nil })
    }

    @Test("the device reads orders that come unasked, and their withdrawal", arguments: [dialects[0], dialects[2]])
    func unasked(dialect: String) throws {
        let profile = try profile(dialect: dialect)
        let order = try orders(1)[0]
        for (act, wanted) in [(Dispatch.Act.place, ToldOrder.Act.place), (.withdraw, .withdraw)] {
            let message = try #require(
                profile.download(
                    Dispatch(number: 1, work: order, act: act, attempt: 1, placements: act == .place ? [] : [1]),
                    context: context))
            let told = try #require(profile.told(in: message.content))
            #expect(told.orders == [ToldOrder(specimen: "L-1", patient: "M-1", tests: ["GLU", "K"], act: wanted)])
        }
    }

    @Test("a host's refusal is heard")
    func refusal() throws {
        let mindray = try profile(dialect: Self.dialects[1])
        let refused = mindray.told(
            in: message("MSH|^~\\&|LIS||S||20260314||QCK^Q02|1|P|2.3.1", "MSA|AE|7|not today", "QAK|SR|AE"))
        #expect(refused?.refusal == "MSA-1 is AE: not today")
        #expect(refused?.ending == .last)
        let astm = try profile(dialect: Self.dialects[0])
        #expect(astm.told(in: message("H|\\^&", "L|1|Q"))?.refusal != nil)
    }

    @Test("acknowledgements, results, queries and nonsense tell the device nothing")
    func nothing() throws {
        let hl7 = try profile(dialect: Self.dialects[1])
        #expect(hl7.told(in: message("MSH|^~\\&|LIS||S||20260314||ACK^R01|1|P|2.3.1", "MSA|AA|7")) == nil)
        #expect(hl7.told(in: []) == nil)
        #expect(hl7.told(in: Array("HELLO".utf8)) == nil)
        let astm = try profile(dialect: Self.dialects[0])
        #expect(astm.told(in: message("H|\\^&", "O|1|L-1||^^^GLU", "R|1|^^^GLU|5", "L|1|N")) == nil)
        #expect(astm.told(in: message("H|\\^&", "Q|1|^L-1", "L|1|N")) == nil)
        #expect(astm.told(in: Array("HELLO".utf8)) == nil)
    }

    // MARK: - What the device answers

    @Test("ACK^Q03 to a DSR^Q03", arguments: [true, false])
    func displayAnswer(accepts: Bool) throws {
        let profile = try profile(dialect: Self.dialects[1])
        let order = message("MSH|^~\\&|LIS||SIM|LAB|20260314||DSR^Q03|44|P|2.3.1||||||ASCII|||", "DSP|21||L-1")
        let answer = lines(profile.deviceAnswer(to: order, accepts: accepts, context: context))
        #expect(answer[0].hasPrefix("MSH|^~\\&|SIM|LAB|LIS||20260314120000||ACK^Q03|7|P|2.3.1"))
        #expect(
            answer[1] == (accepts ? "MSA|AA|44|Message accepted|||0|" : "MSA|AE|44|Application internal error|||207|"))
        #expect(answer[2] == (accepts ? "ERR|0|" : "ERR|207|"))
    }

    @Test(
        "ORL^O34 says for each order whether it was accepted or cancelled",
        arguments: [
            ("NW", true, "OK", "SC"), ("NW", false, "UA", "CA"), ("CA", true, "CR", "CA"), ("CA", false, "UC", "SC"),
        ])
    func orderAnswer(control: String, accepts: Bool, word: String, state: String) throws {
        let profile = try profile(dialect: Self.dialects[2])
        let order = message(
            "MSH|^~\\&|LIS|H|SIM|LAB|20260314||OML^O33^OML_O33|45|P|2.5.1|||NE|AL||UNICODE UTF-8|||LAB-28^IHE",
            "PID|1||M-1", "SPM|1|L-1", "SAC|||L-1", "ORC|\(control)||||||||20260314", "TQ1|||||||||R",
            "OBR||1-GLU-1||GLU^^L",
            "ORC|\(control)||||||||20260314", "TQ1|||||||||R", "OBR||1-K-1||K^^L")
        let answer = lines(profile.deviceAnswer(to: order, accepts: accepts, context: context))
        #expect(
            answer == [
                "MSH|^~\\&|SIM|LAB|LIS|H|20260314120000||ORL^O34^ORL_O42|7|P|2.5.1||||||UNICODE UTF-8|||LAB-28^IHE",
                "MSA|AA|45", "PID|1||M-1", "SPM|1|L-1", "SAC|||L-1", "ORC|\(word)||||\(state)", "OBR||1-GLU-1||GLU^^L",
                "ORC|\(word)||||\(state)", "OBR||1-K-1||K^^L",
            ])
        let sent = OutboundMessage(content: order, controlID: "45")
        let response = profile.response(in: Array((answer.joined(separator: "\r") + "\r").utf8), to: sent)
        if accepts { #expect(response == .accepted) } else { #expect(response != .accepted && response != nil) }
    }

    @Test("ORR^O02 to an ORM^O01; nothing to do is accepted without an order")
    func otherAnswers() throws {
        let profile = try profile(dialect: Self.dialects[2])
        let order = message(
            "MSH|^~\\&|LIS||SIM||20260314||ORM^O01^ORM_O01|46|P|2.5.1", "PID|1||M-1", "ORC|NW|P-1|L-1",
            "OBR|1|P-1|L-1|GLU")
        let answer = lines(profile.deviceAnswer(to: order, accepts: true, context: context))
        #expect(answer[0].contains("|ORR^O02^ORR_O02|"))
        #expect(answer.dropFirst() == ["MSA|AA|46", "PID|1||M-1", "ORC|OK|P-1|L-1||SC", "OBR|1|P-1|L-1|GLU"])
        let nothing = message("MSH|^~\\&|LIS||SIM||20260314||OML^O33^OML_O33|47|P|2.5.1|||NE|AL", "SPM|1|L-9", "ORC|DC")
        #expect(
            lines(profile.deviceAnswer(to: nothing, accepts: true, context: context)).dropFirst() == [
                "MSA|AA|47", "SPM|1|L-9",
            ])
    }

    @Test("answers are not answered, and ASTM answers nothing")
    func unanswered() throws {
        let mindray = try profile(dialect: Self.dialects[1])
        let check = message("MSH|^~\\&|LIS||S||20260314||QCK^Q02|1|P|2.3.1", "MSA|AA|7", "QAK|SR|OK")
        #expect(mindray.deviceAnswer(to: check, accepts: true, context: context) == nil)
        #expect(mindray.deviceAnswer(to: Array("HELLO".utf8), accepts: true, context: context) == nil)
        let astm = try profile(dialect: Self.dialects[0])
        #expect(astm.deviceAnswer(to: message("H|\\^&", "L|1|N"), accepts: true, context: context) == nil)
    }
}
