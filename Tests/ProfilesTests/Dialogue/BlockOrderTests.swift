import Core
import Profiles
import Testing

/// Orders to devices of blocks, by templates.
@Suite struct BlockOrderTests {
    private func reply(_ tests: [String]) throws -> String? {
        let mine = try profile(
            """
            name: T
            protocol: blocks
            framing: { start: STX, end: ETX }
            layout: { units: block, records: [{ record: R, when: { prefix: R }, separator: ',', fields: { code: 2, value: 3 }, result: whole }] }
            pass_through: true
            orders:
              dialect: blocks
              query: { when: { prefix: I }, specimen: 2-9 }
              reply: 'D{FS}{specimen}{FS}{count}{FS}{count:02>}{FS}{tests}'
              test: '{code}'
              test_separator: FS
              nothing: N
            """)
        let query = try #require(mine.query(in: Array("IS1".utf8)))
        let answer = mine.answer(query, orders: tests.isEmpty ? [] : [work("S1", tests)], context: context())
        return answer.following.first.map { message in
            String(decoding: message.content.map { $0 == 0x1C ? UInt8(ascii: "|") : $0 }, as: UTF8.self)
        }
    }

    @Test func theNumberOfTestsStandsWhereTheTemplateSays() throws {
        #expect(try reply(["A", "B", "C"]) == "D|S1|3|03|A|B|C")
        #expect(try reply((1...12).map { "T\($0)" })?.hasPrefix("D|S1|12|12|T1|") == true)
    }

    @Test func aNumberThatDoesNotFitIsNeverCut() throws {
        #expect(try reply((1...100).map { "T\($0)" }) == "N")
    }

    @Test func nothingOrderedIsSaidWithoutIt() throws { #expect(try reply([]) == "N") }
}
