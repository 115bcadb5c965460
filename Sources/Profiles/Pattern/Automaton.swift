/// A position automaton (Glushkov 1961): one state a character of the pattern, held as the bits of one word.
struct Automaton: Hashable, Sendable {
    /// At most so many characters, repetitions written out.
    static let positionLimit = 64

    private(set) var classes: [CharacterClass] = []
    private var follow: [UInt64] = []
    private var first: UInt64 = 0
    private var last: UInt64 = 0
    private var isNullable = false

    /// - Throws: `PatternError` when there are more than `positionLimit` positions.
    init(_ node: PatternNode) throws(PatternError) {
        let whole = try build(node)
        (first, last, isNullable) = (whole.first, whole.last, whole.isNullable)
    }

    private struct Fragment {
        var first: UInt64 = 0
        var last: UInt64 = 0
        var isNullable = true
    }

    private mutating func build(_ node: PatternNode) throws(PatternError) -> Fragment {
        switch node {
        case .character(let characterClass):
            guard classes.count < Self.positionLimit else {
                throw PatternError(
                    description: "the pattern is too long: at most \(Self.positionLimit) characters, repetitions "
                        + "written out; list several shorter patterns instead")
            }
            let bit = UInt64(1) << UInt64(classes.count)
            classes.append(characterClass)
            follow.append(0)
            return Fragment(first: bit, last: bit, isNullable: false)
        case .sequence(let nodes):
            var whole = Fragment()
            for node in nodes { whole = join(whole, try build(node)) }
            return whole
        case .choice(let nodes):
            var whole = Fragment(isNullable: false)
            for node in nodes {
                let part = try build(node)
                whole.first |= part.first
                whole.last |= part.last
                whole.isNullable = whole.isNullable || part.isNullable
            }
            return whole
        case .repeated(let node, let least, let most):
            return try build(node, least, most)
        }
    }

    private mutating func build(_ node: PatternNode, _ least: Int, _ most: Int?) throws(PatternError) -> Fragment {
        var whole = Fragment()
        for _ in 0..<least { whole = join(whole, try build(node)) }
        guard let most else {
            var loop = try build(node)
            connect(loop.last, loop.first)
            loop.isNullable = true
            return join(whole, loop)
        }
        for _ in least..<max(least, most) {
            var optional = try build(node)
            optional.isNullable = true
            whole = join(whole, optional)
        }
        return whole
    }

    private mutating func join(_ left: Fragment, _ right: Fragment) -> Fragment {
        connect(left.last, right.first)
        return Fragment(
            first: left.first | (left.isNullable ? right.first : 0),
            last: right.last | (right.isNullable ? left.last : 0),
            isNullable: left.isNullable && right.isNullable)
    }

    private mutating func connect(_ from: UInt64, _ to: UInt64) {
        for state in Bits(from) { follow[state] |= to }
    }

    func matches(_ text: String, fromStart: Bool, toEnd: Bool) -> Bool {
        if isNullable && !(fromStart && toEnd) { return true }
        var states: UInt64 = 0
        var isFirst = true
        for scalar in text.unicodeScalars {
            var candidates = isFirst || !fromStart ? first : 0
            for state in Bits(states) { candidates |= follow[state] }
            states = 0
            for state in Bits(candidates) where classes[state].contains(scalar) { states |= 1 << UInt64(state) }
            if !toEnd && states & last != 0 { return true }
            if fromStart && states == 0 { return false }
            isFirst = false
        }
        return isFirst ? isNullable : toEnd && states & last != 0
    }

    /// The numbers of the bits that are set.
    private struct Bits: Sequence, IteratorProtocol {
        var word: UInt64
        init(_ word: UInt64) { self.word = word }
        mutating func next() -> Int? {
            guard word != 0 else { return nil }
            let bit = word.trailingZeroBitCount
            word &= word - 1
            return bit
        }
    }
}

/// A set of characters.
struct CharacterClass: Hashable, Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var others: [ClosedRange<UInt32>] = []
    var isNegated = false

    static let digit = CharacterClass(["0"..."9"])
    static let word = CharacterClass(["0"..."9", "A"..."Z", "a"..."z", "_"..."_"])
    static let space = CharacterClass(["\t"..."\r", " "..." ", "\u{A0}"..."\u{A0}"])
    static let any = CharacterClass([], isNegated: true)

    init(_ ranges: [ClosedRange<Unicode.Scalar>], isNegated: Bool = false) {
        for range in ranges { insert(range) }
        self.isNegated = isNegated
    }

    mutating func insert(_ range: ClosedRange<Unicode.Scalar>) {
        for value in range.lowerBound.value..<max(range.lowerBound.value, min(128, range.upperBound.value + 1)) {
            if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
        }
        if range.upperBound.value >= 128 {
            others.append(max(128, range.lowerBound.value)...range.upperBound.value)
        }
    }

    /// Adds the members of a class that is not negated.
    mutating func formUnion(_ other: CharacterClass) {
        low |= other.low
        high |= other.high
        others += other.others
    }

    /// Adds the other case of every ASCII letter.
    mutating func ignoreCase() {
        let upper = high & 0x07FF_FFFE, lower = high & 0x07FF_FFFE_0000_0000
        high |= upper << 32 | lower >> 32
    }

    /// The ASCII character that is its only member.
    var onlyMember: Unicode.Scalar? {
        guard !isNegated, others.isEmpty, low.nonzeroBitCount + high.nonzeroBitCount == 1 else {
            return !isNegated && low | high == 0 && others.count == 1 && others[0].count == 1
                ? Unicode.Scalar(others[0].lowerBound) : nil
        }
        return Unicode.Scalar(UInt8(low != 0 ? low.trailingZeroBitCount : 64 + high.trailingZeroBitCount))
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        let isMember: Bool
        if value < 64 {
            isMember = low >> UInt64(value) & 1 == 1
        } else if value < 128 {
            isMember = high >> UInt64(value - 64) & 1 == 1
        } else {
            isMember = others.contains { $0.contains(value) }
        }
        return isMember != isNegated
    }
}
