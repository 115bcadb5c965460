/// Why a text is no LIS02-A2 message.
///
/// The fault is the sender's and reaches as far as this text.
public enum ASTMError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing in it.
    case empty
    /// It does not begin with a header record. `saw` is the type of its first record, or `?`.
    case noHeader(saw: Character)
    /// The header at this record (from 1) declares no delimiters, or the same one twice.
    case delimiters(record: Int)
    /// One message was expected, there are several: use `ASTMMessage.parseAll`.
    case severalMessages(Int)

    /// What happened and what to do; holds nothing of the text but a record letter.
    public var description: String {
        switch self {
        case .empty: "the message is empty"
        case .noHeader(let letter):
            "the message does not begin with a header record (H) but with "
                + (letter == "?" ? "a line that is no record" : "a \(letter) record")
                + ": check the device's protocol setting (ASTM, LIS2) and its profile's framing"
        case .delimiters(let record):
            "the header record at \(record) does not declare usable delimiters after the H (for example H|\\^&)"
        case .severalMessages(let count): "one message was expected, the text holds \(count)"
        }
    }
}
