import ASTM
import Core

/// Reads `orders:` of a profile.
struct OrderRulesReader {
    let wire: WireProtocol

    /// How long devices wait for the answer to a query.
    private static let answerWithin: ClosedRange<Duration> = .milliseconds(500)...(.seconds(600))

    func read(_ value: YAMLValue) -> OrderRules? {
        value.map { map -> OrderRules? in
            guard let word = map.require("dialect"), let dialect = dialect(word) else {
                map.abandon()
                return nil
            }
            var rules = OrderRules(dialect: dialect)
            rules.answerWithin = map["answer_within"]?.duration(in: Self.answerWithin)
            if wire == .blocks {
                BlockOrdersReader().read(map, into: &rules)
                return rules
            }
            rules.download = download(map["download"], dialect)
            if let withdraws = map["withdraw"] {
                rules.withdraws = withdraws.bool() ?? false
                if rules.withdraws, rules.download == nil {
                    withdraws.mistake(
                        "an order can only be withdrawn from a device that is sent orders; add 'download'")
                }
            }
            rules.sender = map["sender"]?.name()
            rules.receiver = map["receiver"]?.name()
            rules.version = map["version"]?.name()
            for (type, word) in map["specimen_types"]?.entries() ?? [] {
                if let word = word.text() { rules.specimenTypes[type.lowercased()] = word }
            }
            readASTM(map, into: &rules.astm)
            return rules
        } ?? nil
    }

    private func dialect(_ value: YAMLValue) -> OrderRules.Dialect? {
        guard let dialect = value.choice(of: OrderRules.Dialect.self) else { return nil }
        guard (dialect == .blocks) == (wire == .blocks) else {
            return value.wrong(
                wire == .blocks
                    ? "'\(dialect.rawValue)' is no dialect of this profile's protocol; write blocks"
                    : "'blocks' is the dialect of 'protocol: blocks' only")
        }
        let isASTM = dialect == .astm
        guard dialect == .blocks || isASTM == (wire == .astm) else {
            return value.wrong(
                isASTM
                    ? "'astm' is no dialect of HL7; possible: as-asked, mindray, law, cepheid, orm"
                    : "'\(dialect.rawValue)' is a dialect of HL7; this profile is for ASTM, write astm")
        }
        return dialect
    }

    /// ASTM: true or false. HL7: the message that carries orders, or false.
    private func download(_ value: YAMLValue?, _ dialect: OrderRules.Dialect) -> OrderRules.Dialect? {
        guard let value else { return dialect == .orm ? .orm : nil }
        if wire == .astm { return value.bool() == true ? .astm : nil }
        switch value.choice(of: HL7Download.self) {
        case .law: return .law
        case .orm: return .orm
        case .no:
            if dialect == .orm { value.mistake("a device that asks nothing and is sent nothing needs no 'orders'") }
            return nil
        case nil: return nil
        }
    }

    private func readASTM(_ map: YAMLMap, into rules: inout ASTMOrderRules) {
        let keys = [
            "query", "fields", "reply_fields", "download_fields", "tests", "nothing", "nothing_status", "terminator",
            "actions", "priorities", "delimiters",
        ]
        if wire == .hl7 {
            for key in keys { map[key]?.mistake("this is for ASTM; the dialect says how HL7 messages look. Remove it") }
            return
        }
        _ = map["query"]?.map { map in
            if let paths = map["specimen"]?.list(allowsSingle: true, of: queryPath) { rules.specimen = paths }
            if let isAll = map["empty_is_all"]?.bool() { rules.emptyIsAll = isAll }
        }
        if let layout = map["fields"].map(layout) { rules.fields = rules.fields.merging(layout) }
        if let layout = map["reply_fields"].map(layout) { rules.replyFields = rules.replyFields.merging(layout) }
        if let layout = map["download_fields"].map(layout) {
            rules.downloadFields = rules.downloadFields.merging(layout)
        }
        _ = map["tests"]?.map { map in
            if let form = map["form"], let text = form.name() {
                if !text.contains("{code}") {
                    form.mistake("'\(text)' has no place for {code}; write it like ^^^{code}")
                }
                rules.test = text
            }
            if let layout = map["layout"]?.choice(of: ASTMOrderRules.TestLayout.self) { rules.layout = layout }
        }
        if let nothing = map["nothing"]?.choice(of: ASTMOrderRules.Nothing.self) { rules.nothing = nothing }
        if let status = map["nothing_status"] {
            readCode(status, into: &rules.nothingStatus)
            if rules.nothing != .echoQuery { status.mistake("this is the code in Q.13 for 'nothing: echo-query'") }
        }
        _ = map["terminator"]?.map { map in
            readCode(map["orders"], into: &rules.terminators.orders)
            readCode(map["nothing"], into: &rules.terminators.nothing)
            readCode(map["unclear"], into: &rules.terminators.unclear)
            readCode(map["download"], into: &rules.terminators.download)
        }
        _ = map["actions"]?.map { map in
            readCode(map["new"], into: &rules.actions.new)
            readCode(map["add"], into: &rules.actions.add)
            readCode(map["cancel"], into: &rules.actions.cancel)
        }
        _ = map["priorities"]?.map { map in
            readCode(map["routine"], into: &rules.priorities.routine)
            readCode(map["urgent"], into: &rules.priorities.urgent)
            readCode(map["stat"], into: &rules.priorities.stat)
        }
        if let delimiters = map["delimiters"].flatMap(delimiters) { rules.delimiters = delimiters }
    }

    private func readCode(_ value: YAMLValue?, into code: inout String) {
        guard let value, let text = value.text() else { return }
        if text.utf8.count == 1 { code = text } else { value.mistake("'\(text)' is no code: one letter, such as N") }
    }

    private func queryPath(_ value: YAMLValue) -> FieldPath? {
        guard let path = value.fieldPath(wire) else { return nil }
        return path.record == "Q" && path.field == 3 && path.repeat == nil
            ? path : value.wrong("a query names its specimen in Q.3; write it like Q.3.2")
    }

    /// `{ O.3: specimen, O.16: =ORH, O.4: Q.3.4-9, H.14: }`.
    private func layout(_ value: YAMLValue) -> RecordLayout {
        var rules: [(path: FieldPath, text: RecordLayout.Text)] = []
        for (key, value) in value.entries() ?? [] {
            guard let path = FieldPath(key), ["H", "P", "O"].contains(path.record), path.field >= 3, path.repeat == nil
            else {
                value.mistake("'\(key)' is no field we write; write it like O.3, from the third field of H, P or O on")
                continue
            }
            if let text = text(value) { rules.append((path, text)) }
        }
        return RecordLayout(rules)
    }

    private func text(_ value: YAMLValue) -> RecordLayout.Text? {
        if value.isNull { return .nothing }
        guard let text = value.text() else { return nil }
        if text.hasPrefix("=") { return .constant(String(text.dropFirst())) }
        if let echo = RecordLayout.Echo(text) { return .echo(echo) }
        if let word = RecordLayout.Word(rawValue: text) { return .word(word) }
        let known = RecordLayout.Word.allCases.map(\.rawValue)
        return value.wrong(
            "'\(text)' is not known here; possible: \(known.sorted().joined(separator: ", ")), a place in the query such as "
                + "Q.3.4-9, or a fixed text with = in front" + didYouMean(text, known))
    }

    private func delimiters(_ value: YAMLValue) -> Delimiters? {
        guard let text = value.name() else { return nil }
        let bytes = Array(text.utf8)
        guard bytes.count == 4, let delimiters = Delimiters(header: Array("H".utf8) + bytes + bytes.prefix(1)),
            delimiters.definition.count == 3
        else { return value.wrong("'\(text)' are no delimiters: field, repeat, component and escape, such as |\\^&") }
        return delimiters
    }
}

/// The words of `orders.download` for HL7.
private enum HL7Download: String, CaseIterable {
    case law, orm
    case no = "false"
}
