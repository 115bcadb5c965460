import ASTM
import HL7

extension FieldLine {
    /// Fields of one line that are listed; no protocol has records of so many.
    private static let fieldLimit = 1_000

    private static func numbers(from first: Int, to last: Int) -> Range<Int> {
        first..<max(first, min(last, fieldLimit) + 1)
    }

    /// The records of a message; field 1 is the letter, and a header's field 2 the delimiters.
    static func lines(of message: ASTMMessage) -> [FieldLine] {
        let source = ASTMSource(message)
        let marks = (source.componentMark, source.repeatMark)
        var counts: [Character: Int] = [:]
        return message.records.map { record in
            let letter = record.type.letter
            counts[letter, default: 0] += 1
            let first = record.type == .header ? 3 : 2
            return FieldLine(
                name: String(letter), at: "\(letter)|\(counts[letter, default: 0])", position: record.position,
                mark: ".", marks: marks,
                fields: numbers(from: first, to: record.fieldCount).map { ($0, record.parts($0)) })
        }
    }

    /// The segments of a message; MSH-1 and MSH-2 are the delimiters.
    static func lines(of message: HL7Message) -> [FieldLine] {
        let source = HL7Source(message)
        let marks = (source.componentMark, source.repeatMark)
        return message.segments.map { segment in
            let first = segment.name == "MSH" ? 3 : 1
            return FieldLine(
                name: segment.name, at: "\(segment.name)|\(segment.occurrence)", position: segment.position, mark: "-",
                marks: marks,
                fields: numbers(from: first, to: segment.fieldCount).map { ($0, segment.parts($0)) })
        }
    }
}
