import Core

/// Reads what `orders:` of a profile for blocks holds besides its dialect.
struct BlockOrdersReader {
    static let keys = ["query", "reply", "test", "test_separator", "nothing", "download"]

    func read(_ map: YAMLMap, into rules: inout OrderRules) {
        var blocks = BlockOrderRules()
        _ = map["query"]?.map { query in
            if let when = query.require("when") { blocks.query = tests(when) }
            blocks.specimen = query.require("specimen").flatMap(place)
            blocks.question = query["question"]?.template()
        }
        blocks.reply = map["reply"]?.template()
        blocks.test = map["test"]?.template()
        if let separator = map["test_separator"] { blocks.testSeparator = separator.marks(8) ?? [] }
        blocks.nothing = map["nothing"]?.template()
        blocks.download = map["download"]?.template()
        if blocks.download != nil { rules.download = .blocks }
        if map["query"] != nil, blocks.reply == nil { map.value.mistake("'reply' is missing: what answers a query") }
        for (key, template) in [("reply", blocks.reply), ("download", blocks.download)] {
            guard let template, !template.pieces.contains(where: { $0.isTests }) else { continue }
            map[key]?.mistake("the tests have no place; add {tests}")
        }
        if let test = blocks.test, !test.pieces.contains(where: { $0.isCode }) {
            map["test"]?.mistake("the test's code has no place; add {code}")
        }
        if blocks.test == nil, blocks.reply != nil || blocks.download != nil {
            map.value.mistake("'test' is missing: how one test is written, such as \"{code:3>}0\"")
        }
        rules.blocks = blocks
    }

    private func tests(_ value: YAMLValue) -> [Condition.Test] {
        value.map { map -> [Condition.Test] in
            var tests: [Condition.Test] = []
            if let list = map["prefix"]?.list(allowsSingle: true, of: { $0.text() }) { tests.append(.prefix(list)) }
            if let list = map["matches"]?.patterns() { tests.append(.matches(list)) }
            if tests.isEmpty { value.mistake("what marks a query is 'prefix' or 'matches'") }
            return tests
        } ?? []
    }

    /// `14-39`, or a field of the layout.
    private func place(_ value: YAMLValue) -> BlockOrderRules.Place? {
        guard let text = value.text() else { return nil }
        if let columns = UnitCut.Columns(text) {
            return (columns.last ?? .max) >= columns.first
                ? .columns(columns) : value.wrong("columns \(text) run backwards")
        }
        return value.fieldPath(.blocks)?.fieldName.map { .field($0) }
    }
}

extension BlockTemplate.Piece {
    fileprivate var isTests: Bool { if case .word(.tests, _) = self { true } else { false } }
    fileprivate var isCode: Bool { if case .word(.code, _) = self { true } else { false } }
}
