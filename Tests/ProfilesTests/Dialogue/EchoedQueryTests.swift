import Core
import Profiles
import Testing

/// "Nothing is ordered" said by sending the query back (`nothing: echo-query`).
@Suite struct EchoedQueryTests {
    private func reply(_ rules: String, _ query: String) throws -> [String] {
        let mine = try passing("orders: { dialect: astm, nothing: echo-query, \(rules) }")
        let bytes = Array("\(header)\r\(query)\rL|1|N\r".utf8)
        let asked = try #require(mine.query(in: bytes))
        let answer = mine.answer(asked, orders: [], context: context())
        let content = try #require(answer.following.first).content
        return String(decoding: content, as: UTF8.self).split(separator: "\r").map(String.init)
    }

    @Test func theQueryComesBackWithX() throws {
        let lines = try reply("terminator: { nothing: N }", "Q|7|^S1^9||^^^ALL||||||||O")
        #expect(Array(lines.dropFirst()) == ["Q|1|^S1^9||^^^ALL||||||||X", "L|1|N"])
    }

    @Test func theCodeIsData() throws {
        #expect(try reply("nothing_status: Y", "Q|1|^S1").dropFirst().first == "Q|1|^S1||||||||||Y")
    }

    @Test func eachSpecimenIsSentBackByItself() throws {
        let lines = try reply("terminator: { nothing: N }", "Q|1|^S1\\^S2||ALL")
        #expect(lines.filter { $0.hasPrefix("Q") } == ["Q|1|^S1||ALL||||||||X", "Q|2|^S2||ALL||||||||X"])
        let range = try reply("terminator: { nothing: N }", "Q|1|^S1|^S2|ALL")
        #expect(range.filter { $0.hasPrefix("Q") } == ["Q|1|^S1||ALL||||||||X", "Q|2|^S2||ALL||||||||X"])
    }

    @Test func aFieldTooLongForAQueryDoesNotGoBack() throws {
        let long = String(repeating: "A", count: 101)
        #expect(
            try reply("terminator: { nothing: N }", "Q|1|^S1||\(long)|B").dropFirst().first == "Q|1|^S1|||B|||||||X")
    }

    @Test func theDeviceUnderstandsItsQueryComingBack() throws {
        let mine = try passing("orders: { dialect: astm, nothing: echo-query }")
        let told = try #require(mine.told(in: Array("H|\\^&\rQ|1|^S1||ALL||||||||X\rL|1|N\r".utf8)))
        #expect(told.orders.map(\.specimen) == ["S1"])
        #expect(told.orders.map(\.act) == [.nothing])
        #expect(mine.told(in: Array("H|\\^&\rQ|1|^S1||ALL||||||||O\rL|1|N\r".utf8)) == nil)
    }

    @Test func theCodeBelongsToTheEcho() {
        let found = mistakes(
            "name: T\nprotocol: astm\npass_through: true\norders: { dialect: astm, nothing_status: X }")
        #expect(found.contains { $0.contains("for 'nothing: echo-query'") }, "\(found)")
    }
}
