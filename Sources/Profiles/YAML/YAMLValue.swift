/// One value of a YAML file with its place.
///
/// Its accessors say what was expected when it is something else.
public struct YAMLValue {
    let node: YAMLNode
    /// Its line, from 1.
    public var line: Int { node.line }
    /// The file it stands in.
    public var file: String { node.file }
    /// Where it stands: `devices[2].link.tcp`.
    public let path: String
    /// What is being read, with the mistakes found so far.
    public let document: YAMLDocument

    /// Notes a mistake at this value.
    public func mistake(_ what: String) {
        // A text is told by its beginning when it is long.
        let text = node.scalar ?? ""
        let short = text.utf8.count > echoLimit ? what.replacing(text, with: echo(text)) : what
        document.note(path.isEmpty ? short : "\(path): \(short)", file: file, line: line)
    }

    /// Takes over the mistakes of a file that this value names; each keeps its own file and line.
    public func adopt(_ mistakes: [ConfigurationMistake]) {
        for mistake in mistakes { document.note(mistake.what, file: mistake.file, line: mistake.line) }
    }

    /// Notes a mistake and gives nothing, for use in an expression.
    public func wrong<Value>(_ what: String) -> Value? {
        mistake(what)
        return nil
    }

    /// Whether nothing is written (`key:`), or `~` or `null`.
    public var isNull: Bool { node.isNull }

    /// Whether it is a list.
    public var isList: Bool { node.elements != nil }
    /// Whether it is a mapping.
    public var isMap: Bool { node.entries != nil }

    /// Whether it is a mapping with this key.
    public func hasKey(_ key: String) -> Bool { node.entry(key) != nil }

    /// A text exactly as written: `007`, `1.50` and `no` stay what they are.
    public func text() -> String? {
        guard let scalar = node.scalar, !isNull else { return wrong("a text belongs here, not \(kind)") }
        return scalar
    }

    /// A text with at least one character that is no blank.
    public func name() -> String? {
        guard let text = text() else { return nil }
        return text.contains { !$0.isWhitespace } ? text : wrong("an empty text is of no use here")
    }

    /// `true` or `false`.
    public func bool() -> Bool? {
        switch node.scalar {
        case "true": true
        case "false": false
        case .some(let other) where !isNull: wrong("'\(other)' is not true or false")
        default: wrong("true or false belongs here, not \(kind)")
        }
    }

    /// A whole number in decimal digits, within `range`.
    public func integer(in range: ClosedRange<Int>) -> Int? {
        guard let text = node.scalar, let number = Int(text) else {
            return wrong("a whole number from \(range.lowerBound) to \(range.upperBound) belongs here, not \(seen)")
        }
        guard range.contains(number) else {
            return wrong("\(number) is out of range; \(range.lowerBound) to \(range.upperBound) is possible")
        }
        return number
    }

    /// One of the raw values of an enumeration.
    public func choice<Choice: RawRepresentable & CaseIterable>(of: Choice.Type = Choice.self) -> Choice?
    where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        guard let text = text() else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        return wrong(
            "'\(text)' is not known here; possible: \(names.joined(separator: ", "))" + didYouMean(text, names))
    }

    /// The elements of a list.
    ///
    /// A single value counts as a list of one where `allowsSingle` is set.
    public func list(allowsSingle: Bool = false) -> [YAMLValue]? {
        guard let elements = node.elements else {
            if allowsSingle, !isNull { return [self] }
            return wrong("a list belongs here, not \(kind)")
        }
        return elements.enumerated().map { index, node in
            YAMLValue(node: node, path: "\(path)[\(index + 1)]", document: document)
        }
    }

    /// Reads the elements of a list with `body`; those that are wrong are left out, and noted.
    public func list<Element>(allowsSingle: Bool = false, of body: (YAMLValue) -> Element?) -> [Element]? {
        list(allowsSingle: allowsSingle).map { $0.compactMap(body) }
    }

    /// Reads a mapping with fixed keys.
    ///
    /// Keys that `body` never asks for are mistakes.
    public func map<Value>(_ body: (YAMLMap) -> Value) -> Value? {
        guard let entries = node.entries else { return wrong("a mapping (key: value) belongs here, not \(kind)") }
        let map = YAMLMap(entries, of: self)
        let value = body(map)
        map.noteUnknownKeys()
        return value
    }

    /// The entries of a mapping whose keys are data, in the order of the file; keys keep their lexical text.
    public func entries() -> [(key: String, value: YAMLValue)]? {
        guard let entries = node.entries else { return wrong("a mapping (key: value) belongs here, not \(kind)") }
        return entries.compactMap { entry in
            guard let key = entry.key else { return wrong("a key must be a text") }
            return (key, child(entry.value, key: key))
        }
    }

    func child(_ node: YAMLNode, key: String) -> YAMLValue {
        YAMLValue(node: node, path: path.isEmpty ? echo(key) : "\(path).\(echo(key))", document: document)
    }

    /// Notes a key, or a text, that no device's text can be: blanks at the ends are taken away before they are compared.
    func noteBlanks(_ text: String) {
        guard let first = text.first, let last = text.last, first.isWhitespace || last.isWhitespace else { return }
        let right = text.trimmingPrefix { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        mistake(
            "'\(echo(text))' has a blank at an end, which a device's text never has; write '\(echo(String(right)))'")
    }

    private var kind: String {
        switch node.content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        }
    }

    /// What is written, for messages.
    var seen: String { node.scalar.map { isNull ? "nothing" : "'\($0)'" } ?? kind }
}

/// Most characters of a text that a message repeats.
let echoLimit = 80

/// A text for a message: its beginning when it is long.
func echo(_ text: String) -> String { text.count > echoLimit ? text.prefix(echoLimit) + "…" : text }
