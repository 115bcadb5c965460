extension HL7Message {
    /// What the segments of one message share.
    final class Storage: Sendable {
        let bytes: [UInt8]
        let entries: [Entry]
        let delimiters: HL7Delimiters
        /// What the message's bytes are read as; with `isMixed` only where a part is no valid UTF-8.
        let encoding: TextEncoding
        /// No encoding was asked for and the message as a whole is no valid UTF-8: each part is looked at by itself, so
        /// that one ISO 8859-1 letter in a name does not change the units.
        private let isMixed: Bool
        let codec: HL7EscapeCodec
        /// Every part of `bytes` cut at ASCII characters is valid UTF-8 and means the same in `encoding`.
        private let isPlain: Bool

        init(bytes: [UInt8], scan: SegmentScan, delimiters: HL7Delimiters, encoding: TextEncoding) {
            self.bytes = bytes
            self.entries = scan.entries
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
            if !isVerbatim, let escape = delimiters.escape, contains(escape, in: range) {
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
    /// No byte has its high bit set.
    private(set) var isASCII = true

    /// How often each name was seen: few in a list, many (a hostile message) in a dictionary.
    private var few: [(name: SegmentName, count: Int)] = []
    private var many: [SegmentName: Int] = [:]

    init(_ bytes: [UInt8]) {
        entries.reserveCapacity(min(64, bytes.count / 32 + 2))
        bytes.withUnsafeBufferPointer { bytes in
            var start = Self.skipMark(bytes)
            var separator: UInt8?
            var high: UInt8 = start > 0 ? bytes[0] : 0
            while start < bytes.count {
                var end = start
                while end < bytes.count {
                    let byte = bytes[end]
                    if byte == Byte.cr || byte == Byte.lf { break }
                    high |= byte
                    end += 1
                }
                if entries.isEmpty {
                    while start < end, bytes[start] <= 0x20 { start += 1 }
                    if end - start > 3 { separator = bytes[start + 3] }
                }
                if start < end { add(start..<end, in: bytes, separator: separator) }
                start = end + 1
            }
            isASCII = high < 0x80
        }
    }

    private mutating func add(_ line: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, separator: UInt8?) {
        var nameEnd = line.lowerBound
        while nameEnd < line.upperBound, bytes[nameEnd] != separator { nameEnd += 1 }
        let name = SegmentName(bytes, line.lowerBound..<nameEnd)
        entries.append(
            HL7Message.Entry(
                start: line.lowerBound, end: line.upperBound, nameEnd: nameEnd, name: name, occurrence: count(name)))
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
