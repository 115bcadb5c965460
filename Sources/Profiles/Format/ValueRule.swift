import Core

/// A text that stands where a value should and is none.
struct NoResult: Hashable, Sendable {
    var pattern: Pattern
    var why: String
}

/// How a value is read.
struct ValueRule: Hashable, Sendable {
    /// What is taken of a value with repeats.
    enum Repeats: String, Hashable, Sendable, CaseIterable { case all, first }

    var from: Extraction
    var repeats = Repeats.all
    var noResult: [NoResult] = []
    /// The device's text to what it means.
    var map: [String: String] = [:]
    /// How its numbers are written.
    var numbers = NumberForm()
    /// Signs before a number, longest first.
    var comparators: [(sign: String, comparator: Comparator)] = standardComparators

    static let standardComparators: [(sign: String, comparator: Comparator)] = [
        ("<=", .lessOrEqual), (">=", .greaterOrEqual), ("<", .less), (">", .greater),
    ]

    static func == (left: Self, right: Self) -> Bool {
        left.from == right.from && left.repeats == right.repeats && left.noResult == right.noResult
            && left.map == right.map && left.numbers == right.numbers
            && left.comparators.elementsEqual(right.comparators) { $0 == $1 }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(from)
        hasher.combine(noResult)
    }
}

/// How a line that holds several results is taken apart: the parts of two texts belong together in their order.
struct SeveralRule: Hashable, Sendable {
    /// What stands between the parts; parts of blanks alone do not count.
    var separator: String
    var code: Extraction
    var value: Extraction
    /// Each part of the value has its unit behind a blank.
    var hasUnitInValue = false
}
