/// A place where the text is not JSON (RFC 8259).
///
/// The sender's fault; it reaches no further than this text.
public struct JSONSyntaxError: Error, Hashable, Sendable {
    /// Line, from 1.
    public var line: Int
    /// Byte in that line, from 1.
    public var column: Int
    /// What is wrong, without the text itself.
    public var what: String

    /// Place and words: `line 3, column 14: a comma or } is missing`.
    public var sentence: String { "line \(line), column \(column): \(what)" }
}
