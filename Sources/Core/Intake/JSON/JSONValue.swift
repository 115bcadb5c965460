/// JSON as it was written: a number keeps its text, an object the order of its keys.
public enum JSONValue: Hashable, Sendable, HoldsPatientData {
    case null
    case bool(Bool)
    /// The number token exactly as written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// What it is, in words for a sentence: `a number`, `an object`.
    public var kindInWords: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// One `"key": value` of an object.
public struct JSONMember: Hashable, Sendable, HoldsPatientData {
    /// The key.
    public var key: String
    /// Its value.
    public var value: JSONValue

    /// A member.
    public init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}
