/// Bare record text: LIS02-A2 records without the frames of LIS01-A2, one a line, as unframed links and recordings have it.
enum BareRecord {
    /// What of a line is record text; nil for an empty line and for a remark (`#`).
    ///
    /// ENQ, EOT and the like may stand around it, and a byte order mark before the first.
    static func content(
        of line: UnsafeBufferPointer<UInt8>, beginsMessage: Bool
    ) -> UnsafeBufferPointer<UInt8>? {
        var start = 0
        var end = line.count
        if beginsMessage, end >= 3, line[0] == 0xEF, line[1] == 0xBB, line[2] == 0xBF { start = 3 }
        while start < end, line[start] < 0x20 || (beginsMessage && line[start] == 0x20) { start += 1 }
        while end > start, line[end - 1] < 0x20 { end -= 1 }
        guard start < end, line[start] != UInt8(ascii: "#") else { return nil }
        return UnsafeBufferPointer(rebasing: line[start..<end])
    }

    /// Whether a message may begin with this text: a record type and a delimiter, perhaps after a stray digit.
    static func begins(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first else { return false }
        let at = Byte.isDigit(first) ? 1 : 0
        guard at + 1 < text.count, RecordType(letter: text[at]) != .other(text[at]) else { return false }
        return Byte.canDelimit(text[at + 1])
    }

    /// Whether a recording holds frames: some STX is followed by something else than a letter, which is what a stray one
    /// before bare text is followed by.
    static func isFramed(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            bytes.indices.contains { index in
                guard bytes[index] == Byte.stx else { return false }
                return index + 1 == bytes.count || !Byte.isLetter(bytes[index + 1])
            }
        }
    }
}
