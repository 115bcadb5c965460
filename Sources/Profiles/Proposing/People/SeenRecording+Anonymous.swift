import ASTM
import Core

extension SeenRecording {
    /// The recording with made-up people, as it goes into a test case.
    ///
    /// Framed ASTM is framed anew, a frame a record, with right checksums; all else is written as bare lines.
    /// - Parameters:
    ///   - specimen: where the specimen id stands; replaced however short it is.
    ///   - random: where the made-up characters come from.
    func anonymous(specimen: FieldPath?, random: some RandomNumberGenerator) -> [UInt8] {
        var made = MadeUpTexts(random)
        let first = texts.map { replace($0, specimen, &made) }
        let whole = first.map { sweep($0, made) }
        guard wire == .astm, isFramed else {
            return Array(whole.joined().map { $0 == 0x0D ? 0x0A : $0 })
        }
        var out: [UInt8] = []
        for text in whole {
            var encoder = FrameEncoder(textBytes: 63_993, layout: .recordPerFrame)
            // Without a frame the records are still what the device sent.
            guard let frames = try? encoder.frames(text) else { return Array(whole.joined()) }
            out += [0x05] + frames.joined() + [0x04]
        }
        return out
    }

    private func replace(
        _ text: [UInt8], _ specimen: FieldPath?, _ made: inout MadeUpTexts<some RandomNumberGenerator>
    ) -> [UInt8] {
        var marks = Marks(text, wire)
        return map(text, &marks) { record, field, component, text in
            guard !text.isEmpty, let kind = PersonalFields.kind(record, field) else { return text }
            // One letter is a sex or a mark.
            if text.count == 1, kind == .text || kind == .name { return text }
            if kind != .id, PersonalFields.isBirthDate(record, text) { return made.birth(text) }
            if kind == .text, PersonalFields.isTime(record, text) { return text }
            switch kind {
            case .birth: return made.birth(text)
            case .text: return made.shaped(text)
            case .comment: return PersonalFields.isFreeText(text) ? made.shaped(text) : text
            case .name:
                return component == 1 ? made.family(text) : component == 2 ? made.given(text) : made.shaped(text)
            case .id:
                let isNamed = specimen?.record == record && specimen?.field == field
                if isNamed, specimen?.component ?? 1 == component { return made.shaped(text) }
                // Authority and type stand behind the first component of an HL7 id; rack and place in O.3 are short.
                let isShort = text.count { $0 != 0x20 } < 4
                if wire == .hl7 ? component > 1 : isShort && record != "P" { return text }
                return made.shaped(text)
            }
        }
    }

    private func sweep(_ text: [UInt8], _ made: MadeUpTexts<some RandomNumberGenerator>) -> [UInt8] {
        var marks = Marks(text, wire)
        return map(text, &marks) { record, field, _, text in
            let kind = PersonalFields.kind(record, field)
            if PersonalFields.isAboutTests(record, field) { return text }
            // A specimen's number may stand in a time by chance.
            if PersonalFields.isTime(record, text), made.replaced[Array(text.prefix(8))] == nil { return text }
            return (kind == nil || kind == .comment) && !text.isEmpty ? made.swept(text) : text
        }
    }

    /// The delimiters of a message.
    private struct Marks {
        var field: UInt8 = 0x7C
        var `repeat`: UInt8?
        var component: UInt8?

        init(_ text: [UInt8], _ wire: WireProtocol?) {
            let head = text.prefix { $0 != 0x0D }.drop { (0x30...0x39).contains($0) }
            if wire == .hl7 {
                let marks = Array(head.dropFirst(3).prefix(3))
                if marks.count == 3 { (field, component, `repeat`) = (marks[0], marks[1], marks[2]) }
            } else if let delimiters = Delimiters(header: head) {
                (field, component, `repeat`) = (delimiters.field, delimiters.component, delimiters.repeat)
            }
        }
    }

    /// Every component of every field by what `change` makes of it; headers keep their delimiters.
    private func map(
        _ text: [UInt8], _ marks: inout Marks,
        _ change: (_ record: String, _ field: Int, _ component: Int, [UInt8]) -> [UInt8]
    ) -> [UInt8] {
        var out: [UInt8] = []
        for line in text.split(separator: 0x0D) {
            var fields = line.split(separator: marks.field, omittingEmptySubsequences: false).map(Array.init)
            let name = String(decoding: fields[0].drop { (0x30...0x39).contains($0) && wire == .astm }, as: UTF8.self)
            // HL7 counts fields after the name, in MSH the separator too; ASTM counts the letter.
            let isHeader = name == "MSH" || name == "H"
            for index in fields.indices.dropFirst(isHeader ? 2 : 1) {
                let number = wire == .hl7 ? index + (name == "MSH" ? 1 : 0) : index + 1
                let repeats = Self.split(fields[index], marks.repeat).map { part in
                    let components = Self.split(part, marks.component).enumerated().map { component, text in
                        change(name.uppercased(), number, component + 1, text)
                    }
                    return Array(components.joined(separator: [marks.component].compactMap { $0 }))
                }
                fields[index] = Array(repeats.joined(separator: [marks.repeat].compactMap { $0 }))
            }
            out += fields.joined(separator: [marks.field]) + [0x0D]
        }
        return out
    }

    private static func split(_ text: [UInt8], _ mark: UInt8?) -> [[UInt8]] {
        guard let mark else { return [text] }
        return text.split(separator: mark, omittingEmptySubsequences: false).map(Array.init)
    }
}
