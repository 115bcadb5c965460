/// Why bytes are no HL7 v2 message.
///
/// The fault is the sender's and reaches as far as this message.
public enum HL7Error: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing in it.
    case empty
    /// It does not begin with MSH. `saw` is the first segment's name if it is a well-known one, else `?`.
    case noHeader(saw: String)
    /// MSH is not followed by a field separator.
    case delimiters

    /// What happened and what to do; holds nothing of the message but a segment name.
    public var description: String {
        switch self {
        case .empty: "the message is empty"
        case .noHeader(let name):
            "the message does not begin with MSH but with \(name == "?" ? "something else" : name)"
                + ": check that the device is set to HL7"
        case .delimiters: "MSH is not followed by a field separator (for example MSH|^~\\&)"
        }
    }
}
