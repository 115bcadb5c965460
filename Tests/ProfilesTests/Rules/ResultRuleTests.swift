import Core
import Profiles
import Testing

@Suite struct ResultRuleTests {
    private func observations(_ rules: String, _ lines: String...) throws -> [Observation] {
        let records = lines.joined(separator: "\r")
        return astm(try passing(rules), header, "P|1", "O|1|S|RACK7^3", records, "L|1|N").flatMap(\.observations)
    }

    @Test func operatorAndPlaceAreNotes() throws {
        let rules = "results: { operator: R.11.1, position: { from: [{ join: [O.4.1, O.4.2], with: '/' }] } }"
        let lines = ["R|1|^^^A|1|||||F||RAO^JONES", "R|2|^^^B|2|||||F||"]
        let found = try observations(rules, lines[0], lines[1])
        #expect(found.map(\.notes) == [["Operator: RAO", "Position: RACK7/3"], ["Position: RACK7/3"]])
        let plain = try observations("", lines[0], lines[1])
        #expect(plain.map(\.notes) == [[], []])
        #expect(plain.map(\.occurrence) == found.map(\.occurrence))
    }

    @Test(arguments: [
        (["1", "2", "3"], [0, 1, 2], 0), (["3", "1"], [2, 0], 0), (["2"], [1], 0), (["", ""], [0, 1], 0),
        (["1", "1"], [0, 1], 0), (["0"], [0], 0), (["x", "x"], [0, 1], 2), (["12345"], [0], 1),
    ])
    func replicates(_ sent: [String], _ expected: [Int], _ remarks: Int) throws {
        let lines = sent.map { "R|1|^^^A^\($0)|5.0" }.joined(separator: "\r")
        let report = try #require(
            astm(try passing("results: { replicate: R.3.5 }"), header, "P|1", "O|1|S", lines, "L|1|N").first)
        #expect(report.observations.map(\.occurrence) == expected)
        #expect(report.problems.count == remarks)
        #expect(report.problems.allSatisfy { $0.held == nil })
    }

    /// A replicate sent again alone keeps its identity.
    @Test func aReplicateSentAloneIsTheSameResult() throws {
        let rules = "results: { replicate: R.3.5 }"
        let all = try observations(rules, "R|1|^^^A^1|5", "R|2|^^^A^2|6")
        let alone = try observations(rules, "R|1|^^^A^2|6")
        let device = DeviceID("x")
        #expect(
            ResultID(device: device, specimen: "S", observation: alone[0])
                == ResultID(device: device, specimen: "S", observation: all[1]))
    }

    @Test(arguments: [
        ("<^5.0", ObservedValue.quantity("5.0", .less)), (">^5.0", .quantity("5.0", .greater)),
        ("=^5.0", .quantity("5.0", nil)), ("^5.0", .quantity("5.0", nil)), ("LT^5.0", .quantity("5.0", .less)),
        ("<^<5.0", .quantity("5.0", .less)), (">^<5.0", .text("><5.0")), ("~^5.0", .text("~5.0")),
        ("<^Positive", .text("<Positive")), ("<^", .absent("")),
    ])
    func aComparatorElsewhere(_ sent: String, _ expected: ObservedValue) throws {
        let rules = "results: { comparator: R.4.1, value: { from: R.4.2, comparators: { LT: '<' } } }"
        #expect(try observations(rules, "R|1|^^^A|\(sent)").first?.value == expected)
    }

    @Test(arguments: [
        ("R.7", "rH", [], ["rH"]), ("{ from: R.7, each: character }", "rH", ["H"], ["r", "H"]),
        ("{ from: R.7, each: character }", " H L\\A", ["H", "L", "A"], ["H", "L", "A"]),
        ("{ from: R.7, each: word }", "H  nr", ["H"], ["H", "nr"]),
        ("{ from: [R.8, R.7], each: word }", "H", ["H"], ["H"]),
    ])
    func severalFlagsInOneText(_ rule: String, _ sent: String, _ flags: [String], _ device: [String]) throws {
        let observation = try #require(try observations("results: { flags: \(rule) }", "R|1|^^^A|1|||\(sent)").first)
        #expect(observation.flags == flags)
        #expect(observation.deviceFlags == device)
    }

    @Test func flagsByWhatTheyLookLike() throws {
        let rules = """
            flags: { H9: [HH] }
            flag_patterns: [{ pattern: '^H\\d$', is: H }, { pattern: '^[HL]', is: [A] }]
            ignore_flags: ['^\\*+$', '^-$']
            """
        let found = try observations(rules, "R|1|^^^A|1|||H1\\***\\-\\L7\\H9\\X")
        #expect(found.first?.flags == ["H", "A", "HH"])
        #expect(found.first?.deviceFlags == ["H1", "L7", "H9", "X"])
    }

    @Test func wordsOfTheDeviceAreTranslatedAndKept() throws {
        let rules =
            "results: { value: { from: R.4, map: { Positif: Positive, '+++': '>1000', NEG: Negative }, "
            + "no_result: [{ pattern: '^NEG$', why: not run }] } }"
        let found = try observations(rules, "R|1|^^^A|Positif", "R|2|^^^A|+++", "R|3|^^^A|NEG", "R|4|^^^A|positif")
        #expect(
            found.map(\.value) == [
                .text("Positive"), .quantity("1000", .greater), .absent("NEG"), .text("positif"),
            ])
        #expect(
            found.map(\.notes) == [
                ["The device wrote 'Positif'."], ["The device wrote '+++'."], ["No result: 'NEG', not run."], [],
            ])
    }

    @Test func commentCodesBecomeFlagsAndWords() throws {
        let rules =
            "comments: { ignore: ['^0$'], analyte_component: 2, flags: { '43': H, '7^B': [L, A] }, "
            + "texts: { '43': Sample too small, '9': Rerun } }"
        let found = try observations(
            rules, "C|1|I|7^B|I", "R|1|^^^A|1|||H", "C|1|I|43|I", "C|2|I|0|I", "R|2|^^^B|1|||N", "C|1|I|9|I",
            "R|3|^^^C|1", "C|1|I|0|I")
        #expect(found.map(\.notes) == [["Sample too small"], ["Rerun", "7^B"], []])
        #expect(found.map(\.flags) == [["H"], ["N", "L", "A"], []])
        #expect(found.map(\.deviceFlags) == [["H"], ["N"], []])
    }

    @Test func mistakes() {
        let head = "name: T\nprotocol: astm\npass_through: true\n"
        func told(_ rules: String) -> [String] { ProfilesTests.mistakes(head + rules) }
        #expect(told("flag_patterns: [{ pattern: '^H', to: H }]").count == 2)
        #expect(told("ignore_flags: '('").count == 1)
        #expect(
            told("results: { flags: { from: R.7, each: letter } }").first?.contains("whole, character, word") == true)
        #expect(told("results: { value: { from: R.4, map: [a] } }").count == 1)
        #expect(told("comments: { flags: { '43': [''] } }").count == 1)
    }
}
