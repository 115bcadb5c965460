import Core
import Profiles
import TestKit
import Testing

@Suite struct FixtureTests {
    @Test("a shipped test case", arguments: ShippedProfiles.cases)
    func shippedCase(_ test: ProfileCase) throws {
        try test.run(with: try ShippedProfiles.profile(id: test.profile))
    }

    @Test("every R or OBX line stands in one place", arguments: ShippedProfiles.cases)
    func everyLineOnce(_ test: ProfileCase) throws {
        let bytes = try test.capture().bytes
        let report = try ShippedProfiles.profile(id: test.profile).decode(bytes)
        guard report.unreadable == nil else { return }
        guard try ShippedProfiles.profile(id: test.profile).wire != .blocks else {
            // What a result is only the layout says; twice it may not be told all the same.
            return #expect(LineAccount.mistakes(in: report, expected: 0).filter { $0.contains("times") } == [])
        }
        #expect(LineAccount.mistakes(in: report, expected: sentLines(bytes)) == [])
    }

    /// The result lines of a recording, its frames undone by hand.
    private func sentLines(_ bytes: [UInt8]) -> Int {
        guard bytes.contains(0x02), !bytes.contains(0x0B) else {
            return LineAccount.resultLines(in: bytes.map { $0 == 0x0B ? 0x0D : $0 })
        }
        var text: [UInt8] = []
        var rest = bytes[...]
        while let start = rest.firstIndex(of: 0x02),
            let end = rest[start...].firstIndex(where: { $0 == 0x03 || $0 == 0x17 })
        {
            text += rest[(start + 2)..<end]
            rest = rest[(end + 1)...]
        }
        return LineAccount.resultLines(in: text)
    }

    @Test func theAccountSeesWhatIsMissing() throws {
        let report = try passing().decode(Array("\(header)\rP|1\rO|1|S\rR|1|^^^A|1\rL|1|N\r".utf8))
        #expect(LineAccount.mistakes(in: report, expected: 1) == [])
        #expect(LineAccount.mistakes(in: report, expected: 2) == ["2 lines were sent, 1 are accounted for"])
    }

    @Test func aDifferenceIsTold() throws {
        let test = try #require(ShippedProfiles.cases.first { $0.fact == "na-is-no-result" })
        let other = try ShippedProfiles.profile(id: "generic-astm")
        let fault = #expect(throws: CaseFault.self) { try test.run(with: other) }
        #expect(fault?.what.contains("should be") == true)
    }

    @Test func anotherAnswerIsToldWithItsLine() throws {
        let test = try #require(
            ShippedProfiles.cases.first { $0.profile == "generic-astm" && $0.fact == "query-one-specimen" })
        let other = try profile(
            "name: T\nprotocol: astm\npass_through: true\norders: { dialect: astm, nothing: no-order }")
        let sender = try profile("name: T\nprotocol: astm\npass_through: true\norders: { dialect: astm, sender: X }")
        let silent = try passing()
        // Its download is expected, and this profile has none.
        #expect(throws: CaseFault.self) { try test.run(with: other) }
        let line = #expect(throws: CaseFault.self) { try test.run(with: sender) }
        #expect(
            line?.what.hasPrefix("--- expected-reply.txt, expected\n+++ expected-reply.txt, now\n@@ line 1 @@\n-H|")
                == true)
        #expect(line?.what.contains("\n+H|\\^&|||X|") == true, "\(line?.what ?? "")")
        let none = #expect(throws: CaseFault.self) { try test.run(with: silent) }
        #expect(none?.what == "the recording is not one query that this profile answers")
    }

    @Test func profileTestRunsAllCases() {
        let report = ShippedProfiles.library.test()
        #expect(report.isGood, "\(report.text)")
        #expect(report.passed.count == ShippedProfiles.cases.count)
    }
}
