/// How a recording that is neither ASTM nor HL7 seems to be cut into blocks.
struct SeenFraming {
    /// A check byte that is right in every block.
    struct Check: Hashable {
        var kind: String
        var over: String
        var form: String
        var place: String
    }

    /// The control character before a block; nil when a block begins where the one before ended.
    var start: String?
    /// The control character or line end after it.
    var end: String?
    /// The blocks' texts.
    var blocks: [[UInt8]] = []
    /// Check bytes that fit nine tenths of the blocks or more, all equally well.
    var checks: [Check] = []
    /// How many blocks they fit.
    var right = 0
    /// Control characters outside blocks, with their number.
    var between: [(name: String, count: Int)] = []

    /// Blocks looked at.
    private static let limit = 2_000

    init(_ bytes: [UInt8]) {
        let stx: UInt8 = 0x02
        let etx: UInt8 = 0x03
        if bytes.contains(stx), bytes.contains(etx) {
            (start, end) = ("STX", "ETX")
            cut(bytes, stx, etx)
        } else {
            end = Self.lineEnd(bytes)
            blocks = bytes.split { $0 == 0x0D || $0 == 0x0A }.prefix(Self.limit).map(Array.init)
        }
    }

    private mutating func cut(_ bytes: [UInt8], _ first: UInt8, _ last: UInt8) {
        var tails: [ArraySlice<UInt8>] = []
        // What stands between blocks: from the end of one to the start of the next.
        var gaps: [Range<Int>] = []
        var index = 0
        while blocks.count < Self.limit, let found = bytes[index...].firstIndex(of: first) {
            // A check byte may look like a start; the last of several is the start.
            var start = found
            while start + 1 < bytes.count, bytes[start + 1] == first { start += 1 }
            guard let end = bytes[start...].firstIndex(of: last) else { break }
            gaps.append(index..<found)
            blocks.append(Array(bytes[(start + 1)..<end]))
            tails.append(bytes[(end + 1)...].prefix(2))
            index = end + 1
        }
        gaps.append(index..<bytes.count)
        let fitting = Self.checks(blocks, tails.map(Array.init), first, last)
        let most = fitting.map(\.right).max() ?? 0
        // A damaged block or two do not hide the rule.
        guard most * 10 >= blocks.count * 9, most > 0 else {
            countBetween(gaps.map { bytes[$0] })
            return
        }
        checks = fitting.filter { $0.right == most }.map(\.check)
        right = most
        let width = checks[0].place == "after-end" ? (checks[0].form == "hex" ? 2 : 1) : 0
        countBetween([bytes[gaps[0]]] + gaps.dropFirst().map { bytes[$0].dropFirst(width) })
    }

    private mutating func countBetween(_ gaps: [ArraySlice<UInt8>]) {
        var counts: [UInt8: Int] = [:]
        for gap in gaps { for byte in gap where Self.names[byte] != nil { counts[byte, default: 0] += 1 } }
        between = counts.sorted { $0.key < $1.key }.map { (Self.names[$0.key] ?? "", $0.value) }
    }

    /// How many blocks each way of checking is right for.
    private static func checks(
        _ blocks: [[UInt8]], _ tails: [[UInt8]], _ first: UInt8, _ last: UInt8
    ) -> [(check: Check, right: Int)] {
        var found: [(Check, Int)] = []
        for kind in ["xor", "sum"] {
            for over in ["text", "text-and-end", "start-to-end"] {
                for form in ["byte", "hex"] {
                    for place in ["after-end", "before-end"] {
                        let check = Check(kind: kind, over: over, form: form, place: place)
                        let right = zip(blocks, tails).count { check.isRight(text: $0, tail: $1, first, last) }
                        found.append((check, right))
                    }
                }
            }
        }
        return found
    }

    private static func lineEnd(_ bytes: [UInt8]) -> String? {
        let (returns, feeds) = (bytes.count { $0 == 0x0D }, bytes.count { $0 == 0x0A })
        if returns == 0 && feeds == 0 { return nil }
        return returns == 0 ? "LF" : feeds == 0 ? "CR" : "CRLF"
    }

    static let names: [UInt8: String] = [
        0x01: "SOH", 0x02: "STX", 0x03: "ETX", 0x04: "EOT", 0x05: "ENQ", 0x06: "ACK", 0x0B: "VT", 0x10: "DLE",
        0x11: "DC1", 0x12: "DC2", 0x13: "DC3", 0x14: "DC4", 0x15: "NAK", 0x17: "ETB", 0x1A: "SUB", 0x1C: "FS",
        0x1D: "GS", 0x1E: "RS", 0x1F: "US",
    ]
}

extension SeenFraming.Check {
    /// Whether it is right for one block.
    /// - Parameter tail: what follows the end character.
    func isRight(text: [UInt8], tail: [UInt8], _ first: UInt8, _ last: UInt8) -> Bool {
        let width = form == "hex" ? 2 : 1
        let sent: ArraySlice<UInt8>
        let covered: ArraySlice<UInt8>
        if place == "after-end" {
            (sent, covered) = (tail.prefix(width), text[...])
        } else {
            (sent, covered) = (text.suffix(width), text.dropLast(width))
        }
        guard sent.count == width, !covered.isEmpty else { return false }
        var bytes = over == "start-to-end" ? [first] : []
        bytes += covered
        if over != "text" { bytes.append(last) }
        let value = kind == "xor" ? bytes.reduce(0, ^) : bytes.reduce(0, &+)
        if width == 1 { return sent.first == value }
        let digits = String(value, radix: 16)
        return String(decoding: sent, as: UTF8.self).lowercased() == (digits.count == 1 ? "0" : "") + digits
    }
}
