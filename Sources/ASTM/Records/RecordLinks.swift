/// Finds, record by record, which record each one belongs to (LIS02-A2 4.1).
struct RecordLinks {
    private var header: Int?
    private var patient: Int?
    private var order: Int?
    /// The nearest record before that is neither C nor M.
    private var main: Int?
    /// The nearest record before that is no C.
    private var commented: Int?

    /// Makes the record of a line and remembers what the next ones need.
    mutating func record(
        _ line: Range<Int>, marks: Range<Int>, in storage: Record.Storage, position: Int
    ) -> Record {
        let (type, start) = Self.type(of: line, in: storage)
        let parent: Int?
        switch type {
        case .header:
            parent = nil
            self = RecordLinks()
            header = position
        case .patient:
            parent = header
            patient = position
            order = nil
        case .query, .scientific, .terminator:
            parent = header
            patient = nil
            order = nil
        case .order:
            parent = patient ?? header
            order = position
        case .result: parent = order ?? patient ?? header
        case .manufacturer: parent = main
        case .comment, .other: parent = commented
        }
        let record = Record(
            storage: storage, range: start..<line.upperBound, marks: marks, type: type, position: position,
            parent: parent,
            patient: type == .patient ? nil : patient, order: type == .order ? nil : order,
            hasStrayNumber: start > line.lowerBound)
        switch type {
        case .comment, .other: break
        case .manufacturer: commented = position
        default:
            main = position
            commented = position
        }
        return record
    }

    /// The record type: a letter followed by the field delimiter or alone on its line, perhaps after a stray digit.
    private static func type(of line: Range<Int>, in storage: Record.Storage) -> (RecordType, start: Int) {
        let bytes = storage.bytes
        let first = bytes[line.lowerBound]
        let start = line.lowerBound + (Byte.isDigit(first) ? 1 : 0)
        guard start < line.upperBound, Byte.isLetter(bytes[start]),
            start + 1 == line.upperBound || bytes[start + 1] == storage.delimiters.field
        else { return (.other(first), line.lowerBound) }
        let type = RecordType(letter: bytes[start])
        if case .other = type { return (type, line.lowerBound) }
        return (type, start)
    }
}

extension Record {
    /// A record that belongs to the one before it.
    var isAttachment: Bool {
        switch type {
        case .comment, .manufacturer, .other: true
        default: false
        }
    }
}
