import Core
import Profiles
import TestKit
import Testing

@Suite struct ASTMDialogueTests {
    private let head = "H|\\^&|||GEN^1|||||LIS||P|LIS2-A2|20260314115959"

    private func profile(_ orders: String = "", _ more: String = "") throws -> Profile {
        try passing("orders:\n  dialect: astm\n\(orders)\n\(more)")
    }

    private func ask(_ profile: Profile, _ q: String, _ orders: [WorkOrder]) -> Exchange {
        Exchange(profile, [head, q, "L|1|N"], orders: orders)
    }

    @Test func oneSpecimen() throws {
        let exchange = ask(try profile(), "Q|1|^S1||ALL||||||||O", [work("S1", ["WBC", "RBC"], priority: .stat)])
        #expect(exchange.wanted == .specimens(["S1"]))
        #expect(
            exchange.lines == [
                "H|\\^&|||LIS|||||GEN^1||P|LIS2-A2|20260314120000", "P|1|MRN-1|||RAO^ASHA||19810402|F",
                "O|1|S1||^^^WBC\\^^^RBC|S|20260314115000|||||N||||||||||||||Q", "L|1|F",
            ])
        #expect(exchange.following.map(\.awaitsAnswer) == [false])
        #expect(exchange.remarks == [])
    }

    @Test(arguments: [
        ("^S1\\^S2\\^S1", ["S1", "S2"]), ("S1", ["S1"]), ("PAT^", ["PAT"]), ("PAT^S1^^", ["S1"]), ("^ S1 ", ["S1"]),
        ("", []),
        ("^&F&A", ["|A"]),
    ])
    func whatIsAsked(q3: String, specimens: [String]) throws {
        #expect(ask(try profile(), "Q|1|\(q3)||ALL||||||||O", []).wanted == .specimens(specimens))
    }

    @Test func allWithAndWithoutSpan() throws {
        let profile = try profile()
        #expect(ask(profile, "Q|1|ALL", []).wanted == .all(from: nil, to: nil))
        #expect(ask(profile, "Q|1|^ALL", []).wanted == .all(from: nil, to: nil))
        // Midnight in Kolkata, and the end of the day.
        let span = HostQuery.Wanted.all(
            from: Timestamp(microseconds: 1_773_426_600_000_000), to: Timestamp(microseconds: 1_773_513_000_000_000))
        #expect(ask(profile, "Q|1|ALL||ALL|R|20260314|20260314", []).wanted == span)
        let wrong = ask(profile, "Q|1|ALL||ALL|R|20261340|", [])
        #expect(wrong.wanted == .all(from: nil, to: nil))
        #expect(wrong.remarks == ["The query's time span is no possible date and time; it was left out."])
    }

    @Test func cancelIsAnsweredWithNothing() throws {
        let exchange = ask(try profile(), "Q|1|^S1||ALL||||||||A", [work("S1", ["WBC"])])
        #expect(exchange.wanted == .cancel)
        #expect(exchange.lines == [] && exchange.following == [])
        #expect(ask(try profile(), "Q|1|^S1||ALL||||||||O\\N", []).wanted == .specimens(["S1"]))
    }

    @Test(arguments: [
        ("terminator", ["L|1|I"]),
        ("no-order", ["P|1", "O|1|S9|||||||||N||||||||||||||Y", "L|1|I"]),
        ("no-patient", ["P|1", "O|1|S9|||||||||N||||||||||||||Z", "L|1|I"]),
        ("empty-tests", ["P|1", "O|1|S9|||||||||N||||||||||||||Q", "L|1|I"]),
    ])
    func nothingOrdered(how: String, lines: [String]) throws {
        let exchange = ask(try profile("  nothing: \(how)"), "Q|1|^S9", [work("S1", ["WBC"])])
        #expect(Array(exchange.lines.dropFirst()) == lines)
    }

    @Test func aListNamesOnlyWhatIsOrdered() throws {
        let orders = [work("S2", ["K"], number: 2, mrn: "MRN-2", family: nil, given: nil)]
        #expect(
            Array(ask(try profile(), "Q|1|^S1\\^S2", orders).lines.dropFirst()) == [
                "P|1|MRN-2|||||19810402|F", "O|1|S2||^^^K|R|20260314115000|||||N||||||||||||||Q", "L|1|F",
            ])
        #expect(
            Array(ask(try profile("  nothing: no-order"), "Q|1|^S1\\^S2", orders).lines.dropFirst(2)) == [
                "O|1|S1|||||||||N||||||||||||||Y", "P|2|MRN-2|||||19810402|F",
                "O|1|S2||^^^K|R|20260314115000|||||N||||||||||||||Q", "L|1|F",
            ])
    }

    @Test func twoPatientsForOneSpecimenAreNothingOrdered() throws {
        let orders = [work("S1", ["WBC"]), work("S1", ["WBC"], number: 2, mrn: "MRN-2")]
        let exchange = ask(try profile(), "Q|1|^S1", orders)
        #expect(Array(exchange.lines.dropFirst()) == ["L|1|I"])
        #expect(exchange.remarks.count == 1 && exchange.remarks[0].contains("different patients"))
        #expect(!exchange.remarks.joined().contains("MRN") && !exchange.remarks.joined().contains("S1"))
        #expect(Array(ask(try profile(), "Q|1|ALL", orders).lines.dropFirst()) == ["L|1|I"])
    }

    @Test func cancelledOrdersAndForeignSpecimensAreNotTold() throws {
        let orders = [work("S1", ["WBC"], state: .cancelled), work("S2", ["WBC"], number: 2)]
        #expect(Array(ask(try profile(), "Q|1|^S1", orders).lines.dropFirst()) == ["L|1|I"])
    }

    @Test func unknownTestsAreLeftOutAndTold() throws {
        let profile = try Profiles.ProfileLibrary.read(
            text: "name: T\nprotocol: astm\norders: { dialect: astm }\n"
                + "tests: { GLU: { order_code: '7', orders: [SUGAR, PANEL] }, K: { orders: [PANEL] } }",
            id: "t", file: "t")
        let some = ask(profile, "Q|1|^S1", [work("S1", ["SUGAR", "WBC", "GLU"])])
        #expect(some[2] == "O|1|S1||^^^7|R|20260314115000|||||N||||||||||||||Q")
        #expect(some.remarks.count == 1 && some.remarks[0].contains("left out: WBC."))
        #expect(ask(profile, "Q|1|^S1", [work("S1", ["PANEL"])])[2].hasPrefix("O|1|S1||^^^7\\^^^K|"))
        let none = ask(profile, "Q|1|^S1", [work("S1", (0..<9).map { "X\($0)" })])
        #expect(Array(none.lines.dropFirst()) == ["L|1|I"])
        #expect(none.remarks.first?.contains("X0, X1, X2, X3, X4 and more") == true)
    }

    @Test func textNeverBreaksTheStructure() throws {
        let order = work("S1", ["A|B^C\\D&E"], mrn: "M\r\nL|1|N", family: "R|A^O", given: "x\u{02}\u{03}y")
        let exchange = ask(try profile(), "Q|1|^S1", [order])
        #expect(exchange.lines.map { $0.prefix(1) } == ["H", "P", "O", "L"])
        #expect(exchange[1] == "P|1|M&X0D&&X0A&L&F&1&F&N|||R&F&A&S&O^x&X02&&X03&y||19810402|F")
        #expect(exchange[2].hasPrefix("O|1|S1||^^^A&F&B&S&C&R&D&E&E|"))
        // Without an escape delimiter a blank stands for what cannot be written.
        let bare = Exchange(try profile(), ["H|\\^|||GEN", "Q|1|^S1", "L|1|N"], orders: [order])
        #expect(bare[1] == "P|1|M  L 1 N|||R A O^x  y||19810402|F")
        #expect(bare[2].hasPrefix("O|1|S1||^^^A B C D&E|"))
    }

    @Test(arguments: [
        ("", "RAO^Zo\u{EB}?".unicodeScalars.map { UInt8($0.value) }), ("charset: utf-8", Array("RAO^Zoëअ".utf8)),
        ("charset: windows-1252", "RAO^Zo\u{EB}?".unicodeScalars.map { UInt8($0.value) }),
    ])
    func charset(setting: String, name: [UInt8]) throws {
        let profile = try profile("", setting)
        let query = try #require(profile.query(in: Array("\(head)\rQ|1|^S1\rL|1|N\r".utf8)))
        let answer = profile.answer(query, orders: [work("S1", ["K"], given: "Zoëअ")], context: context())
        let patient = answer.following[0].content.split(separator: 0x0D)[1]
        #expect(Array(patient.split(separator: 0x7C, omittingEmptySubsequences: false)[5]) == name)
    }

    @Test func idsOfTheDeviceAreNeverLookedUp() throws {
        let profile = try profile("  nothing: no-order", "specimen: { reject: ['^@'], pattern: '^S' }")
        let exchange = ask(profile, "Q|1|^@40\\^S1\\^X1", [work("@40", ["K"]), work("X1", ["K"])])
        #expect(exchange.wanted == .specimens(["S1"]))
        #expect(exchange.lines.filter { $0.hasSuffix("Y") }.count == 3)
        #expect(exchange.remarks.count == 1 && exchange.remarks[0].hasPrefix("2 specimen ids"))
    }

    @Test func aRangeIsCountedAsText() throws {
        let profile = try profile()
        #expect(ask(profile, "Q|1|^0098|^0101", []).wanted == .specimens(["0098", "0099", "0100", "0101"]))
        #expect(ask(profile, "Q|1|^A9|^B1", []).wanted == .specimens(["A9"]))
        #expect(ask(profile, "Q|1|^0101|^0098", []).wanted == .specimens(["0101"]))
        let long = ask(profile, "Q|1|^000000|^999999", [])
        guard case .specimens(let names) = long.wanted else { return #expect(Bool(false)) }
        #expect(names.count == DialogueLimits.specimensPerQuery && names.last == "000499")
        #expect(long.remarks.contains { $0.contains("longer than this") })
    }

    @Test func aHostileListIsBounded() throws {
        let list = (0..<50_000).map { "^S\($0)" }.joined(separator: "\\")
        let exchange = ask(try profile(), "Q|1|\(list)", [work("S3", ["K"]), work("S49999", ["K"], number: 2)])
        guard case .specimens(let names) = exchange.wanted else { return #expect(Bool(false)) }
        #expect(names.count == DialogueLimits.specimensPerQuery && names[499] == "S499")
        #expect(exchange.lines.filter { $0.hasPrefix("O|") }.count == 1)
        #expect(exchange.remarks == ["The query names 50000 specimens; the first 500 were answered."])
    }

    @Test func settingsOfTheAnswer() throws {
        let profile = try profile(
            """
              sender: host^1
              tests: { form: '^^^^{code}^{name}', layout: records }
              terminator: { orders: N, nothing: N, unclear: I }
              actions: { new: A }
              priorities: { stat: T }
              specimen_types: { serum: '1', default: '5' }
              fields: { H.3: control-id, H.10: H.5.1, H.14: , O.3.2: specimen, O.3.3: =B, O.7: , P.6.2: family }
            """)
        let exchange = ask(profile, "Q|1|^S1", [work("S1", ["K", "NA"], priority: .stat)])
        #expect(
            exchange.lines == [
                "H|\\^&|1||host^1|||||GEN||P|LIS2-A2", "P|1|MRN-1|||^RAO||19810402|F",
                "O|1|^S1^B||^^^^K^|T||||||A||||5||||||||||Q", "O|2|^S1^B||^^^^NA^|T||||||A||||5||||||||||Q", "L|1|N",
            ])
        #expect(ask(profile, "Q|1|", []).lines.last == "L|1|I")
    }

    @Test func notAQuery() throws {
        #expect(try profile().query(in: Array("\(head)\rP|1\rO|1|S\rR|1|^^^A|1\rL|1|N\r".utf8)) == nil)
        #expect(try profile().query(in: []) == nil)
        #expect(try passing().query(in: Array("\(head)\rQ|1|^S1\rL|1|N\r".utf8)) == nil)
    }
}
