import Core

/// Where a text is found and how it is tidied: the paths are tried in order, the first that gives something wins.
struct Extraction: Hashable, Sendable {
    /// A path, and when it counts.
    struct Source: Hashable, Sendable {
        var path: FieldPath
        /// All must hold.
        var conditions: [Condition] = []
    }

    var sources: [Source]
    /// A text that matches one of these counts as empty.
    var ignore: [Pattern] = []
    /// Cut off the front, the first that fits.
    var stripPrefixes: [String] = []
    /// Cut off the end, the first that fits.
    var stripSuffixes: [String] = []
    /// Leading zeros are cut off (one digit stays).
    var stripsZeros = false
    /// Zeros are put in front up to this length, in characters.
    var padsZerosTo = 0

    /// Plain paths.
    init(_ paths: String...) { sources = paths.compactMap { FieldPath($0).map { Source(path: $0) } } }
    init(sources: [Source]) { self.sources = sources }

    /// Trims and tidies; nil when nothing is left.
    func tidied(_ raw: String?) -> String? {
        guard let raw, !raw.isEmpty else { return nil }
        var text = trimmed(raw)
        if let prefix = stripPrefixes.first(where: { text.hasPrefix($0) }) {
            text = trimmed(String(text.dropFirst(prefix.count)))
        }
        if let suffix = stripSuffixes.first(where: { text.hasSuffix($0) }) {
            text = trimmed(String(text.dropLast(suffix.count)))
        }
        if stripsZeros {
            let rest = text.drop { $0 == "0" }
            text = rest.isEmpty && !text.isEmpty ? "0" : String(rest)
        }
        if !text.isEmpty, text.count < padsZerosTo {
            text = String(repeating: "0", count: padsZerosTo - text.count) + text
        }
        if text.isEmpty || ignore.contains(where: { $0.matches(text) }) { return nil }
        return text
    }
}

/// Without blanks at both ends; most texts have none and are given back as they are.
func trimmed(_ text: String) -> String {
    guard let first = text.utf8.first, let last = text.utf8.last else { return text }
    // A blank beyond ASCII begins and ends with a byte of 0x80 or more.
    if first > 0x20, first < 0x80, last > 0x20, last < 0x80 { return text }
    return text.trimmingBlanks()
}

/// Something about a message that holds or does not.
struct Condition: Hashable, Sendable {
    enum Test: Hashable, Sendable {
        case equals(Set<String>)
        case prefix([String])
        case matches([Pattern])
        /// Whether the place is empty.
        case empty(Bool)
    }

    var path: FieldPath
    var test: Test

    init(_ path: FieldPath, _ test: Test) {
        self.path = path
        self.test = test
    }

    func holds(for text: String?) -> Bool {
        let text = trimmed(text ?? "")
        switch test {
        case .equals(let texts): return texts.contains(text)
        case .prefix(let prefixes): return prefixes.contains { text.hasPrefix($0) }
        case .matches(let patterns): return patterns.contains { $0.matches(text) }
        case .empty(let isEmpty): return text.isEmpty == isEmpty
        }
    }
}
