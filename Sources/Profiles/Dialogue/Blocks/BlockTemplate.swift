import ASTM

/// The text of a block we write, with places for what is known: `S {query:3-13}{specimen:26>}    E{tests}`.
///
/// `{count}` is the number of tests. `{name}` is written plain, `{name:20>}` right and `{name:20<}` left aligned in 20 characters, `{name:05>}` filled up with
/// zeros; `{query:3-13}` are columns of the query as they came; `{STX}` and its like are control characters.
struct BlockTemplate: Hashable, Sendable {
    /// What is known when a block is written.
    enum Word: String, Hashable, Sendable, CaseIterable {
        case specimen, mrn, name, family, given, sex, tests, count, code, priority, time
        case birthDate = "birth-date"
        case testName = "test-name"

        /// Whether a text that does not fit would mean something else.
        var mustBeWhole: Bool { [.specimen, .mrn, .tests, .count, .code].contains(self) }
    }

    enum Alignment: Hashable, Sendable { case left, right }

    /// How many characters a text takes.
    struct Width: Hashable, Sendable {
        var characters: Int
        var alignment: Alignment
        var fill: UInt8 = 0x20
    }

    enum Piece: Hashable, Sendable {
        case bytes([UInt8])
        case word(Word, Width?)
        case query(UnitCut.Columns)
    }

    private(set) var pieces: [Piece] = []

    /// Longest width, in characters.
    static let widest = 200

    /// Reads a template.
    /// - Throws: what is wrong, as the end of a sentence.
    init(_ text: String) throws(Mistake) {
        var rest = Substring(text)
        while let first = rest.first {
            guard first == "{" else {
                let literal = rest.prefix { $0 != "{" }
                append(Array(literal.utf8))
                rest = rest.dropFirst(literal.count)
                continue
            }
            guard let close = rest.firstIndex(of: "}") else {
                throw Mistake(what: "a '{' is never closed")
            }
            try append(place: rest[..<close].dropFirst())
            rest = rest[close...].dropFirst()
        }
    }

    /// Why a text is no template.
    struct Mistake: Error, Hashable {
        var what: String
    }

    private mutating func append(place: Substring) throws(Mistake) {
        if let control = ControlName.byte(String(place)) { return append([control]) }
        let parts = place.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        if name == "query" {
            guard parts.count == 2, let columns = UnitCut.Columns(String(parts[1])), columns.last != nil else {
                throw Mistake(what: "'{\(place)}' names no columns of the query; write it like {query:3-13}")
            }
            return pieces.append(.query(columns))
        }
        let known = Word.allCases.map(\.rawValue)
        guard let word = Word(rawValue: name) else {
            throw Mistake(
                what:
                    "'{\(place)}' is not known here; possible: \(known.sorted().joined(separator: ", ")), query:3-13, "
                    + "and control characters such as {FS}" + didYouMean(name, known))
        }
        guard parts.count == 2 else { return pieces.append(.word(word, nil)) }
        guard let width = Self.width(parts[1]) else {
            throw Mistake(what: "'{\(place)}' has no width; write it like {\(name):20>} or {\(name):20<}")
        }
        pieces.append(.word(word, width))
    }

    private mutating func append(_ bytes: [UInt8]) {
        if case .bytes(let before)? = pieces.last {
            pieces[pieces.count - 1] = .bytes(before + bytes)
        } else {
            pieces.append(.bytes(bytes))
        }
    }

    private static func width(_ text: Substring) -> Width? {
        guard let mark = text.last, mark == ">" || mark == "<" else { return nil }
        var digits = text.dropLast()
        let isZeroFilled = digits.count > 1 && digits.first == "0"
        if isZeroFilled { digits = digits.dropFirst() }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(digits),
            (1...widest).contains(count)
        else { return nil }
        return Width(
            characters: count, alignment: mark == ">" ? .right : .left, fill: isZeroFilled ? 0x30 : 0x20)
    }

    // MARK: - Writing

    /// What the words stand for.
    struct Values {
        var words: [Word: [UInt8]] = [:]
        var query: [UInt8] = []
    }

    /// The text; nil where something that must stay whole has more characters than its place.
    func text(_ values: Values) -> [UInt8]? {
        var out: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): out += bytes
            case .query(let columns):
                let found = Array(values.query[...].columns(columns))
                out += found + [UInt8](repeating: 0x20, count: max(0, (columns.width ?? 0) - found.count))
            case .word(let word, let width):
                guard let text = Self.plain(values.words[word] ?? [], word) else { return nil }
                guard let width else {
                    out += text
                    continue
                }
                if text.count > width.characters {
                    if word.mustBeWhole { return nil }
                    out += text.prefix(width.characters)
                    continue
                }
                let space = [UInt8](repeating: width.fill, count: width.characters - text.count)
                out += width.alignment == .left ? text + space : space + text
            }
        }
        return out
    }

    /// The text without control characters, which would end the block or part its fields; nil where it would be another.
    private static func plain(_ text: [UInt8], _ word: Word) -> [UInt8]? {
        guard word != .tests, text.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return word.mustBeWhole ? nil : text.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
    }

    // MARK: - Reading, as the device does

    /// Characters it takes; nil when that depends on what is written.
    var width: Int? {
        var sum = 0
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): sum += bytes.count
            case .query(let columns): sum += columns.width ?? 0
            case .word(_, let width):
                guard let width else { return nil }
                sum += width.characters
            }
        }
        return sum
    }

    /// A text as it was read.
    struct Reading {
        var words: [Word: [UInt8]] = [:]
        /// The columns of the query that went back.
        var query: [UnitCut.Columns: [UInt8]] = [:]
    }

    /// What stands at the words of a text that was written so; nil where it was not. A word without a width takes all up to
    /// the fixed text behind it, or the rest.
    func read(_ text: [UInt8]) -> Reading? {
        var reading = Reading()
        var rest = text[...]
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .bytes(let bytes):
                guard rest.starts(with: bytes) else { return nil }
                rest = rest.dropFirst(bytes.count)
            case .query(let columns):
                reading.query[columns] = Array(rest.prefix(columns.width ?? 0))
                rest = rest.dropFirst(columns.width ?? 0)
            case .word(let word, let width):
                var found = rest
                if let width {
                    guard rest.count >= width.characters else { return nil }
                    found = rest.prefix(width.characters)
                } else if index + 1 < pieces.count, case .bytes(let next) = pieces[index + 1],
                    let at = rest.firstRange(of: next)
                {
                    found = rest[..<at.lowerBound]
                }
                reading.words[word] = Array(found)
                rest = rest.dropFirst(found.count)
            }
        }
        return rest.allSatisfy { $0 <= 0x20 } ? reading : nil
    }
}
