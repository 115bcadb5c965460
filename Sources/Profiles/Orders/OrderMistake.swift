/// Why a message is no usable order. The fault is the sender's and reaches as far as the message.
public struct OrderMistake: Error, Hashable, Sendable {
    /// What is missing or wrong, and where, without patient data.
    public var what: String
    /// Segment, occurrence and field (ERR-2), empty when it is the message as a whole.
    public var location: [String]

    /// A mistake.
    public init(what: String, location: [String] = []) {
        self.what = what
        self.location = location
    }
}
