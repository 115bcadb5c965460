import Core

/// What is done to a text a device wrote before anything looks at it, in this order; at last blanks at both ends are cut
/// off again, and a text of which nothing is left is none.
struct Tidying: Hashable, Sendable {
    /// One part of a text that is made of several.
    struct Split: Hashable, Sendable {
        /// What stands between the parts; a blank stands for any run of blanks.
        var separator: String
        /// Which part, from 1; negative from the end.
        var part: Int

        /// The part; empty when there are fewer.
        func part(of text: String) -> String {
            let parts =
                separator == " "
                ? text.split(whereSeparator: \.isWhitespace).map(String.init)
                : text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
            let index = part > 0 ? part - 1 : parts.count + part
            return parts.indices.contains(index) ? parts[index] : ""
        }
    }

    var split: Split?
    /// Characters from 1 on, both ends included; `Int.max` is the end of the text.
    var columns: ClosedRange<Int>?
    /// Cut off the front, the first that fits.
    var stripPrefixes: [String] = []
    /// Cut off the end, the first that fits.
    var stripSuffixes: [String] = []
    /// Taken out wherever they stand.
    var remove: [String] = []
    /// Letters become large.
    var isUpper = false
    /// Leading zeros are cut off (one digit stays).
    var stripsZeros = false
    /// Zeros are put in front up to this length, in characters.
    var padsZerosTo = 0
    /// The whole text to what stands for it.
    var map: [String: String] = [:]
    /// A text that matches one of these counts as empty.
    var ignore: [Pattern] = []

    /// Trims and tidies; nil when nothing is left.
    func tidied(_ raw: String?) -> String? {
        guard let raw, !raw.isEmpty else { return nil }
        var text = cut(trimmed(raw))
        for piece in remove { text = text.replacing(piece, with: "") }
        if !remove.isEmpty { text = trimmed(text) }
        if isUpper { text = text.uppercased() }
        if stripsZeros {
            let rest = text.drop { $0 == "0" }
            text = rest.isEmpty && !text.isEmpty ? "0" : String(rest)
        }
        if padsZerosTo > 0, !text.isEmpty, text.count < padsZerosTo {
            text = String(repeating: "0", count: padsZerosTo - text.count) + text
        }
        if !map.isEmpty { text = trimmed(map[text] ?? text) }
        if text.isEmpty || ignore.contains(where: { $0.matches(text) }) { return nil }
        return text
    }

    /// The part of the text that counts.
    private func cut(_ whole: String) -> String {
        var text = whole
        if let split { text = trimmed(split.part(of: text)) }
        if let columns {
            let start = text.dropFirst(columns.lowerBound - 1)
            let length = columns.upperBound == .max ? start.count : columns.upperBound - columns.lowerBound + 1
            text = trimmed(String(start.prefix(length)))
        }
        if let prefix = stripPrefixes.first(where: { text.hasPrefix($0) }) {
            text = trimmed(String(text.dropFirst(prefix.count)))
        }
        if let suffix = stripSuffixes.first(where: { text.hasSuffix($0) }) {
            text = trimmed(String(text.dropLast(suffix.count)))
        }
        return text
    }
}

/// Without blanks at both ends; most texts have none and are given back as they are.
func trimmed(_ text: String) -> String {
    guard let first = text.utf8.first, let last = text.utf8.last else { return text }
    // A blank beyond ASCII begins and ends with a byte of 0x80 or more.
    if first > 0x20, first < 0x80, last > 0x20, last < 0x80 { return text }
    let bytes = text.utf8
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return text.trimmingBlanks() }
    // As `trimmingBlanks`: blank, and tab to carriage return.
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    guard let start = bytes.firstIndex(where: { !isBlank($0) }), let end = bytes.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(text[start...end])
}
