import ASTM

/// Record text and recordings: what is read is consistent with itself, whatever the bytes.
enum LIS02Target {
    static func check(_ input: [UInt8]) -> String? {
        var invariants = Invariants()
        for policy in [ChecksumPolicy.strict, .off] {
            let transcript = LinkTranscript.messages(in: input, checksum: policy)
            for message in transcript.messages {
                invariants.expect(!message.text.isEmpty, "an empty message")
                invariants.expect(message.processableText <= message.text.count, "more processable than there is")
                invariants.expect(
                    !message.isComplete || message.processableText == message.text.count, "complete in part")
                read(message.text, &invariants)
            }
        }
        read(input, &invariants)
        return invariants.broken
    }

    private static func read(_ text: [UInt8], _ invariants: inout Invariants) {
        for encoding in [TextEncoding.auto, .windows1252] {
            guard let messages = try? ASTMMessage.parseAll(text, encoding: encoding) else { continue }
            for message in messages {
                invariants.expect(message.header?.type == .header, "no header first")
                for record in message.records {
                    look(at: record, message, &invariants)
                }
            }
        }
        guard (try? ASTMMessage.parseAll(text)) != nil else { return }
        let codec = EscapeCodec(delimiters: .standard)
        invariants.expect(codec.unescape(codec.escape(text)) == text, "escaping loses bytes")
    }

    private static func look(at record: Record, _ message: ASTMMessage, _ invariants: inout Invariants) {
        let count = record.fieldCount
        let fields = (1...count).map { Array(record.raw($0)) }
        let joined = Array(fields.joined(separator: [message.delimiters.field]))
        invariants.expect(joined == Array(record.bytes), "fields joined are not the record")
        invariants.expect(
            record.raw(count + 1).isEmpty && record.raw(0).isEmpty && record.raw(-1).isEmpty, "a field outside")
        for field in 1...min(count, 64) {
            let parts = record.parts(field)
            invariants.expect(parts.count == record.repeats(field), "repeats of field \(field)")
            for (index, components) in parts.prefix(8).enumerated() {
                // An empty repeat has one part that says nothing.
                let counted = max(1, record.components(field, repeat: index + 1))
                invariants.expect(components.count == counted, "components of field \(field)")
                for (place, text) in components.prefix(8).enumerated() {
                    let alone = record.text(field: field, repeat: index + 1, component: place + 1)
                    invariants.expect(alone == text, "a component alone and among the others")
                }
            }
            switch record.value(field: field) {
            case .empty: invariants.expect(record.raw(field).isEmpty, "empty with bytes")
            case .delete: invariants.expect(record.text(field: field) == nil, "delete with a text")
            case .text(let text): invariants.expect(record.text(field: field) == text, "value and text differ")
            }
        }
        if let parent = record.parent { invariants.expect(parent < record.position, "a parent behind its child") }
        invariants.expect(message.comments(of: record).allSatisfy { $0.parent == record.position }, "others' comments")
    }
}
