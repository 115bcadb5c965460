import Core
import Profiles
import Testing

/// What is wrong with a layout is told with its line and what would be right.
@Suite struct LayoutMistakeTests {
    /// A profile that is right, with these lines in place of some of its own.
    static func profile(
        framing: String = "{ start: STX, end: ETX }", dialogue: String = "{ good: ACK }", record: String = "",
        more: String = ""
    ) -> String {
        """
        name: Test
        protocol: blocks
        framing: \(framing)
        dialogue: \(dialogue)
        layout:
          records:
            - record: D
              \(record.isEmpty ? "columns: { specimen: 3-12 }" : record)
              repeat: { from: 13, width: 8, columns: { code: 1-3, value: 4-8 } }
        pass_through: true
        \(more)
        """
    }

    static func mistakes(_ text: String) -> [String] {
        do throws(ConfigurationMistakes) {
            _ = try ProfileLibrary.read(text: text, id: "t", file: "p.yaml")
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test func theRightOneHasNone() { #expect(Self.mistakes(Self.profile()) == []) }

    static let wrong: [(text: String, line: Int, words: String)] = [
        (profile(framing: "{ start: STX }"), 3, "nothing ends a block: 'framing' needs 'end' (ETX, CR …), or 'idle'"),
        (profile(framing: "{ start: SXT, end: ETX }"), 3, "did you mean 'STX'?"),
        (profile(framing: "{ end: ETX, idle: 3 }"), 3, "is not a duration"),
        (profile(framing: "{ end: ETX, on_wrong_check: accept }"), 3, "there is no 'check' that could be wrong"),
        (
            profile(framing: "{ idle: 2s, check: { kind: xor, over: text, form: byte, place: after-end } }"), 3,
            "there is no 'end' a check could stand behind"
        ),
        (profile(framing: "{ end: ETX, chek: 1 }"), 3, "'chek' is not known here, did you mean 'check'?"),
        (profile(dialogue: "{ answers: { ENK: ACK } }"), 4, "'ENK' is no control character"),
        (profile(dialogue: "{ message: { begins: { prefix: '1' } } }"), 4, "'ends' is missing"),
        (
            profile(record: "columns: { specimen: 3-12, rack: 10-14 }"), 8,
            "columns 10-14 of 'rack' overlap 3-12 of 'specimen'"
        ),
        (profile(record: "columns: { specimen: 12-3 }"), 8, "columns 12-3 run backwards; write 3-12"),
        (profile(record: "columns: { specimen: x }"), 8, "'x' are no columns; write them like 3-6, 7- or 5"),
        (profile(record: "columns: { Specimen: 3-4 }"), 8, "'Specimen' is no name of a field"),
        (
            profile(record: "columns: { specimen: 3-4 }\n      separator: ','\n      fields: { name: 2 }"), 7,
            "a unit is cut in one way: 'columns', 'separator' with 'fields', 'label' or 'words'; keep one"
        ),
        (profile(record: "fields: { specimen: 2 }"), 8, "'fields' need a 'separator' (',') or a 'label' (':')"),
        (profile(record: "separator: ','"), 8, "'fields' is missing: which field is what"),
        (profile(record: "when: { begins: D }"), 8, "'begins' is not known here"),
        (profile(record: "is: ignored\n      why: no use"), 8, "a record is either ignored or holds results"),
        (profile(record: "result: whole"), 8, "a record has either 'result' or 'repeat'"),
        (
            profile(more: "specimen: { from: specimn }"), 11,
            "'specimn' is no field of the layout, did you mean 'specimen'?"
        ),
        (profile(more: "results: { unit: R.5 }"), 11, "'R.5' is no name of a field of the layout"),
        (
            profile(more: "kinds: [ { when: { recrd: D }, is: qc } ]"), 11,
            "'recrd' is no field of the layout, did you mean 'record'?"
        ),
        (profile(more: "link: { checksum: off }"), 11, "blocks are described by 'framing' and 'dialogue'; remove it"),
        (
            profile(more: "orders: { dialect: astm }"), 11,
            "'astm' is no dialect of this profile's protocol; write blocks"
        ),
        (
            profile(more: "orders: { dialect: blocks, query: { when: { prefix: R }, specimen: 3-9 } }"), 11,
            "'reply' is missing: what answers a query"
        ),
        (
            profile(more: "orders: { dialect: blocks, download: 'S {tsts}', test: '{code}' }"), 11,
            "'{tsts}' is not known here"
        ),
        (
            profile(more: "orders: { dialect: blocks, download: 'S {specimen:x}{tests}', test: '{code}' }"), 11,
            "has no width"
        ),
    ]

    @Test(arguments: wrong.indices)
    func eachIsTold(index: Int) {
        let (text, line, words) = Self.wrong[index]
        let mistakes = Self.mistakes(text)
        #expect(mistakes.contains { $0.hasPrefix("p.yaml:\(line): ") && $0.contains(words) }, "\(words): \(mistakes)")
    }

    @Test func aRepeatMustFitItself() {
        let text = Self.profile().replacing("value: 4-8", with: "value: 4-9")
        #expect(
            Self.mistakes(text).contains { $0.contains("'value' reaches to column 9, and a result has 8 characters") })
        let nameless = Self.profile().replacing("code: 1-3, ", with: "")
        #expect(Self.mistakes(nameless).contains { $0.contains("a result needs its test: a field 'code', or 'codes'") })
    }

    @Test func aRepeatNamesItsTestsOnceOnly() {
        let both = Self.profile().replacing("value: 4-8 }", with: "value: 4-8 }, codes: [NA]")
        #expect(Self.mistakes(both).contains { $0.hasPrefix("p.yaml:9: ") && $0.contains("take 'codes' out") })
        let twice = Self.profile().replacing("code: 1-3, value: 4-8 }", with: "value: 4-8 }, codes: [NA, K, NA]")
        #expect(Self.mistakes(twice).contains { $0.hasPrefix("p.yaml:9: ") && $0.contains("'NA' stands here twice") })
    }

    @Test func aRepeatBeginsBehindTheOtherColumns() {
        let inside = Self.profile(record: "columns: { specimen: 3-13 }")
        #expect(
            Self.mistakes(inside).contains {
                $0.hasPrefix("p.yaml:9: ") && $0.contains("begin at column 13, inside 3-13 of 'specimen'")
            })
        #expect(Self.mistakes(Self.profile(record: "columns: { specimen: 3-12 }")) == [])
    }

    @Test func aCodeIsNotWhereItsValueIs() {
        let text = Self.profile().replacing(
            "columns: { code: 1-3, value: 4-8 }", with: "separator: ',', fields: { code: 3, value: 3 }")
        #expect(Self.mistakes(text).contains { $0.hasPrefix("p.yaml:9: ") && $0.contains("one and the same place") })
    }

    @Test func aResultBehindTheLastCodeIsHeld() throws {
        let mine = try ProfileLibrary.read(
            text: Self.profile().replacing("code: 1-3, value: 4-8 }", with: "value: 4-8 }, codes: [NA]"), id: "t",
            file: "p.yaml")
        let read = mine.interpret(
            wire: .blocks, bytes: Array("\u{2}D L26-000001   140.0     4.1\u{3}".utf8), facility: Facility())
        guard case .reports(let reports) = read else {
            Issue.record("\(read)")
            return
        }
        #expect(reports.flatMap(\.observations).count == 1)
        #expect(
            reports.flatMap(\.problems).contains {
                $0.held == .unreadable && $0.what == "result 2 has no test: the profile names 1 in 'codes'"
            }, "\(reports.flatMap(\.problems))")
    }

    @Test func framingIsForBlocksOnly() {
        let text = "name: T\nprotocol: astm\npass_through: true\nframing: { end: CR }\n"
        #expect(
            Self.mistakes(text) == ["p.yaml:4: framing: this is for 'protocol: blocks'; remove it, or set the protocol"]
        )
    }
}
