/// What stands in the fields of the records we send: `O.16: specimen-type`.
struct RecordLayout: Hashable, Sendable {
    /// What is known when an order is written.
    enum Word: String, Hashable, Sendable, CaseIterable {
        case controlID = "control-id"
        case sender, receiver, version, time
        case mrn, name, family, given, sex
        case birthDate = "birth-date"
        case specimen, tests, priority, action, ordered, collected, placer
        case specimenType = "specimen-type"
    }

    /// A place in the query whose text goes back as it came: `Q.3.4-9`, `H.5.1`.
    struct Echo: Hashable, Sendable {
        var record: Character
        var field: Int
        /// Nil: the whole field; of Q.3 the whole repeat that named the specimen.
        var components: ClosedRange<Int>?

        /// Reads it as it is written in a profile; nil when it is none.
        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard (2...3).contains(parts.count), parts[0] == "Q" || parts[0] == "H",
                let field = Self.number(parts[1]), field >= 3
            else { return nil }
            record = parts[0] == "Q" ? "Q" : "H"
            self.field = field
            guard parts.count == 3 else { return }
            let ends = parts[2].split(separator: "-", omittingEmptySubsequences: false).map { Self.number($0) }
            guard let first = ends[0], let last = ends.last ?? nil, ends.count <= 2, first <= last else { return nil }
            components = first...last
        }

        private static func number(_ text: Substring) -> Int? {
            guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(text), number >= 1
            else { return nil }
            return number
        }
    }

    /// What stands in one place.
    enum Text: Hashable, Sendable {
        case word(Word)
        /// Always the same; `^` parts components.
        case constant(String)
        case echo(Echo)
        /// Nothing, also where the standard layout has something.
        case nothing
    }

    /// A field of a record.
    struct Place: Hashable, Sendable {
        var record: Character
        var field: Int
    }

    /// By field and component; component 0 is the whole field.
    private(set) var texts: [Place: [Int: Text]] = [:]

    init(_ rules: [(path: FieldPath, text: Text)]) {
        for (path, text) in rules { set(path, text) }
    }

    init(_ rules: [String: Text]) {
        self.init(rules.compactMap { rule in FieldPath(rule.key).map { ($0, rule.value) } })
    }

    /// Takes over another layout's places.
    func merging(_ other: RecordLayout) -> RecordLayout {
        var merged = self
        for (place, texts) in other.texts {
            // A whole field replaces its parts, and a part the whole field.
            if texts[0] != nil || merged.texts[place]?[0] != nil { merged.texts[place] = nil }
            merged.texts[place, default: [:]].merge(texts) { $1 }
        }
        return merged
    }

    private mutating func set(_ path: FieldPath, _ text: Text) {
        guard let record = path.record.first else { return }
        texts[Place(record: record, field: path.field), default: [:]][path.component ?? 0] = text
    }

    /// The last field of a record that has a rule; 0 without any.
    func lastField(of record: Character) -> Int {
        texts.keys.lazy.filter { $0.record == record }.map(\.field).max() ?? 0
    }

    /// LIS02-A2 sections 6 (H), 7 (P) and 8.4 (O): what we know, where the standard puts it.
    static let standard = RecordLayout([
        "H.5": .word(.sender), "H.10": .word(.receiver), "H.12": .constant("P"), "H.13": .word(.version),
        "H.14": .word(.time),
        "P.3": .word(.mrn), "P.6": .word(.name), "P.8": .word(.birthDate), "P.9": .word(.sex),
        "O.3": .word(.specimen), "O.5": .word(.tests), "O.6": .word(.priority), "O.7": .word(.ordered),
        "O.8": .word(.collected), "O.12": .word(.action), "O.16": .word(.specimenType),
    ])
}
