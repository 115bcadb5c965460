import Yams

/// One YAML file being read.
///
/// Typed accessors return nil for what is wrong and note it here, so that a reader goes on and every mistake of a
/// file is shown at once. JSON is accepted, being YAML.
public final class YAMLDocument {
    /// The file's name for messages.
    public let file: String
    /// What was found wrong so far.
    public private(set) var mistakes: [ConfigurationMistake] = []
    /// The top-level value; nil when the text is no YAML (the mistake says where) or holds nothing.
    public private(set) var root: YAMLValue?

    /// Parses a text.
    /// - Parameters:
    ///   - text: the file's content.
    ///   - file: its name, used in messages only.
    public init(text: String, file: String) {
        self.file = file
        do {
            guard let node = try Yams.compose(yaml: Self.plain(text)) else { return }
            root = YAMLValue(node: node, line: node.mark?.line ?? 1, path: "", document: self)
        } catch let error as YamlError {
            note(error)
        } catch {
            note("this is not YAML: \(error)", line: 1)
        }
    }

    /// The text without a byte order mark and with bare line feeds, as some editors of Windows do not leave it; the
    /// parser would count the mark as a character of the first line's indentation.
    private static func plain(_ text: String) -> String {
        var scalars = text.unicodeScalars
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        return String(scalars).replacing("\r\n", with: "\n")
    }

    /// Adds a mistake.
    public func note(_ what: String, line: Int) {
        mistakes.append(ConfigurationMistake(file: file, line: line, what: what))
    }

    /// Reads the whole file with `body`; a file that holds nothing is read as an empty mapping.
    /// - Throws: every mistake, also those noted by `body` itself.
    public static func read<Value>(
        text: String, file: String, _ body: (YAMLMap) -> Value?
    ) throws(ConfigurationMistakes) -> Value {
        let document = YAMLDocument(text: text, file: file)
        let empty = YAMLValue(node: Node([(Node, Node)]()), line: 1, path: "", document: document)
        let value = document.mistakes.isEmpty ? (document.root ?? empty).map(body) : nil
        guard document.mistakes.isEmpty, let value = value ?? nil else {
            if document.mistakes.isEmpty { document.note("this file cannot be used", line: 1) }
            throw ConfigurationMistakes(document.mistakes)
        }
        return value
    }

    private func note(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            note("this is not YAML here: \(problem); check indentation, quotes and brackets", line: mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "'\($0)'" }.joined(separator: ", ")
            note("\(names) stands twice in one mapping; keep one", line: context.mark.line)
        case .reader(let problem, let offset, _, let text):
            let before = text.prefix(offset ?? 0)
            note("a character here cannot be read: \(problem)", line: before.count { $0.isNewline } + 1)
        default:
            note("this is not YAML: \(error)", line: 1)
        }
    }
}
