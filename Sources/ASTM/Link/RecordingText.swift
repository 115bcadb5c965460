/// Bare records as loggers, editors and terminals leave them: undone is what they did to the lines, where the records
/// themselves show it.
///
/// For recordings a person looks at only. A live link never guesses.
///
/// - Blanks, control characters or a line's number before a record's letter are taken away.
/// - A logger that writes what each read of the line gave, with CR LF behind it, breaks records in two. Where records end
///   with CR alone, a line behind CR LF that begins no record is the rest of the record before it.
struct RecordingText {
    private struct Line {
        var range: Range<Int>
        /// Where the record's letter stands; nil: it is no record.
        var letter: Int?
        var endsWithPair = false
    }

    /// Digits of a line's number at most.
    private static let numberDigits = 6

    private let bytes: UnsafeBufferPointer<UInt8>
    private var delimiter: UInt8?

    /// The bytes with one record a line; as they are when there is no header among them.
    static func restored(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer { buffer in
            var text = RecordingText(bytes: buffer)
            let lines = text.lines()
            return text.delimiter == nil ? bytes : text.joined(lines)
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func lines() -> [Line] {
        var lines: [Line] = []
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != Byte.cr, bytes[end] != Byte.lf { end += 1 }
            let isPair = end + 1 < bytes.count && bytes[end] == Byte.cr && bytes[end + 1] == Byte.lf
            if end > start {
                lines.append(Line(range: start..<end, letter: letter(start..<end), endsWithPair: isPair))
            } else if isPair, !lines.isEmpty, end > 0, bytes[end - 1] == Byte.cr {
                // CR CR LF: the record was whole, the pair is the logger's.
                lines[lines.count - 1].endsWithPair = false
            }
            start = end + (isPair ? 2 : 1)
        }
        return lines
    }

    /// Where a record begins in a line: its letter with the field delimiter behind it.
    private mutating func letter(_ line: Range<Int>) -> Int? {
        var index = blanks(line.lowerBound, line.upperBound)
        let first = index
        while index < line.upperBound, Byte.isDigit(bytes[index]) { index += 1 }
        guard index - first <= Self.numberDigits else { return nil }
        if index > first {
            if index < line.upperBound, ":.)".utf8.contains(bytes[index]) { index += 1 }
            index = blanks(index, line.upperBound)
        }
        guard index + 1 < line.upperBound, RecordType(letter: bytes[index]) != .other(bytes[index]) else { return nil }
        if RecordType(letter: bytes[index]) == .header, Delimiters(header: bytes[index..<line.upperBound]) != nil {
            delimiter = bytes[index + 1]
        }
        return bytes[index + 1] == delimiter ? index : nil
    }

    private func blanks(_ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end, bytes[index] <= 0x20 { index += 1 }
        return index
    }

    private func joined(_ lines: [Line]) -> [UInt8] {
        let endsWithReturns = zip(lines, lines.dropFirst()).contains { line, next in
            line.letter != nil && next.letter != nil && !line.endsWithPair && bytes[line.range.upperBound] == Byte.cr
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var isOpen = false
        for line in lines {
            if let letter = line.letter {
                text.append(contentsOf: bytes[letter..<line.range.upperBound])
            } else if isOpen {
                text.removeLast()
                text.append(contentsOf: bytes[line.range])
            } else {
                text.append(contentsOf: bytes[line.range])
            }
            text.append(Byte.cr)
            let isTerminator = line.letter.map { RecordType(letter: bytes[$0]) == .terminator } ?? false
            isOpen = endsWithReturns && line.endsWithPair && !isTerminator && (line.letter != nil || isOpen)
        }
        return text
    }
}
