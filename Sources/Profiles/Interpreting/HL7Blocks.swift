/// Finds where the messages of a batch, or of a capture file, begin.
public enum HL7Blocks {
    /// The messages in the content of one MLLP block or in bare text: each begins with MSH at the beginning of a
    /// line.
    ///
    /// One that holds no MSH at all comes back whole, for the parser to say what it is.
    public static func messages(in bytes: [UInt8]) -> [[UInt8]] {
        let starts = starts(in: bytes)
        guard starts.count > 1 || isBatch(bytes) else { return [bytes] }
        guard !starts.isEmpty else { return [bytes] }
        return starts.indices.map { index in
            let end = index + 1 < starts.count ? starts[index + 1] : bytes.count
            return withoutTrailer(bytes[starts[index]..<end])
        }
    }

    private static func starts(in bytes: [UInt8]) -> [Int] {
        bytes.withUnsafeBufferPointer { bytes in
            var starts: [Int] = []
            var isLineStart = true
            for index in 0..<max(0, bytes.count - 3) {
                let byte = bytes[index]
                if isLineStart, byte == 0x4D, bytes[index + 1] == 0x53, bytes[index + 2] == 0x48 {
                    starts.append(index)
                }
                // Blanks and byte order marks may stand before the first name.
                isLineStart =
                    byte == 0x0D || byte == 0x0A
                    || (isLineStart && (byte <= 0x20 || byte >= 0x80))
            }
            return starts
        }
    }

    /// File or batch header (HL7 v2 section 2.10.3).
    private static func isBatch(_ bytes: [UInt8]) -> Bool {
        let head = bytes.prefix { $0 != 0x0D && $0 != 0x0A }
        return head.starts(with: "FHS".utf8) || head.starts(with: "BHS".utf8)
    }

    /// The message without the batch's own segments after it.
    private static func withoutTrailer(_ message: ArraySlice<UInt8>) -> [UInt8] {
        let lines = message.split { $0 == 0x0D || $0 == 0x0A }
        let batch = ["BTS", "FTS", "BHS", "FHS"]
        guard let last = lines.lastIndex(where: { line in !batch.contains { line.starts(with: $0.utf8) } }),
            last + 1 < lines.count
        else { return Array(message) }
        return Array(message[..<lines[last].endIndex])
    }
}
