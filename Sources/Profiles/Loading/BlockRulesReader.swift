import Blocks
import Core
import Yams

/// Reads `framing:`, `dialogue:` and `layout:` of a profile for blocks.
struct BlockRulesReader {
    func read(_ map: YAMLMap, wire: WireProtocol, into rules: inout BlockRules) {
        guard wire == .blocks else {
            for key in ["framing", "dialogue", "layout"] where map.value.hasKey(key) {
                map[key]?.mistake("this is for 'protocol: blocks'; remove it, or set the protocol")
            }
            return
        }
        let (framing, dialogue, layout) = (map["framing"], map["dialogue"], map["layout"])
        if let framing { readFraming(framing, into: &rules) }
        if let dialogue { readDialogue(dialogue, into: &rules) }
        if let layout = layout ?? map.require("layout") { LayoutRulesReader().read(layout, into: &rules.layout) }
        if rules.framing.ends.isEmpty, rules.framing.idle == nil {
            (framing ?? map.value).mistake(
                "nothing ends a block: 'framing' needs 'end' (ETX, CR …), or 'idle', the silence after a block (3s)")
        }
    }

    // MARK: - Framing

    private static let idle: ClosedRange<Duration> = .milliseconds(50)...(.seconds(600))
    private static let limit = 16...16 << 20
    private static let most = 16

    private func readFraming(_ value: YAMLValue, into rules: inout BlockRules) {
        _ = value.map { map in
            let start = map["start"]?.marks(Self.most) ?? []
            let ends = map["end"]?.list(allowsSingle: true, of: { $0.marks(Self.most) }) ?? []
            var framing = BlockFraming(
                start: start, ends: ends, idle: map["idle"]?.duration(in: Self.idle), check: check(map["check"], ends))
            if let choice = map["on_wrong_check"]?.choice(of: WrongCheck.self) {
                framing.acceptsWrongCheck = choice == .accept
                if framing.check == nil { map["on_wrong_check"]?.mistake("there is no 'check' that could be wrong") }
            }
            if map["strip"]?.choice(of: Strip.self) != nil { rules.stripsPrinterCodes = true }
            if let limit = map["limit"]?.byteSize(in: Self.limit) { framing.limit = limit }
            rules.framing = framing
        }
    }

    private func check(_ value: YAMLValue?, _ ends: [[UInt8]]) -> BlockCheck? {
        value?.map { map -> BlockCheck? in
            let kind = map.require("kind")?.choice(of: BlockCheck.Kind.self)
            let span = map.require("over")?.choice(of: BlockCheck.Span.self)
            let form = map.require("form")?.choice(of: BlockCheck.Form.self)
            let place = map.require("place")?.choice(of: BlockCheck.Place.self)
            if place == .afterEnd, ends.isEmpty {
                map["place"]?.mistake("there is no 'end' a check could stand behind")
            }
            guard let kind, let span, let form, let place else { return nil }
            return BlockCheck(kind: kind, span: span, form: form, place: place)
        } ?? nil
    }

    private enum WrongCheck: String, CaseIterable { case refuse, accept }
    private enum Strip: String, CaseIterable { case escp }

    // MARK: - Dialogue

    private func readDialogue(_ value: YAMLValue, into rules: inout BlockRules) {
        _ = value.map { map in
            var dialogue = BlockDialogue()
            for (name, answer) in map["answers"]?.entries() ?? [] {
                guard let byte = ControlName.byte(name), byte != 0 else {
                    answer.mistake("'\(name)' is no control character; write ENQ, EOT and the like")
                    continue
                }
                if let bytes = answer.marks(Self.most) { dialogue.answers[byte] = bytes }
                rules.framing.controls.insert(byte)
            }
            dialogue.good = map["good"]?.marks(Self.most)
            dialogue.bad = map["bad"]?.marks(Self.most)
            dialogue.answerWithin = map["answer_within"]?.duration(in: LinkReader.answerWithin)
            if dialogue.answerWithin != nil, dialogue.good == nil {
                map["answer_within"]?.mistake("nothing answers a block here; add 'good', or remove it")
            }
            dialogue.isAnswered = map["answered"]?.bool() ?? (dialogue.good != nil)
            if let message = map["message"], !(message.isText("block")) { dialogue.series = series(message) }
            dialogue.replies = map["replies"]?.list(of: reply) ?? []
            rules.dialogue = dialogue
        }
    }

    private static let within: ClosedRange<Duration> = .seconds(1)...(.seconds(3_600))

    private func series(_ value: YAMLValue) -> BlockDialogue.Series? {
        guard value.isMap else { return value.wrong("write block, or { begins: …, ends: …, within: 30s }") }
        return value.map { map -> BlockDialogue.Series? in
            let begins = map.require("begins").flatMap(match)
            let ends = map.require("ends").flatMap(match)
            let within = map.require("within")?.duration(in: Self.within)
            guard let begins, let ends, let within else { return nil }
            return BlockDialogue.Series(begins: begins, ends: ends, within: within)
        } ?? nil
    }

    private func reply(_ value: YAMLValue) -> BlockDialogue.Reply? {
        value.map { map -> BlockDialogue.Reply? in
            let to = map.require("to").flatMap(match)
            let text = map["send"].flatMap(fixedText)
            let isKept = map["keep"]?.bool() ?? false
            return to.map { BlockDialogue.Reply(to: $0, text: text, isKept: isKept) }
        } ?? nil
    }

    /// A text with `{FS}` and the like.
    private func fixedText(_ value: YAMLValue) -> [UInt8]? {
        guard let template = value.template() else { return nil }
        guard template.pieces.count <= 1, case .bytes(let bytes)? = template.pieces.first ?? .bytes([]) else {
            return value.wrong("a fixed answer holds text and control characters such as {FS} only")
        }
        return bytes
    }

    private func match(_ value: YAMLValue) -> BlockDialogue.Match? {
        value.map { map in
            map.require("prefix")?.list(allowsSingle: true, of: { $0.name() })
                .map { BlockDialogue.Match(prefixes: $0.map { Array($0.utf8) }) }
        } ?? nil
    }
}

extension YAMLValue {
    /// Bytes on a line: a control character's name (`STX`), several with blanks between or run together (`CRLF`), a number
    /// (`0x1E`), or the text itself.
    func marks(_ most: Int) -> [UInt8]? {
        guard let text = text() else { return nil }
        if text == "CRLF" { return [0x0D, 0x0A] }
        let words = text.split(separator: " ")
        let bytes = words.map { word -> UInt8? in
            if let byte = ControlName.byte(String(word)) { return byte }
            guard word.hasPrefix("0x"), word.utf8.count == 4 else { return nil }
            return UInt8(word.dropFirst(2), radix: 16)
        }
        let known = bytes.compactMap { $0 }
        if !known.isEmpty, known.count == words.count { return known }
        if text.hasPrefix("0x") { return wrong("'\(text)' is no byte; write it like 0x1E") }
        guard !text.isEmpty, text.utf8.count <= most else {
            return wrong("a mark is 1 to \(most) bytes: STX, '0x1E', CRLF, or a text")
        }
        if text.utf8.count == 3, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) {
            let near = didYouMean(text, ControlName.all.map(\.name))
            if !near.isEmpty { return wrong("'\(text)' is no control character\(near)") }
        }
        return Array(text.utf8)
    }

    /// A template of a block.
    func template() -> BlockTemplate? {
        guard let text = text() else { return nil }
        do throws(BlockTemplate.Mistake) {
            return try BlockTemplate(text)
        } catch {
            return wrong(error.what)
        }
    }

    /// Whether it is this text.
    func isText(_ text: String) -> Bool { node.scalar == text }
}
