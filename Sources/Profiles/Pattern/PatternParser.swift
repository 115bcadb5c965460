/// A pattern as a tree.
indirect enum PatternNode: Hashable {
    case character(CharacterClass)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// The number of times, at least and at most; no upper limit when nil.
    case repeated(PatternNode, Int, Int?)
}

/// Reads the text of a pattern.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private var at = 0
    private var depth = 0
    private var ignoresCase = false

    init(_ source: String) { text = Array(source.unicodeScalars) }

    /// The top-level alternatives with their anchors.
    mutating func alternatives() throws(PatternError) -> [Pattern.Alternative] {
        if text.starts(with: "(?i)".unicodeScalars) {
            ignoresCase = true
            at = 4
        }
        guard at < text.count else { throw PatternError(description: "an empty pattern matches everything") }
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
                    throw PatternError(description: "'$' may stand only at the end; write \\$ for the character")
                }
                break
            }
            if text[at] == "^" {
                throw PatternError(description: "'^' may stand only at the beginning; write \\^ for the character")
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
        guard depth <= 16 else { throw PatternError(description: "groups are nested too deep") }
        if take("?") {
            guard take(":") else {
                throw PatternError(
                    description: "'(?' at character \(opened): look-around and named groups are not known")
            }
        }
        var choices = [try sequence(isTopLevel: false)]
        while take("|") { choices.append(try sequence(isTopLevel: false)) }
        guard take(")") else { throw PatternError(description: "'(' at character \(opened) is never closed") }
        depth -= 1
        return .choice(choices)
    }

    private mutating func quantified(_ node: PatternNode) throws(PatternError) -> PatternNode {
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
            guard !scalar.properties.isAlphabetic, scalar.properties.numericType == nil else {
                throw PatternError(description: "'\\\(scalar)' is not known; there are \\d \\w \\s \\D \\W \\S \\t")
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
