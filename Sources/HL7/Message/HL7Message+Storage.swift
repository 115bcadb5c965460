extension HL7Message {
    /// What the segments of one message share.
    final class Storage: Sendable {
        let bytes: [UInt8]
        let entries: [Entry]
        /// Where the field separators stand, segment after segment: each field is found at once.
        private let marks: [Int]
        let delimiters: HL7Delimiters
        /// What the message's bytes are read as; with `isMixed` only where a part is no valid UTF-8.
        let encoding: TextEncoding
        /// No encoding was asked for and the message as a whole is no valid UTF-8: each part is looked at by itself, so
        /// that one ISO 8859-1 letter in a name does not change the units.
        private let isMixed: Bool
        let codec: HL7EscapeCodec
        /// Every part of `bytes` cut at ASCII characters is valid UTF-8 and means the same in `encoding`.
        private let isPlain: Bool
        /// The escape character stands somewhere else than in its declaration.
        private let hasEscapes: Bool

        init(bytes: [UInt8], scan: SegmentScan, delimiters: HL7Delimiters, encoding: TextEncoding) {
            self.bytes = bytes
            self.entries = scan.entries
            self.marks = scan.marks
            self.delimiters = delimiters
            self.codec = HL7EscapeCodec(delimiters: delimiters)
            let isUTF8 = scan.isASCII || (try? UTF8Span(validating: bytes.span)) != nil
            if encoding != .auto {
                self.encoding = encoding
            } else if isUTF8 {
                self.encoding = .utf8
            } else {
                self.encoding = Self.declaredEncoding(bytes, scan.entries[0], delimiters) ?? .iso8859_1
            }
            self.isMixed = encoding == .auto && !isUTF8
            self.isPlain = scan.isASCII || (isUTF8 && self.encoding == .utf8)
            self.hasEscapes = bytes.withUnsafeBufferPointer { bytes in
                guard let escape = delimiters.escape else { return false }
                return Byte.index(of: escape, 2, in: bytes, bytes.indices) != nil
            }
        }

        /// The `number`th part (from 1) between a segment's field separators; the first is its name.
        func part(_ number: Int, of entry: Entry) -> Range<Int> {
            guard number >= 1, number - 2 < entry.markCount else { return entry.end..<entry.end }
            return marks.withUnsafeBufferPointer { marks in
                let first = entry.firstMark
                let start = number == 1 ? entry.start : marks[first + number - 2] + 1
                return start..<(number - 1 < entry.markCount ? marks[first + number - 1] : entry.end)
            }
        }

        /// MSH-18, its first repetition.
        private static func declaredEncoding(
            _ bytes: [UInt8], _ header: Entry, _ delimiters: HL7Delimiters
        ) -> TextEncoding? {
            let range = bytes.withUnsafeBufferPointer { bytes in
                let field = Byte.part(18, of: header.start..<header.end, in: bytes, separator: delimiters.field)
                return Byte.part(1, of: field, in: bytes, separator: delimiters.repeat)
            }
            return TextEncoding(declared: String(decoding: bytes[range], as: UTF8.self))
        }

        func isDelete(_ range: Range<Int>) -> Bool {
            range.count == 2 && bytes[range.lowerBound] == UInt8(ascii: "\"")
                && bytes[range.lowerBound + 1] == UInt8(ascii: "\"")
        }

        func text(_ range: Range<Int>, isVerbatim: Bool) -> String {
            if hasEscapes, !isVerbatim, let escape = delimiters.escape, contains(escape, in: range) {
                return decoded(codec.unescape(bytes[range]))
            }
            if isPlain {
                return bytes.withUnsafeBufferPointer {
                    String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
                }
            }
            return decoded(bytes[range])
        }

        private func decoded(_ part: some Collection<UInt8>) -> String {
            if isMixed, let text = String(validating: part, as: UTF8.self) { return text }
            return encoding.text(part)
        }

        private func contains(_ byte: UInt8, in range: Range<Int>) -> Bool {
            bytes.withUnsafeBufferPointer {
                Byte.part(1, of: range, in: $0, separator: byte).upperBound < range.upperBound
            }
        }
    }
}

/// Finds the segments of a message in one pass.
struct SegmentScan {
    private(set) var entries: [HL7Message.Entry] = []
    /// Where the field separators stand.
    private(set) var marks: [Int] = []
    /// No byte has its high bit set.
    private(set) var isASCII = true

    /// How often each name was seen: few in a list, many (a hostile message) in a dictionary.
    private var few: [(name: SegmentName, count: Int)] = []
    private var many: [SegmentName: Int] = [:]

    init(_ bytes: [UInt8]) {
        entries.reserveCapacity(min(64, bytes.count / 32 + 2))
        bytes.withUnsafeBufferPointer { bytes in
            let mark = Self.skipMark(bytes)
            var start = mark
            while start < bytes.count, bytes[start] <= 0x20 { start += 1 }
            let separator = Self.separator(bytes, start)
            let count = separator.map { Byte.count(of: $0, in: bytes, start..<bytes.count) } ?? 0
            // Without one none is marked: CR ends the line before.
            let delimiter = separator ?? Byte.cr
            var high: UInt8 = mark > 0 ? bytes[0] : 0
            marks = [Int](unsafeUninitializedCapacity: count) { marks, found in
                while start < bytes.count {
                    let firstMark = found
                    var end = start
                    while end < bytes.count {
                        let byte = bytes[end]
                        if byte == Byte.cr || byte == Byte.lf { break }
                        if byte == delimiter {
                            marks[found] = end
                            found += 1
                        }
                        high |= byte
                        end += 1
                    }
                    if start < end {
                        let nameEnd = found > firstMark ? marks[firstMark] : end
                        add(start..<end, nameEnd: nameEnd, in: bytes, marks: firstMark..<found)
                    }
                    start = end + 1
                }
            }
            isASCII = high < 0x80
        }
    }

    /// The character after the first segment's name of three letters.
    private static func separator(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt8? {
        guard bytes.count - start > 3 else { return nil }
        return bytes[start...start + 3].contains(where: Byte.isEnd) ? nil : bytes[start + 3]
    }

    private mutating func add(
        _ line: Range<Int>, nameEnd: Int, in bytes: UnsafeBufferPointer<UInt8>, marks: Range<Int>
    ) {
        let name = SegmentName(bytes, line.lowerBound..<nameEnd)
        entries.append(
            HL7Message.Entry(
                start: line.lowerBound, end: line.upperBound, nameEnd: nameEnd, name: name, isHeader: name.isHeader,
                occurrence: count(name), firstMark: marks.lowerBound, markCount: marks.count))
    }

    private mutating func count(_ name: SegmentName) -> Int {
        for index in few.indices where few[index].name == name {
            few[index].count += 1
            return few[index].count
        }
        if few.count < 16 {
            few.append((name, 1))
            return 1
        }
        many[name, default: 0] += 1
        return many[name, default: 1]
    }

    private static func skipMark(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    }
}
