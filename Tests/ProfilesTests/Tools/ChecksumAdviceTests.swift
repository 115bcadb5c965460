import Core
import Profiles
import Testing

/// Frames with wrong checksums are told as that, with the policy that reads them.
@Suite struct ChecksumAdviceTests {
    private let records = ["H|\\^&|||X", "P|1", "O|1|S1", "R|1|^^^A|1", "L|1|N"]

    @Test func allWrong() throws {
        let report = try passing().decode(framed(records, fault: 1))
        let refusal = try #require(report.unreadable)
        #expect(refusal.contains("5 frames came with a wrong checksum"))
        #expect(refusal.contains("`link: { checksum: lenient }`"))
        #expect(try passing("link: { checksum: lenient }").decode(framed(records, fault: 1)).unreadable == nil)
    }

    @Test func someWrong() throws {
        let capture = framed(records) + framed(records, fault: 3)
        let report = try passing().decode(capture)
        #expect(report.unreadable == nil)
        #expect(report.advice?.contains("5 frames came with a wrong checksum and were refused") == true)
        #expect(report.text.contains("lenient"))
        #expect(report.json.compact.contains("lenient"))
    }

    @Test func noneIsThere() throws {
        // STX text ETX, and nothing behind it.
        let capture = records.enumerated().flatMap { Array("\u{2}\($0 + 1)\($1)\r\u{3}\r\n".utf8) }
        let refusal = try #require(try passing().decode([0x05] + capture + [0x04]).unreadable)
        #expect(refusal.contains("checksum"), "\(refusal)")
        #expect(refusal.contains("lenient") || refusal.contains("off"))
    }

    @Test func goodFramesSayNothing() throws {
        let report = try passing().decode(framed(records))
        #expect(report.advice == nil)
        #expect(!report.json.compact.contains("advice"))
    }

    @Test func framesDamagedInAnotherWayAreJustThat() throws {
        let refusal = try #require(try passing().decode([0x05, 0x02] + Array("1R|1|^^^A|1".utf8)).unreadable)
        #expect(!refusal.contains("checksum"))
    }
}
