import Core
import Profiles
import Testing

/// What the daemon makes of blocks it stored, where it is stricter than `decode` is with a recording.
@Suite struct StoredBlocksTests {
    private static func reports(_ profile: Profile, _ wire: [UInt8]) -> [SpecimenReport]? {
        guard case .reports(let reports) = profile.interpret(wire: .blocks, bytes: wire, facility: Facility()) else {
            return nil
        }
        return reports
    }

    private static let words = """
        framing: { start: STX, end: ETX }
        layout:
          units: RS
          records:
            - { record: pi, when: { prefix: pi }, columns: { patient: 3- } }
            - { record: ci, when: { prefix: ci }, columns: { specimen: 3- } }
            - { record: rt, when: { prefix: rt }, columns: { code: 3- }, result: begins }
            - { record: qn, when: { prefix: qn }, columns: { value: 3- } }
        patient: { from: patient }
        """

    @Test(arguments: [
        "ciX1|rtHIV|qn0.1|ciX2|rtHBS|qn3.2", "rtHIV|qn0.1|ciX1|rtHBS|qn3.2|ciX2",
        "piA|ciX1|rtHIV|qn0.1|piB|ciX1|rtHBS|qn3.2",
    ])
    func twoSpecimensWithoutABorderAreNeverOne(text: String) throws {
        let profile = try LayoutReadingTests.profile(Self.words)
        let wire = [2] + text.utf8.map { $0 == UInt8(ascii: "|") ? 0x1E : $0 } + [3]
        let reports = try #require(Self.reports(profile, wire))
        #expect(reports.map(\.observations.count) == [2])
        #expect(reports.first?.specimenProblem?.contains("several specimens or patients") == true)
    }

    @Test(arguments: ["ciX1|rtHIV|qn0.1|rtHBS|qn3.2", "ciX1|rtHIV|qn0.1|ciX1|rtHBS|qn1"])
    func oneSpecimenHoweverOftenItIsNamed(text: String) throws {
        let profile = try LayoutReadingTests.profile(Self.words)
        let wire = [2] + text.utf8.map { $0 == UInt8(ascii: "|") ? 0x1E : $0 } + [3]
        let reports = try #require(Self.reports(profile, wire))
        #expect(reports.map(\.specimen) == ["X1"])
        #expect(reports.first?.specimenProblem == nil)
        #expect(reports.first?.observations.count == 2)
    }

    /// Silence, or a lost connection, cannot tell `14` from the beginning of `140`.
    @Test func aLineThatNothingEndsIsNotRead() throws {
        let profile = try LayoutReadingTests.profile(LayoutReadingTests.printed)
        let whole = "Sample: 1\r\nPatient ID : A1\r\nK 4.1 mmol/L\r\nNa 14"
        let reports = try #require(Self.reports(profile, Array(whole.utf8)))
        #expect(reports.flatMap { $0.observations.map(\.code) } == ["K"])
        #expect(reports.flatMap { $0.problems.map(\.held) } == [.unreadable])
        let ended = try #require(Self.reports(profile, Array((whole + "\r\n").utf8)))
        #expect(ended.flatMap { $0.observations.map(\.value.token) } == ["4.1", "14"])
        #expect(ended.flatMap(\.problems).isEmpty)
        // A recording may have lost its last line end.
        #expect(profile.decode(Array(whole.utf8)).messages.first?.report.observations.count == 2)
    }

    @Test func aLineThatIsABlockIsNotReadWithoutItsEnd() throws {
        let profile = try LayoutReadingTests.profile(
            """
            framing: { end: [CR], idle: 3s }
            layout:
              records:
                - { record: R, words: { specimen: 1, code: 2, value: 3 }, result: whole, new: specimen }
            """)
        #expect(try #require(Self.reports(profile, Array("A1 PT 12.3\r".utf8))).map(\.observations.count) == [1])
        let cut = try #require(Self.reports(profile, Array("A1 PT 12".utf8)))
        #expect(cut.map(\.observations.count) == [0])
        #expect(cut.flatMap { $0.problems.map(\.held) } == [.unreadable])
    }

    /// What a link stored has its framing; text without it means that the profile's framing was changed.
    @Test func whatIsNotFramedIsNotGuessed() throws {
        let profile = try LayoutReadingTests.profile(LayoutReadingTests.columns)
        #expect(Self.reports(profile, LayoutReadingTests.text) == nil)
        let good = LayoutReadingTests.framed(LayoutReadingTests.text)
        var damaged = good
        damaged[9] ^= 1
        let reports = try #require(Self.reports(profile, good + damaged))
        #expect(reports.map(\.observations.count) == [2, 0])
        #expect(reports.last?.problems.map(\.held) == [.unreadable])
    }
}
