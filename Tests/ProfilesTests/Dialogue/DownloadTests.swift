import Core
import Profiles
import TestKit
import Testing

@Suite struct DownloadTests {
    private func hl7(_ orders: String, tests: String = "pass_through: true") throws -> Profile {
        try profile("name: T\nprotocol: hl7\norders: { \(orders) }\n\(tests)\n")
    }

    private func lines(_ profile: Profile, _ dispatch: Dispatch) throws -> [String] {
        shownLines(try #require(profile.download(dispatch, context: context())).content)
    }

    @Test func astmActions() throws {
        let profile = try passing(
            "orders: { dialect: astm, download: true, withdraw: true, receiver: XN, delimiters: '|@^\\' }")
        let order = work("S1", ["K", "NA"])
        #expect(
            try lines(profile, dispatch(order)) == [
                "H|@^\\|||Labrador|||||XN||P|LIS2-A2|20260314120000", "P|1|MRN-1|||RAO^ASHA||19810402|F",
                "O|1|S1||^^^K@^^^NA|R|20260314115000|||||N||||||||||||||O", "L|1|N",
            ])
        #expect(try lines(profile, dispatch(order, attempt: 2, placements: [1]))[2].contains("|||||A||||||||||||||O"))
        #expect(
            try lines(profile, dispatch(order, .withdraw, attempt: 3, placements: [2]))[2].contains(
                "|||||C||||||||||||||O"))
        let message = try #require(profile.download(dispatch(order), context: context()))
        #expect(!message.awaitsAnswer && message.dispatches == [77] && message.controlID == nil)
    }

    @Test func orm() throws {
        let profile = try hl7("dialect: orm, withdraw: true, receiver: AN^LAB, version: 2.3.1")
        #expect(
            try lines(profile, dispatch(work("S1", ["K"], priority: .urgent))) == [
                "MSH|^~\\&|Labrador|Facility|AN^LAB||20260314120000||ORM^O01^ORM_O01|1|P|2.3.1||||||UNICODE UTF-8",
                "PID|1||MRN-1^^^^MR||RAO^ASHA^^^^^L||19810402|F", "ORC|NW|S1|S1||||||20260314115000",
                "OBR|1|S1|S1|K||20260314115000|||||||||||||||||||||^^^^^A",
            ])
        #expect(try lines(profile, dispatch(work("S1", ["K"]), .withdraw))[2].hasPrefix("ORC|CA|"))
        #expect(try lines(profile, dispatch(work("S1", ["K"], family: nil, given: nil)))[1].contains("||^^^^^^U||"))
    }

    @Test func lawWithdrawsTheIdsItPlaced() throws {
        let profile = try hl7("dialect: law, download: law, withdraw: true")
        let order = work("S1", ["K", "NA"], number: 9)
        func ids(_ dispatch: Dispatch) throws -> [String] {
            try lines(profile, dispatch).filter { $0.hasPrefix("OBR") || $0.hasPrefix("ORC") }.map {
                String($0.prefix(14))
            }
        }
        #expect(
            try ids(dispatch(order, attempt: 4)) == [
                "ORC|NW||||||||", "OBR||9-K-4||K^", "ORC|NW||||||||", "OBR||9-NA-4||N",
            ])
        #expect(
            try ids(dispatch(order, .withdraw, attempt: 6, placements: [4])) == [
                "ORC|CA||||||||", "OBR||9-K-4||K^", "ORC|CA||||||||", "OBR||9-NA-4||N",
            ])
    }

    @Test func whatAProfileCannotDo() throws {
        let order = work("S1", ["K"])
        let asking = try passing("orders: { dialect: astm }")
        #expect(!asking.canDownload && !asking.canWithdraw && asking.answersQueries)
        #expect(asking.download(dispatch(order), context: context()) == nil)
        let placing = try passing("orders: { dialect: astm, download: true }")
        #expect(placing.canDownload && !placing.canWithdraw)
        #expect(placing.download(dispatch(order, .withdraw), context: context()) == nil)
        #expect(try !passing().canDownload && !passing().answersQueries)
        let orm = try hl7("dialect: orm", tests: "tests: { GLU: {} }")
        #expect(orm.canDownload && !orm.answersQueries && !orm.numbersAttempts)
        #expect(orm.download(dispatch(order), context: context()) == nil)
        #expect(orm.download(dispatch(work("S1", ["K", "GLU"])), context: context()) != nil)
    }
}

@Suite struct DeviceResponseTests {
    private func answer(_ lines: String..., to asksApplication: Bool = true, message: String = "9") throws
        -> DeviceResponse?
    {
        let profile = try profile("name: T\nprotocol: hl7\npass_through: true\n")
        let ours = "MSH|^~\\&|||||||OML^O33|9|P|2.5.1|||NE|\(asksApplication ? "AL" : "")\r"
        return profile.response(
            in: Array((["MSH|^~\\&|AN||LIS||1||ORL^O34|5|P|2.5.1"] + lines).joined(separator: "\r").utf8),
            to: OutboundMessage(content: Array(ours.utf8), controlID: message))
    }

    @Test func accepted() throws {
        #expect(try answer("MSA|AA|9") == .accepted)
        #expect(try answer("MSA|AA|9", "SPM|1", "ORC|OK", "ORC|OK") == .accepted)
        #expect(try answer("MSA|AA|9", "ORC|CR") == .accepted)
        #expect(try answer("MSA|CA|9", to: false) == .accepted)
    }

    @Test func refused() throws {
        #expect(try answer("MSA|AR|9|Unknown specimen") == .refused("AR; Unknown specimen"))
        #expect(try answer("MSA|AE|9|||^x|207") == .refused("AE; error 207"))
        #expect(try answer("MSA|AA|9", "ORC|OK", "ORC|UA") == .refused("AA; ORC-1 UA for 1 of its tests"))
        #expect(try answer("MSA|AA|9", "ORC|UC", "ORC|UC") == .refused("AA; ORC-1 UC for 2 of its tests"))
        #expect(try answer("MSA|CE|9") == .refused("CE"))
        #expect(try answer("MSA|XX|9") == .refused("XX"))
        #expect(try answer("MSA||9") == .refused("no code in MSA-1"))
        guard case .refused(let words) = try answer("MSA|AR|9|\(String(repeating: "x", count: 9_000))") else {
            return #expect(Bool(false))
        }
        #expect(words.count == 300)
    }

    @Test func noAnswerToThisMessage() throws {
        #expect(try answer("MSA|AA|8") == nil)
        #expect(try answer("OBX|1") == nil)
        // The application's answer is still to come.
        #expect(try answer("MSA|CA|9") == nil)
        let profile = try profile("name: T\nprotocol: hl7\npass_through: true\n")
        #expect(profile.response(in: Array("garbage".utf8), to: OutboundMessage(content: [], controlID: "9")) == nil)
        #expect(profile.response(in: [], to: OutboundMessage(content: [])) == nil)
    }
}
