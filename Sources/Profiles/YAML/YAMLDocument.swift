/// One YAML file being read, or several laid over each other.
///
/// Typed accessors return nil for what is wrong and note it here, so that a reader goes on and every mistake of a
/// file is shown at once. JSON is accepted, being YAML.
public final class YAMLDocument {
    /// The file's name for messages.
    public let file: String
    /// What was found wrong so far.
    public private(set) var mistakes: [ConfigurationMistake] = []

    private init(file: String) { self.file = file }

    /// Names of fields that were used, and where; see `checkFieldNames`.
    private var usedFields: [(name: String, value: YAMLValue)] = []

    /// Keeps a field's name until it is known which there are.
    func noteField(_ name: String, _ value: YAMLValue) { usedFields.append((name, value)) }

    /// Notes every name that was used and is none of these.
    func checkFieldNames(_ known: Set<String>) {
        for (name, value) in usedFields where !known.contains(name) {
            let near = didYouMean(name, known.sorted())
            value.mistake(
                "'\(name)' is no field of the layout"
                    + (near.isEmpty ? "; there are \(known.sorted().joined(separator: ", "))" : near))
        }
        usedFields = []
    }

    /// Adds a mistake.
    func note(_ what: String, file: String, line: Int) {
        mistakes.append(ConfigurationMistake(file: file, line: line, what: what))
    }

    /// Reads the whole file with `body`; a file that holds nothing is read as an empty mapping.
    /// - Parameters:
    ///   - text: the file's content.
    ///   - file: its name, used in messages only.
    /// - Throws: every mistake, also those noted by `body` itself.
    public static func read<Value>(
        text: String, file: String, _ body: (YAMLMap) -> Value?
    ) throws(ConfigurationMistakes) -> Value {
        try read(try YAMLNode.parse(text, file: file) ?? .empty(file: file), file: file, body)
    }

    /// Reads what was parsed already.
    /// - Parameter known: mistakes found before; they are thrown together with those found now.
    static func read<Value>(
        _ root: YAMLNode, file: String, known: [ConfigurationMistake] = [], _ body: (YAMLMap) -> Value?
    ) throws(ConfigurationMistakes) -> Value {
        let document = YAMLDocument(file: file)
        document.mistakes = known
        let value = YAMLValue(node: root, path: "", document: document).map(body)
        guard document.mistakes.isEmpty, let value = value ?? nil else {
            if document.mistakes.isEmpty { document.note("this file cannot be used", file: file, line: 1) }
            throw ConfigurationMistakes(document.mistakes)
        }
        return value
    }
}
