import Yams

/// One value of a YAML file with its place.
///
/// Its accessors say what was expected when it is something else.
public struct YAMLValue {
    let node: Node
    /// Its line, from 1.
    public let line: Int
    /// Where it stands: `devices[2].link.tcp`.
    public let path: String
    /// The file it stands in.
    public let document: YAMLDocument

    /// Notes a mistake at this value.
    public func mistake(_ what: String) {
        document.note(path.isEmpty ? what : "\(path): \(what)", line: line)
    }

    /// Notes a mistake and gives nothing, for use in an expression.
    public func wrong<Value>(_ what: String) -> Value? {
        mistake(what)
        return nil
    }

    /// Whether nothing is written (`key:`), or `~` or `null`.
    public var isNull: Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether it is a list.
    public var isList: Bool { node.sequence != nil }
    /// Whether it is a mapping.
    public var isMap: Bool { node.mapping != nil }

    /// Whether it is a mapping with this key.
    public func hasKey(_ key: String) -> Bool { node.mapping?.contains { $0.key.scalar?.string == key } ?? false }

    /// A text exactly as written: `007`, `1.50` and `no` stay what they are.
    public func text() -> String? {
        guard let scalar = node.scalar, !isNull else { return wrong("a text belongs here, not \(kind)") }
        return scalar.string
    }

    /// A text with at least one character that is no blank.
    public func name() -> String? {
        guard let text = text() else { return nil }
        return text.contains { !$0.isWhitespace } ? text : wrong("an empty text is of no use here")
    }

    /// `true` or `false`.
    public func bool() -> Bool? {
        switch node.scalar?.string {
        case "true": true
        case "false": false
        case .some(let other) where !isNull: wrong("'\(other)' is not true or false")
        default: wrong("true or false belongs here, not \(kind)")
        }
    }

    /// A whole number in decimal digits, within `range`.
    public func integer(in range: ClosedRange<Int>) -> Int? {
        guard let text = node.scalar?.string, let number = Int(text) else {
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
        guard let sequence = node.sequence else {
            if allowsSingle, !isNull { return [self] }
            return wrong("a list belongs here, not \(kind)")
        }
        return sequence.enumerated().map { index, node in
            YAMLValue(node: node, line: node.mark?.line ?? line, path: "\(path)[\(index + 1)]", document: document)
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
        guard let mapping = node.mapping else { return wrong("a mapping (key: value) belongs here, not \(kind)") }
        let map = YAMLMap(mapping, of: self)
        let value = body(map)
        map.noteUnknownKeys()
        return value
    }

    /// The entries of a mapping whose keys are data, in the order of the file; keys keep their lexical text.
    public func entries() -> [(key: String, value: YAMLValue)]? {
        guard let mapping = node.mapping else { return wrong("a mapping (key: value) belongs here, not \(kind)") }
        return mapping.compactMap { key, value in
            guard let text = key.scalar?.string else { return wrong("a key must be a text") }
            return (text, child(value, key: text, keyLine: key.mark?.line))
        }
    }

    func child(_ node: Node, key: String, keyLine: Int?) -> YAMLValue {
        YAMLValue(
            // A value written below its key is reported where the value stands, a missing one at its key.
            node: node, line: node.scalar?.string == "" ? keyLine ?? line : node.mark?.line ?? keyLine ?? line,
            path: path.isEmpty ? key : "\(path).\(key)", document: document)
    }

    private var kind: String {
        switch node {
        case .scalar: isNull ? "nothing" : "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// What is written, for messages.
    var seen: String { node.scalar.map { isNull ? "nothing" : "'\($0.string)'" } ?? kind }
}
