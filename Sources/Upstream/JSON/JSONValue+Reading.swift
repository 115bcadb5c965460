import Core

extension JSONValue {
    /// Levels of nesting that are read in a server's answer.
    public static let answerDepth = 64

    /// The member of that key, nil when there is none or this is no object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string.
    public var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The elements of an array, none for anything else.
    public var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    /// The value as compact JSON.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        write(into: &out)
        return out
    }
}
