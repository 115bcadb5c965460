/// A piece of a YAML file and where it stands: what a file says once the parser is done with it.
///
/// Each piece knows its own file, because a profile that extends another is made of several.
struct YAMLNode: Sendable {
    /// What it is.
    enum Content: Sendable {
        /// A single value; `isPlain` when it was written without quotes.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// In the order of the file; `removed` are the keys an extending profile took back.
        case mapping([Entry], removed: [Entry])
    }

    /// A key with its value.
    struct Entry: Sendable {
        /// Nil for a key that is no text.
        var key: String?
        /// Where the key stands.
        var file: String
        /// Where the key stands, from 1.
        var line: Int
        var value: YAMLNode
    }

    var content: Content
    var file: String
    /// From 1.
    var line: Int

    /// A mapping without keys.
    static func empty(file: String) -> YAMLNode {
        YAMLNode(content: .mapping([], removed: []), file: file, line: 1)
    }

    var scalar: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    var elements: [YAMLNode]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }

    var entries: [Entry]? {
        if case .mapping(let entries, _) = content { entries } else { nil }
    }

    /// The keys an extending profile took back.
    var removed: [Entry] {
        if case .mapping(_, let removed) = content { removed } else { [] }
    }

    /// Whether nothing is written (`key:`), or `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The entry of a key of a mapping.
    func entry(_ key: String) -> Entry? { entries?.first { $0.key == key } }
}
