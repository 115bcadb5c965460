/// Why bytes are no command set: the peer's fault, and the end of the association.
public enum CommandSetError: Error, Hashable, Sendable {
    /// The bytes cannot be read.
    case malformed(DataSetError)
    /// An element of another group than 0000.
    case foreignGroup
    /// An element that every such command has is not there.
    case missing(Tag)

    /// What is wrong.
    public var sentence: String {
        switch self {
        case .malformed(let error): error.sentence
        case .foreignGroup: "a command set with elements of other groups"
        case .missing(let tag): "a command set without \(tag)"
        }
    }
}
