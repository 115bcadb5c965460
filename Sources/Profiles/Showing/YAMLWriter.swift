/// Writes pieces of YAML files back as text that reads the same.
struct YAMLWriter {
    /// Columns a piece may take on one line.
    private static let lineWidth = 110

    /// The word that names a file in comments; nil says nothing.
    let fileWord: (String) -> String?

    /// The entries of a mapping, a line or several each, with the file they come from behind those that begin one.
    func lines(_ entries: [YAMLNode.Entry], indent: Int = 0) -> [String] {
        entries.flatMap { entry(Self.key($0.key), $0.value, indent: indent, from: $0.file) }
    }

    /// `key: value`, on one line where it fits.
    func entry(_ key: String, _ value: YAMLNode, indent: Int, from file: String) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        let flow = Self.flow(value)
        let comment = fileWord(file).map { "  # \($0)" } ?? ""
        let isShort = flow.count + key.count + indent + 2 <= Self.lineWidth
        switch value.content {
        case .mapping(let entries, _) where !entries.isEmpty && (indent == 0 || !isShort):
            return ["\(blanks)\(key):"] + lines(entries, indent: indent + 2)
        case .sequence(let nodes) where !nodes.isEmpty && !isShort:
            return ["\(blanks)\(key):\(comment)"] + nodes.map { "\(blanks)  - \(Self.flow($0))" }
        default:
            return ["\(blanks)\(key): \(flow)\(comment)"]
        }
    }

    /// A piece on one line.
    static func flow(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let text, let isPlain): return scalar(text, isPlain: isPlain)
        case .sequence(let nodes): return "[\(nodes.map(flow).joined(separator: ", "))]"
        case .mapping(let entries, _):
            if entries.isEmpty { return "{}" }
            return "{ \(entries.map { "\(key($0.key)): \(flow($0.value))" }.joined(separator: ", ")) }"
        }
    }

    static func key(_ text: String?) -> String { text.map { YAMLText.scalar($0) } ?? "?" }

    private static func scalar(_ text: String, isPlain: Bool) -> String {
        // Numbers and words like `true` keep their kind only without quotes.
        let isWord = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.+-~".contains($0)) }
        if isPlain, isWord { return text.isEmpty ? "~" : text }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 }) { return doubleQuoted(text) }
        return "'\(text.replacing("'", with: "''"))'"
    }

    private static func doubleQuoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                out += "\\x" + (digits.count == 1 ? "0" : "") + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
