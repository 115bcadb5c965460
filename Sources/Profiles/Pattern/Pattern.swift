/// A pattern over short device texts: a small, safe part of the usual regular expressions.
///
/// Known are literals, `.`, classes (`[A-Z_]`, `[^0-9]`, `\d \w \s` and their opposites), groups, `|`, the quantifiers
/// `* + ? {n} {n,} {n,m}`, `^` and `$` at the ends of a top-level alternative, and a leading `(?i)`. There are no
/// back-references, no look-around and no captures, so a match takes time linear in the text whatever the device sends.
/// Without anchors a pattern may match anywhere in the text.
public struct Pattern: Hashable, Sendable, CustomStringConvertible {
    /// What was written.
    public let source: String
    private let alternatives: [Alternative]

    enum Body: Hashable, Sendable {
        /// Plain text: compared byte by byte.
        case literal([UInt8])
        /// `^(A|B|C)$`: looked up.
        case words(Set<String>)
        case automaton(Automaton)
    }

    struct Alternative: Hashable, Sendable {
        var body: Body
        var anchorsStart: Bool
        var anchorsEnd: Bool
    }

    /// A pattern from its text.
    /// - Throws: `PatternError` that says what cannot be used and where.
    public init(_ source: String) throws(PatternError) {
        self.source = source
        var parser = PatternParser(source)
        alternatives = try parser.alternatives()
    }

    /// A pattern that matches exactly this text.
    public init(exactly text: String) {
        source = "^\(text)$"
        alternatives = [Alternative(body: .literal(Array(text.utf8)), anchorsStart: true, anchorsEnd: true)]
    }

    /// Whether the text matches.
    public func matches(_ text: String) -> Bool {
        for alternative in alternatives where Self.matches(text, alternative) { return true }
        return false
    }

    /// The pattern as written.
    public var description: String { source }

    /// Two patterns are equal when they are written alike.
    public static func == (left: Self, right: Self) -> Bool { left.source == right.source }
    /// Only the text counts.
    public func hash(into hasher: inout Hasher) { hasher.combine(source) }

    private static func matches(_ text: String, _ alternative: Alternative) -> Bool {
        switch alternative.body {
        case .words(let words): words.contains(text)
        case .literal(let literal): matches(text, literal, alternative)
        case .automaton(let automaton):
            automaton.matches(text, fromStart: alternative.anchorsStart, toEnd: alternative.anchorsEnd)
        }
    }

    private static func matches(_ text: String, _ literal: [UInt8], _ alternative: Alternative) -> Bool {
        let utf8 = text.utf8
        switch (alternative.anchorsStart, alternative.anchorsEnd) {
        case (true, true): return utf8.elementsEqual(literal)
        case (true, false): return utf8.starts(with: literal)
        case (false, true): return utf8.count >= literal.count && utf8.suffix(literal.count).elementsEqual(literal)
        case (false, false):
            guard let first = literal.first else { return true }
            var rest = utf8[...]
            while let at = rest.firstIndex(of: first) {
                rest = rest[at...]
                if rest.starts(with: literal) { return true }
                rest.removeFirst()
            }
            return false
        }
    }
}

/// Why a text is no pattern.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what would be right.
    public let description: String
}
