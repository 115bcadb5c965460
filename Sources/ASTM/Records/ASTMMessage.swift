/// One message of LIS02-A2: a header record and what follows it, to the terminator or to the end of the text.
public struct ASTMMessage: Sendable {
    private let storage: Record.Storage

    /// All records in order; the record at position `n` is `records[n - 1]`.
    public let records: [Record]

    /// The delimiters its header declares.
    public var delimiters: Delimiters { storage.delimiters }
    /// The encoding in use: what `.auto` turned out to be.
    public var encoding: TextEncoding { storage.encoding }
    /// The last record is a terminator (L).
    public var isTerminated: Bool { records.last?.type == .terminator }

    /// The header record.
    public var header: Record? { records.first }

    /// The record at a position, from 1.
    public func record(at position: Int) -> Record? {
        position >= 1 && position <= records.count ? records[position - 1] : nil
    }

    /// The records of one type, in order.
    public func records(_ type: RecordType) -> [Record] { records.filter { $0.type == type } }

    /// The record this one belongs to (see `Record.parent`).
    public func parent(of record: Record) -> Record? { record.parent.flatMap(self.record(at:)) }

    /// The patient record this one stands under.
    public func patient(of record: Record) -> Record? { record.patient.flatMap(self.record(at:)) }

    /// The order record this one stands under.
    public func order(of record: Record) -> Record? { record.order.flatMap(self.record(at:)) }

    /// The comment records attached to a record.
    public func comments(of record: Record) -> [Record] {
        attached(to: record) { $0 == .comment }
    }

    /// The manufacturer records attached to a record.
    public func manufacturerRecords(of record: Record) -> [Record] {
        attached(to: record) { $0 == .manufacturer }
    }

    private func attached(to record: Record, _ isWanted: (RecordType) -> Bool) -> [Record] {
        records.dropFirst(record.position).prefix { $0.isAttachment }
            .filter { $0.parent == record.position && isWanted($0.type) }
    }

    /// Reads one message.
    /// - Parameters:
    ///   - text: the joined record text; records end with CR (LF and CR LF are tolerated).
    ///   - encoding: `.auto` unless the device's profile says otherwise.
    /// - Throws: `ASTMError`; `.severalMessages` when another header follows.
    public static func parse(_ text: [UInt8], encoding: TextEncoding = .auto) throws(ASTMError) -> ASTMMessage {
        let messages = try parseAll(text, encoding: encoding)
        guard let message = messages.first, messages.count == 1 else {
            throw .severalMessages(messages.count)
        }
        return message
    }

    /// Reads all messages of a text: each header record begins one, with delimiters of its own.
    /// - Parameters:
    ///   - text: the joined record text; records end with CR (LF and CR LF are tolerated).
    ///   - encoding: `.auto` unless the device's profile says otherwise.
    public static func parseAll(
        _ text: [UInt8], encoding: TextEncoding = .auto
    ) throws(ASTMError) -> [ASTMMessage] {
        let lines = Lines(text)
        guard let first = lines.ranges.first else { throw .empty }
        guard Delimiters.startsHeader(text[first]) else {
            let type = RecordType(letter: text[first.lowerBound])
            let isRecord = Byte.canDelimit(text[min(first.lowerBound + 1, first.upperBound - 1)])
            throw .noHeader(saw: isRecord ? type.letter : "?")
        }
        let resolved = encoding.resolved(for: text)
        let isValidUTF8 = encoding == .auto && resolved == .utf8
        var messages: [ASTMMessage] = []
        var start = 0
        while start < lines.ranges.count {
            let header = text[lines.ranges[start]].drop(while: Byte.isDigit)
            guard let delimiters = Delimiters(header: header) else { throw .delimiters(record: start + 1) }
            var end = start + 1
            var isEnded = false
            while end < lines.ranges.count {
                let line = text[lines.ranges[end]]
                if Delimiters.startsHeader(line, field: isEnded ? nil : delimiters.field) { break }
                if line.first.map({ $0 & 0xDF }) == UInt8(ascii: "L") { isEnded = true }
                end += 1
            }
            let lines = lines.ranges[start..<end]
            let marks = FieldMarks(of: lines, in: text, delimiter: delimiters.field)
            let storage = Record.Storage(
                bytes: text, delimiters: delimiters, encoding: resolved, isValidUTF8: isValidUTF8,
                isMixed: encoding == .auto && !isValidUTF8, marks: marks.positions)
            messages.append(ASTMMessage(storage: storage, lines: lines, marks: marks.ends))
            start = end
        }
        return messages
    }

    /// - Parameter marks: for each line, where its marks end in `storage.marks`.
    private init(storage: Record.Storage, lines: ArraySlice<Range<Int>>, marks: [Int]) {
        self.storage = storage
        var links = RecordLinks()
        var records: [Record] = []
        records.reserveCapacity(lines.count)
        var start = 0
        for (line, end) in zip(lines, marks) {
            records.append(links.record(line, marks: start..<end, in: storage, position: records.count + 1))
            start = end
        }
        self.records = records
    }

    /// Where the field delimiters of a message's lines stand.
    private struct FieldMarks {
        var positions: [Int] = []
        /// For each line, where its positions end.
        var ends: [Int] = []

        init(of lines: ArraySlice<Range<Int>>, in text: [UInt8], delimiter: UInt8) {
            guard let first = lines.first, let last = lines.last else { return }
            ends.reserveCapacity(lines.count)
            text.withUnsafeBufferPointer { text in
                let count = Parts.count(of: delimiter, in: text, first.lowerBound..<last.upperBound)
                positions = [Int](unsafeUninitializedCapacity: count) { positions, found in
                    for line in lines {
                        for index in line where text[index] == delimiter {
                            positions[found] = index
                            found += 1
                        }
                        ends.append(found)
                    }
                }
            }
        }
    }

    /// The non-blank lines of a text.
    private struct Lines {
        var ranges: [Range<Int>] = []

        init(_ text: [UInt8]) {
            text.withUnsafeBufferPointer { text in
                var start = 0
                while start < text.count {
                    var end = start
                    while end < text.count, text[end] != Byte.cr, text[end] != Byte.lf { end += 1 }
                    if end > start { ranges.append(start..<end) }
                    start = end + 1
                }
            }
        }
    }
}

extension Delimiters {
    /// Whether a line is a header record; with `field` one that keeps this field delimiter.
    static func startsHeader(_ line: ArraySlice<UInt8>, field: UInt8? = nil) -> Bool {
        var line = line
        if let first = line.first, Byte.isDigit(first) { line = line.dropFirst() }
        guard let letter = line.first, letter & 0xDF == UInt8(ascii: "H"), let next = line.dropFirst().first else {
            return false
        }
        return field.map { $0 == next } ?? Byte.canDelimit(next)
    }
}

extension ASTMMessage: PrintsRedacted {
    /// Record letters and counts; never a field.
    public var description: String {
        "message \(String(records.map(\.type.letter))), \(isTerminated ? "terminated" : "not terminated")"
    }
}
