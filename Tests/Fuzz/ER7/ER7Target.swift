import HL7

/// HL7 v2 messages: every field by number and by path, and the acknowledgement for each.
enum ER7Target {
    static func check(_ input: [UInt8]) -> String? {
        var invariants = Invariants()
        for encoding in [TextEncoding.auto, .windows1252] {
            guard let message = try? HL7Message.parse(input, encoding: encoding) else { continue }
            for segment in message.segments.prefix(200) { look(at: segment, message, &invariants) }
            answer(message, &invariants)
        }
        let acknowledgement = HL7Acknowledgement(code: .AE, controlID: "L1", time: "20240101", text: "a|b^c")
        let unreadable = acknowledgement.answer(toUnreadable: input)
        invariants.expect((try? HL7Message.parse(unreadable)) != nil, "an acknowledgement that is no message")
        let codec = HL7EscapeCodec(delimiters: .standard)
        let plain = input.filter { $0 != 0x0D && $0 != 0x0A }
        invariants.expect(codec.unescape(codec.escape(plain)) == plain, "escaping loses bytes")
        return invariants.broken
    }

    private static func look(at segment: HL7Segment, _ message: HL7Message, _ invariants: inout Invariants) {
        let count = segment.fieldCount
        let isHeader = ["MSH", "FHS", "BHS"].contains(segment.name)
        if !isHeader {
            let fields = [Array(segment.name.utf8)] + (0..<count).map { Array(segment.raw($0 + 1)) }
            let joined = Array(fields.joined(separator: [message.delimiters.field]))
            let isText = String(validating: segment.bytes, as: UTF8.self) != nil
            invariants.expect(!isText || joined == Array(segment.bytes), "fields joined are not the segment")
        }
        invariants.expect(
            segment.raw(count + 1).isEmpty && segment.raw(0).isEmpty && segment.raw(-1).isEmpty, "outside")
        for field in 1...max(1, min(count, 64)) {
            let parts = segment.parts(field)
            invariants.expect(parts.count == segment.repeats(field), "repetitions of field \(field)")
            for (index, components) in parts.prefix(8).enumerated() {
                let counted = max(1, segment.components(field, repeat: index + 1))
                invariants.expect(components.count == counted, "components of field \(field)")
                for (place, text) in components.prefix(8).enumerated() {
                    let alone = segment.text(field: field, repeat: index + 1, component: place + 1)
                    invariants.expect(alone == text, "a component alone and among the others")
                    _ = segment.text(field: field, repeat: index + 1, component: place + 1, subcomponent: 2)
                }
            }
            switch segment.value(field: field) {
            case .empty: invariants.expect(segment.raw(field).isEmpty, "empty with bytes")
            case .delete: invariants.expect(segment.text(field: field) == nil, "delete with a text")
            case .text(let text): invariants.expect(segment.text(field: field) == text, "value and text differ")
            }
            guard let path = try? HL7Path("\(segment.name)[\(segment.occurrence)]-\(field)") else { continue }
            invariants.expect(message.text(path) == segment.text(field: field), "by path and by number")
        }
    }

    private static func answer(_ message: HL7Message, _ invariants: inout Invariants) {
        let acknowledgement = HL7Acknowledgement(code: .AA, controlID: "L1", time: "20240101")
        guard let answer = try? HL7Message.parse(acknowledgement.answer(to: message), encoding: message.encoding) else {
            return invariants.expect(false, "an acknowledgement that is no message")
        }
        invariants.expect(answer.delimiters.field == message.delimiters.field, "other delimiters than the sender's")
        let answered = answer.first("MSA").map { Array($0.raw(2)) }
        invariants.expect(answered == Array(message.header.raw(10)), "MSA-2 is not the MSH-10 it answers")
        for policy in MessageOutcome.allCases {
            _ = AcknowledgementPlan(for: message, policy: .original, outcome: policy)
        }
    }
}
