/// A pattern as a tree.
indirect enum PatternNode: Hashable {
    case character(CharacterClass)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// The number of times, at least and at most; no upper limit when nil.
    case repeated(PatternNode, Int, Int?)

    /// Whether a part of it may be repeated any number of times.
    var repeatsWithoutEnd: Bool {
        switch self {
        case .character: false
        case .sequence(let nodes), .choice(let nodes): nodes.contains { $0.repeatsWithoutEnd }
        case .repeated(let node, _, let most): most == nil || node.repeatsWithoutEnd
        }
    }
}

/// Reads the text of a pattern.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private var at = 0
    private var depth = 0
    private var ignoresCase = false

    /// Most characters of a pattern as written.
    static let lengthLimit = 1_000

    init(_ source: String) { text = Array(source.unicodeScalars) }

    /// The top-level alternatives with their anchors.
    mutating func alternatives() throws(PatternError) -> [Pattern.Alternative] {
        if text.starts(with: "(?i)".unicodeScalars) {
            ignoresCase = true
            at = 4
        }
        guard at < text.count else { throw PatternError(description: "an empty pattern matches everything") }
        guard text.count <= Self.lengthLimit else {
            throw PatternError(
                description: "it has \(text.count) characters, and \(Self.lengthLimit) are possible; list several "
                    + "shorter patterns instead")
        }
        var found: [Pattern.Alternative] = []
        repeat {
            let anchorsStart = take("^")
            let start = at
            let node = try sequence(isTopLevel: true)
            let end = at
            let anchorsEnd = take("$")
            let body: Pattern.Body
            if let words = anchorsStart && anchorsEnd ? literals(of: node) : nil {
                body = .words(words)
            } else if let literal = literal(start..<end) {
                body = .literal(literal)
            } else {
                body = .automaton(try Automaton(node))
            }
            found.append(Pattern.Alternative(body: body, anchorsStart: anchorsStart, anchorsEnd: anchorsEnd))
        } while take("|")
        if at < text.count { throw PatternError(description: "')' at character \(at + 1) closes no group") }
        return found
    }

    private func literal(_ range: Range<Int>) -> [UInt8]? {
        guard !ignoresCase, !range.isEmpty,
            !text[range].contains(where: { #"\^$.[]|()*+?{}"#.unicodeScalars.contains($0) })
        else { return nil }
        return Array(String(String.UnicodeScalarView(text[range])).utf8)
    }

    /// The words of `(A|B|C)`, when it is just that; found by a second look at the text.
    private func literals(of node: PatternNode) -> Set<String>? {
        guard !ignoresCase, case .sequence(let parts) = node, parts.count == 1, case .choice = parts[0] else {
            return nil
        }
        let inner = text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
        let words = String(String.UnicodeScalarView(inner)).trimmingPrefix("?:")
        guard !words.unicodeScalars.contains(where: { #"\^$.[]()*+?{}"#.unicodeScalars.contains($0) }) else {
            return nil
        }
        return Set(words.split(separator: "|", omittingEmptySubsequences: false).map(String.init))
    }

    private mutating func sequence(isTopLevel: Bool) throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while at < text.count, text[at] != "|", text[at] != ")" {
            if text[at] == "$" {
                guard isTopLevel, at + 1 == text.count || text[at + 1] == "|" else {
                    throw PatternError(
                        description: "'$' at character \(at + 1) may stand only at the end; write \\$ for the character"
                    )
                }
                break
            }
            if text[at] == "^" {
                throw PatternError(
                    description:
                        "'^' at character \(at + 1) may stand only at the beginning; write \\^ for the character")
            }
            let node = try atom()
            nodes.append(try quantified(node))
        }
        return .sequence(nodes)
    }

    private mutating func atom() throws(PatternError) -> PatternNode {
        let scalar = text[at]
        at += 1
        switch scalar {
        case "(": return try group()
        case "[": return .character(try characterClass())
        case "\\": return .character(try escaped())
        case ".": return .character(.any)
        case "*", "+", "?", "{":
            throw PatternError(
                description: "'\(scalar)' at character \(at) repeats nothing; write \\\(scalar) for the character")
        default: return .character(single(scalar))
        }
    }

    private mutating func group() throws(PatternError) -> PatternNode {
        let opened = at
        depth += 1
        guard depth <= 16 else {
            throw PatternError(
                description: "'(' at character \(opened) is nested too deep; at most 16 groups stand in each other")
        }
        if take("?") {
            guard take(":") else { throw PatternError(description: unknownGroup(opened)) }
        }
        var choices = [try sequence(isTopLevel: false)]
        while take("|") { choices.append(try sequence(isTopLevel: false)) }
        guard take(")") else { throw PatternError(description: "'(' at character \(opened) is never closed") }
        depth -= 1
        return .choice(choices)
    }

    /// What is wrong with a group that begins with `(?` and more.
    private func unknownGroup(_ opened: Int) -> String {
        let begins = String(String.UnicodeScalarView(text[at..<min(text.count, at + 2)]))
        if begins.hasPrefix("=") || begins.hasPrefix("!") || begins == "<=" || begins == "<!" {
            return
                "'(?\(begins.hasPrefix("<") ? begins : String(begins.prefix(1)))' at character \(opened) looks around, which "
                + "is not possible; list patterns that say what is there, or use 'reject', 'ignore' or 'not' for what must not be"
        }
        return "'(?' at character \(opened) is not known; a group is written ( ) or (?: ), and (?i) stands at the very "
            + "beginning only"
    }

    private mutating func quantified(_ node: PatternNode) throws(PatternError) -> PatternNode {
        let begins = at
        let quantified = try repeated(node)
        if case .repeated(let inner, _, nil) = quantified, inner.repeatsWithoutEnd {
            throw PatternError(
                description:
                    "'\(text[begins])' at character \(begins + 1) repeats without end what repeats without end "
                    + "itself, like (a+)+; one repetition is enough: write a+ or [abc]+, or limit the inner one like "
                    + "{1,20}")
        }
        // A second quantifier would be one too many: a++, a+*, a{2}+.
        if at > begins, at < text.count, ["*", "+", "?", "{"].contains(text[at]) {
            throw PatternError(
                description: "'\(text[at])' at character \(at + 1) follows another repetition; keep one, or write "
                    + "\\\(text[at]) for the character")
        }
        return quantified
    }

    private mutating func repeated(_ node: PatternNode) throws(PatternError) -> PatternNode {
        if take("*") { return .repeated(node, 0, nil) }
        if take("+") { return .repeated(node, 1, nil) }
        if take("?") { return .repeated(node, 0, 1) }
        guard take("{") else { return node }
        let opened = at
        let least = number()
        let isRange = take(",")
        let most = isRange ? number() : least
        guard let least, take("}"), least <= Automaton.positionLimit, (most ?? least) >= least,
            (most ?? 0) <= Automaton.positionLimit
        else {
            throw PatternError(
                description: "'{' at character \(opened) is no repetition; write {3}, {3,} or {3,8} with at most "
                    + "\(Automaton.positionLimit), or \\{ for the character")
        }
        return .repeated(node, least, most)
    }

    private mutating func characterClass() throws(PatternError) -> CharacterClass {
        let opened = at
        var set = CharacterClass([])
        let isNegated = take("^")
        var isFirst = true
        while at < text.count, isFirst || text[at] != "]" {
            isFirst = false
            if let name = namedClass() {
                throw PatternError(
                    description:
                        "'[:\(name):]' at character \(at + 1) is no class here; write A-Za-z, 0-9, \\d, \\w or "
                        + "\\s in its place")
            }
            var low = text[at]
            at += 1
            if low == "\\" {
                let part = try escaped()
                guard let character = part.onlyMember else {
                    guard !part.isNegated else {
                        throw PatternError(description: "\\D, \\W and \\S cannot stand in a class")
                    }
                    set.formUnion(part)
                    continue
                }
                low = character
            }
            guard at + 1 < text.count, text[at] == "-", text[at + 1] != "]" else {
                set.insert(low...low)
                continue
            }
            let high = text[at + 1]
            at += 2
            guard low <= high, high != "\\" else {
                throw PatternError(description: "the range \(low)-\(high) in a class runs backwards")
            }
            set.insert(low...high)
        }
        guard take("]") else { throw PatternError(description: "'[' at character \(opened) is never closed") }
        if ignoresCase { set.ignoreCase() }
        set.isNegated = isNegated
        return set
    }

    /// The name in `[:alpha:]`, which other programs know inside a class.
    private func namedClass() -> String? {
        guard at + 1 < text.count, text[at] == "[", text[at + 1] == ":" else { return nil }
        let name = text[(at + 2)...].prefix { ("a"..."z").contains($0) }
        guard !name.isEmpty, name.endIndex + 1 < text.count, text[name.endIndex] == ":", text[name.endIndex + 1] == "]"
        else { return nil }
        return String(String.UnicodeScalarView(name))
    }

    private mutating func escaped() throws(PatternError) -> CharacterClass {
        guard at < text.count else { throw PatternError(description: "'\\' at the end escapes nothing") }
        let scalar = text[at]
        at += 1
        switch scalar {
        case "d", "D": return negated(.digit, scalar == "D")
        case "w", "W": return negated(.word, scalar == "W")
        case "s", "S": return negated(.space, scalar == "S")
        case "t": return single("\t")
        default:
            if scalar.properties.numericType != nil || scalar == "k" {
                throw PatternError(
                    description:
                        "'\\\(scalar)' at character \(at - 1) refers back to a group, which is not possible; write "
                        + "out what may stand there")
            }
            if scalar == "b" || scalar == "B" {
                throw PatternError(
                    description: "'\\\(scalar)' at character \(at - 1) looks around, which is not possible; write the "
                        + "character that stands there, or ^ and $ at the ends")
            }
            guard !scalar.properties.isAlphabetic else {
                throw PatternError(
                    description:
                        "'\\\(scalar)' at character \(at - 1) is not known; there are \\d \\w \\s \\D \\W \\S \\t")
            }
            return single(scalar)
        }
    }

    private func negated(_ set: CharacterClass, _ isNegated: Bool) -> CharacterClass {
        var set = set
        set.isNegated = isNegated
        return set
    }

    private func single(_ scalar: Unicode.Scalar) -> CharacterClass {
        var set = CharacterClass([scalar...scalar])
        if ignoresCase { set.ignoreCase() }
        return set
    }

    private mutating func number() -> Int? {
        let start = at
        while at < text.count, at - start < 3, ("0"..."9").contains(text[at]) { at += 1 }
        return Int(String(String.UnicodeScalarView(text[start..<at])))
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard at < text.count, text[at] == scalar else { return false }
        at += 1
        return true
    }
}
