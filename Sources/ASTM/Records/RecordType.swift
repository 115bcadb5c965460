/// The record types of LIS02-A2 section 4.1, by their letter.
public enum RecordType: Hashable, Sendable {
    /// H
    case header
    /// P
    case patient
    /// O
    case order
    /// R
    case result
    /// C
    case comment
    /// Q, a request for information
    case query
    /// M
    case manufacturer
    /// S
    case scientific
    /// L
    case terminator
    /// A line that is none of these; the byte is its first.
    case other(UInt8)

    /// - Parameter letter: the record's first character, of either case.
    public init(letter: UInt8) {
        switch letter & 0xDF {
        case UInt8(ascii: "H"): self = .header
        case UInt8(ascii: "P"): self = .patient
        case UInt8(ascii: "O"): self = .order
        case UInt8(ascii: "R"): self = .result
        case UInt8(ascii: "C"): self = .comment
        case UInt8(ascii: "Q"): self = .query
        case UInt8(ascii: "M"): self = .manufacturer
        case UInt8(ascii: "S"): self = .scientific
        case UInt8(ascii: "L"): self = .terminator
        default: self = .other(letter)
        }
    }

    /// The letter in upper case; `?` for a line that is no record.
    public var letter: Character {
        switch self {
        case .header: "H"
        case .patient: "P"
        case .order: "O"
        case .result: "R"
        case .comment: "C"
        case .query: "Q"
        case .manufacturer: "M"
        case .scientific: "S"
        case .terminator: "L"
        case .other: "?"
        }
    }
}
