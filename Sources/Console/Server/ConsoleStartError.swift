/// Why the console could not begin to listen.
///
/// Ours or the machine's fault; the sentence says what to do.
public struct ConsoleStartError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened and what to do.
    public let sentence: String

    init(_ sentence: String) { self.sentence = sentence }

    /// The sentence: it holds no patient data.
    public var description: String { sentence }
}
