import Core
import Profiles
import Testing

/// From the bytes of a device of blocks to observations.
@Suite struct LayoutReadingTests {
    static func profile(_ text: String) throws -> Profile {
        try ProfileLibrary.read(text: "name: Test\nprotocol: blocks\npass_through: true\n" + text, id: "t", file: "p")
    }

    /// `SPECIMEN: CODE=VALUE UNIT …` for each specimen.
    static func words(_ report: DecodeReport) -> [String] {
        report.messages.map { message in
            let results = message.report.observations.map { observation in
                "\(observation.code)=\(observation.value.comparator?.rawValue ?? "")\(observation.value.token)"
                    + (observation.deviceUnit.isEmpty ? "" : " \(observation.deviceUnit)")
            }
            return "\(message.report.specimen): " + results.joined(separator: ", ")
        }
    }

    static let columns = """
        framing: { start: STX, end: ETX, check: { kind: xor, over: text-and-end, form: byte, place: after-end } }
        layout:
          records:
            - record: D
              when: { prefix: D }
              columns: { specimen: 2-7 }
              repeat: { from: 8, width: 7, columns: { code: 1-2, value: 3-6, flags: 7 } }
        """
    static let text = Array("DS1    AA 1.5HBB  20 ".utf8)

    static func framed(_ text: [UInt8]) -> [UInt8] { [2] + text + [3, text.reduce(3, ^)] }

    @Test func columnsAndRepeats() throws {
        let report = try Self.profile(Self.columns).decode(Self.framed(Self.text))
        #expect(Self.words(report) == ["S1: AA=1.5, BB=20"])
        #expect(report.messages.first?.report.observations.first?.deviceFlags == ["H"])
        #expect(report.messages.first?.report.observations.map(\.at) == ["D|1", "D|2"])
        #expect(report.link.frames == 1 && report.link.badFrames == 0)
    }

    /// Without a check only the looks of each result tell that a character was lost: the value would be cut.
    @Test func aLostCharacterHoldsTheWholeUnit() throws {
        let rule = "{ code: 1-2, value: 3-6, flags: 7 }, fits: '^[A-Z]{2}[ 0-9.]{3}[0-9][^0-9]?$'"
        let profile = try Self.profile(Self.columns.replacing("{ code: 1-2, value: 3-6, flags: 7 }", with: rule))
        #expect(Self.words(profile.decode(Self.framed(Self.text))) == ["S1: AA=1.5, BB=20"])
        for lost in 7..<Self.text.count - 1 {
            var text = Self.text
            text.remove(at: lost)
            let report = profile.decode(Self.framed(text))
            #expect(report.messages.allSatisfy { $0.report.observations.isEmpty }, "without character \(lost)")
            #expect(report.holds.map(\.reason) == [.unreadable], "without character \(lost)")
        }
    }

    @Test func aWrongCheckIsNoMessageEvenWithoutAnother() throws {
        var wire = Self.framed(Self.text)
        wire[9] ^= 1
        let report = try Self.profile(Self.columns).decode(wire)
        #expect(report.unreadable?.hasPrefix("No block was found whole, only 1 damaged one.") == true)
        let lenient = Self.columns.replacing("end: ETX,", with: "end: ETX, on_wrong_check: accept,")
        let taken = try Self.profile(lenient).decode(wire)
        #expect(
            taken.messages.first?.report.problems.contains { $0.what.hasPrefix("the check of a block was wrong") }
                == true)
    }

    /// Control characters lost, written as words or as pictures; both line ends; a check behind the end still there.
    @Test(arguments: [
        "DS1    AA 1.5HBB  20 ", "\u{5}DS1    AA 1.5HBB  20 \u{4}", "DS1    AA 1.5HBB  20 \r\n",
        "<STX>DS1    AA 1.5HBB  20 <ETX>E", "[ENQ][STX]DS1    AA 1.5HBB  20 [EOT]",
        "\u{2402}DS1    AA 1.5HBB  20 \u{2404}",
        "DS1    AA 1.5HBB  20 \u{3}c", "\u{2}DS1    AA 1.5HBB  20 \u{4}",
    ])
    func recordingsThatLostTheirFraming(text: String) throws {
        #expect(Self.words(try Self.profile(Self.columns).decode(Array(text.utf8))) == ["S1: AA=1.5, BB=20"])
    }

    @Test func aTraceIsReadByConnection() throws {
        let wire = EscapedBytes.text(Self.framed(Self.text))
        let file =
            CaptureFile.heading(device: "d", profile: "t")
            + "2026-03-14T06:30:00.000Z in 1 \\x05\n2026-03-14T06:30:00.000Z out 1 \\x06\n"
            + "2026-03-14T06:30:00.100Z in 1 \(wire)\n"
        #expect(Self.words(try Self.profile(Self.columns).decode(Array(file.utf8))) == ["S1: AA=1.5, BB=20"])
    }

    @Test func separatedFieldsInGroups() throws {
        let profile = try Self.profile(
            """
            framing: { end: [CRLF, CR, LF] }
            layout:
              records:
                - record: R
                  when: { prefix: 'R,' }
                  separator: ','
                  fields: { specimen: 2, date: 3, time: 4 }
                  repeat: { from: 5, count: 3, separator: ',', fields: { code: 1, comparator: 2, value: { at: 3, columns: 1-5 }, unit: { at: 3, columns: 6- } } }
            """)
        let report = profile.decode(Array("R,S9 ,20260314,0930,GLU ,=,5.1  mg/dl,CRP,<,0.3  mg/l,7\r\n".utf8))
        #expect(Self.words(report) == ["S9: GLU=5.1 mg/dl, CRP=<0.3 mg/l"])
        // What stands behind the last group is told.
        #expect(report.messages.first?.report.problems.contains { $0.what.contains("behind the last result") } == true)
    }

    @Test func unitsBelongToTheResultTheyFollow() throws {
        let profile = try Self.profile(
            """
            framing: { start: STX, end: ETX }
            layout:
              units: RS
              records:
                - { record: ci, when: { prefix: ci }, columns: { specimen: 3- } }
                - { record: rt, when: { prefix: rt }, columns: { code: 3- }, result: begins }
                - { record: qn, when: { prefix: qn }, columns: { value: 3- } }
                - { record: other, is: ignored, why: no use }
            """)
        let text = "\u{2}\u{1E}ciX1\u{1E}rtHIV\u{1E}qn0.1\u{1E}rtHBS\u{1E}zz\u{1E}qn3.2\u{3}"
        let report = profile.decode(Array(text.utf8))
        #expect(Self.words(report) == ["X1: HIV=0.1, HBS=3.2"])
        #expect(report.messages.first?.report.ignored == [AsideLine(at: "other|1", why: "no use")])
    }

    static let printed = """
        framing: { idle: 3s, strip: escp }
        layout:
          units: lines
          records:
            - { record: head, when: { prefix: 'Sample' }, label: ':', fields: { number: 2 }, new: specimen }
            - { record: id, when: { prefix: 'Patient ID' }, label: ':', fields: { specimen: 2 } }
            - { record: line, when: { matches: '^[-= ]+$' }, is: ignored, why: a rule }
            - { record: R, words: { code: 1, value: 2, unit: 3 }, result: whole }
        """

    @Test func aPrinterWithTwoSpecimensInOneStream() throws {
        let text =
            "Sample: 1\r\nPatient ID : A1\r\n----\r\n\u{1B}\u{0}Na \u{1B}\u{0} 140 mmol/L\r\nSample: 2\r\nPatient ID : A2\r\nNa 139 mmol/L\r\nK 4.1 mmol/L\r\n"
        let report = try Self.profile(Self.printed).decode(Array(text.utf8))
        #expect(Self.words(report) == ["A1: Na=140 mmol/L", "A2: Na=139 mmol/L, K=4.1 mmol/L"])
    }

    @Test func codesInOrderWhereTheDeviceNamesNone() throws {
        let profile = try Self.profile(
            """
            framing: { start: STX, end: ETX }
            layout:
              records:
                - { record: D, when: { prefix: D1U }, columns: { specimen: 4-8 }, repeat: { from: 9, width: 5, codes: [WBC, RBC, HGB], columns: { value: 1-4, flags: 5 } } }
            """)
        let report = profile.decode(Array("\u{2}D1U00042 6.50    013.2+\u{3}".utf8))
        // A place without a value is a test that was not done.
        #expect(Self.words(report) == ["00042: WBC=6.5, HGB=13.2"])
    }

    @Test func blocksOfASeriesAreOneMessage() throws {
        let profile = try Self.profile(
            """
            framing: { start: STX, end: ETX }
            dialogue: { good: ACK, message: { begins: { prefix: '1' }, ends: { prefix: '9' }, within: 30s } }
            layout:
              records:
                - { record: '1', when: { prefix: '1' }, columns: { specimen: 2- } }
                - { record: '3', when: { prefix: '3' }, columns: { code: 2-4, value: 5- }, result: whole }
                - { record: '9', when: { prefix: '9' }, is: ignored, why: the end }
            """)
        let wire = Array("\u{2}1A\u{3}\u{2}3GLU5\u{3}\u{2}9\u{3}\u{2}1B\u{3}\u{2}3GLU6\u{3}\u{2}3K  4\u{3}".utf8)
        #expect(Self.words(profile.decode(wire)) == ["A: GLU=5", "B: GLU=6, K=4"])
        // What is journalled is read alike.
        guard case .reports(let reports) = profile.interpret(wire: .blocks, bytes: wire, facility: Facility()) else {
            Issue.record("unreadable")
            return
        }
        #expect(reports.map(\.specimen) == ["A", "B"])
    }

    @Test func whatFitsNothingIsUnreadableAndAPartIsTold() throws {
        let profile = try Self.profile(Self.columns.replacing("layout:", with: "layout:\n  units: lines"))
        guard
            case .unreadable(let why) = profile.interpret(
                wire: .blocks, bytes: Self.framed(Array("??".utf8)), facility: Facility())
        else {
            Issue.record("it was read")
            return
        }
        #expect(why.hasPrefix("No part of this message fits the profile's layout."))
        let report = profile.decode(Self.framed(Self.text + Array("\r?? rest".utf8)))
        #expect(
            report.messages.first?.report.problems.map(\.what) == [
                "a part of 7 characters fits no record of the layout"
            ])
    }

    @Test func limitsHold() throws {
        let profile = try Self.profile(Self.printed)
        let many = Array(String(repeating: "Na 140 x\n", count: 10_001).utf8)
        #expect(profile.decode(many).unreadable?.hasPrefix("The message holds 10001 results") == true)
        let units = Array(String(repeating: "-\n", count: 50_001).utf8)
        #expect(profile.decode(units).unreadable?.hasPrefix("The message holds 50001 parts") == true)
    }

    private static func unit(_ columns: String, _ text: String) throws -> DecodeReport {
        try profile(
            """
            framing: { start: STX, end: ETX }
            layout:
              records:
                - { record: D, when: { prefix: D }, \(columns) }
            """
        ).decode([2] + Array(text.utf8) + [3])
    }

    @Test(arguments: [
        ("columns: { specimen: 3-9, code: 13-15, value: 17-20 }, result: whole", ["characters 21-22 of D mg"]),
        ("columns: { specimen: 3-9, code: 13-15, value: 17-20, unit: 21-22 }, result: whole", []),
        ("words: { specimen: 2, code: 3 }, result: whole", ["part 4 of D 0065mg"]),
        ("separator: ' ', fields: { specimen: 2, value: 6 }, result: whole", ["part 5 of D GLU"]),
        (
            "columns: { specimen: 3-9 }, repeat: { from: 13, width: 10, columns: { code: 1-3, value: 5-8 } }",
            ["characters 21-22 of D mg"]
        ),
    ])
    func whatNoFieldCoversIsListed(columns: String, unused: [String]) throws {
        let report = try Self.unit(columns, "D 7700456   GLU 0065mg")
        let told = report.messages.flatMap(\.fields).filter { $0.uses.isEmpty && $0.path.contains(" of ") }
        #expect(told.map { "\($0.path) \($0.text)" } == unused)
        #expect(report.text.contains("Not used: ") == !unused.isEmpty)
    }

    @Test(arguments: [
        ("columns: { specimen: 3-9, code: 13-15, value: 17-19 }, result: whole", "D 7700456   GLU 0065mg"),
        ("columns: { specimen: 3-9, code: 13-15, value: 18-20 }, result: whole", "D 7700456   GLU 1065mg"),
        ("columns: { specimen: 3-9, code: 13-15, value: 17-18 }, result: whole", "D 7700456   GLU 14.5mg"),
        (
            "columns: { specimen: 3-9 }, repeat: { from: 13, width: 8, columns: { code: 1-3, value: 5-7 } }",
            "D 7700456   GLU 0065"
        ),
    ])
    func aColumnThatCutsANumberGivesNoResult(columns: String, text: String) throws {
        let report = try #require(try Self.unit(columns, text).messages.first?.report)
        #expect(report.observations.isEmpty)
        #expect(report.problems.map(\.held) == [.unreadable])
        #expect(report.problems.first?.what.contains("the column of 'value', so that its number is cut") == true)
    }

    @Test func aNumberBesideAnotherColumnIsWhole() throws {
        let report = try Self.unit(
            "columns: { specimen: 3-9, code: 13-15, value: 17-19, flags: 20 }, result: whole", "D 7700456   GLU 0065mg")
        #expect(Self.words(report) == ["7700456: GLU=6"] || Self.words(report) == ["7700456: GLU=006"])
    }
}
