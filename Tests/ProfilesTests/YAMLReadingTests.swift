import Profiles
import Testing

@Suite struct YAMLReadingTests {
    private func read<Value>(_ text: String, _ body: (YAMLMap) -> Value?) -> Result<Value, ConfigurationMistakes> {
        Result { () throws(ConfigurationMistakes) in try YAMLDocument.read(text: text, file: "f.yaml", body) }
    }

    private func complaints<Value>(_ text: String, _ body: (YAMLMap) -> Value?) -> [String] {
        if case .failure(let error) = read(text, body) { error.mistakes.map(\.description) } else { [] }
    }

    @Test func textKeepsWhatWasWritten() throws {
        let text = "a: 007\nb: 1.50\nc: no\nd: '7'\n"
        #expect(
            try read(text) { map in ["a", "b", "c", "d"].compactMap { map[$0]?.text() } }.get() == [
                "007", "1.50", "no", "7",
            ])
    }

    @Test(arguments: [
        ("15s", Duration.seconds(15)), ("500ms", .milliseconds(500)), ("2m", .seconds(120)), ("1h", .seconds(3_600)),
        ("7d", .seconds(604_800)),
    ])
    func durationsHaveUnits(_ text: String, _ expected: Duration) throws {
        #expect(try read("d: \(text)") { $0["d"]?.duration() }.get() == expected)
    }

    @Test(arguments: ["15", "15 sec", "s", "1.5s", "-1s", "9999999999999999999s", "[1s]", ""])
    func durationsWithoutUnitAreRefused(_ text: String) {
        #expect(complaints("d: \(text)") { $0["d"]?.duration() }.first?.hasPrefix("f.yaml:1: d: ") == true)
    }

    @Test(arguments: [("512B", 512), ("64KiB", 65_536), ("4MiB", 4_194_304), ("1GiB", 1 << 30), ("10 MB", 10_000_000)])
    func sizesHaveUnits(_ text: String, _ expected: Int) throws {
        #expect(try read("s: \(text)") { $0["s"]?.byteSize() }.get() == expected)
    }

    @Test(arguments: ["64", "64K", "64kib", "9999999999TB", "x"])
    func sizesWithoutUnitAreRefused(_ text: String) {
        #expect(complaints("s: \(text)") { $0["s"]?.byteSize() }.count == 1)
    }

    @Test func unknownKeysAreShownWithLineAndSuggestion() {
        let found = complaints("listen: 1\nallwo: 2\nzzzzzz: 3\n") { map in
            _ = map["listen"]
            _ = map["allow"]
            return true
        }
        #expect(
            found == [
                "f.yaml:2: 'allwo' is not known here, did you mean 'allow'?",
                "f.yaml:3: 'zzzzzz' is not known here; known here: allow, listen",
            ])
    }

    @Test func anAbandonedMappingSaysNothingOfItsOtherKeys() {
        let found = complaints("b: 1\nc: 2\n") { map -> Bool? in
            if map.require("a") == nil { map.abandon() }
            return nil
        }
        #expect(found == ["f.yaml:1: 'a' is missing"])
    }

    @Test func severalMistakesAreCollected() {
        let found = complaints("a: maybe\nb: 70000\nc:\n  d: [x]\n") { map in
            _ = map["a"]?.bool()
            _ = map["b"]?.integer(in: 1...65_535)
            _ = map["c"]?.map { $0["d"]?.text() }
            _ = map.require("e")
            return true
        }
        #expect(
            found == [
                "f.yaml:1: a: 'maybe' is not true or false",
                "f.yaml:1: 'e' is missing",
                "f.yaml:2: b: 70000 is out of range; 1 to 65535 is possible",
                "f.yaml:4: c.d: a text belongs here, not a list",
            ])
    }

    @Test func brokenYAMLNamesItsLine() {
        #expect(
            complaints("a: 1\nb: [1, 2\n") { _ in true }.first?.hasPrefix("f.yaml:3: this is not YAML here:") == true)
        #expect(complaints("a: 1\n\tb: 2\n") { _ in true }.first?.hasPrefix("f.yaml:2: ") == true)
        #expect(complaints("a: 1\na: 2\n") { _ in true }.first?.contains("'a' stands twice") == true)
        #expect(
            complaints("b:\n  a: 1\n  c: { a: 1 }\n  'a': 2\n") { _ in true } == [
                "f.yaml:2: 'a' stands twice in one mapping, again in line 4; keep one"
            ])
        #expect(complaints("- 1\n") { _ in true } == ["f.yaml:1: a mapping (key: value) belongs here, not a list"])
    }

    @Test func jsonIsAccepted() throws {
        #expect(try read("{\"a\": {\"b\": true}}") { $0["a"]?.map { $0["b"]?.bool() } ?? nil }.get() == true)
    }

    @Test func anEmptyFileIsAnEmptyMapping() {
        #expect(complaints("# nothing\n") { $0.require("name")?.text() } == ["f.yaml:1: 'name' is missing"])
    }
}
