/// Something about a message that holds or does not.
struct Condition: Hashable, Sendable {
    indirect enum Test: Hashable, Sendable {
        case equals(Set<String>)
        case prefix([String])
        case contains([String])
        case matches([Pattern])
        /// Whether the place is empty.
        case empty(Bool)
        case not(Test)

        func holds(for text: String) -> Bool {
            switch self {
            case .equals(let texts): texts.contains(text)
            case .prefix(let prefixes): prefixes.contains { text.hasPrefix($0) }
            case .contains(let pieces): pieces.contains { text.utf8.hold($0.utf8) }
            case .matches(let patterns): patterns.contains { $0.matches(text) }
            case .empty(let isEmpty): text.isEmpty == isEmpty
            case .not(let test): !test.holds(for: text)
            }
        }
    }

    var path: FieldPath
    var test: Test

    init(_ path: FieldPath, _ test: Test) {
        self.path = path
        self.test = test
    }

    func holds(for text: String?) -> Bool { test.holds(for: trimmed(text ?? "")) }
}

extension String.UTF8View {
    /// Whether a text stands somewhere in this one, byte by byte.
    fileprivate func hold(_ piece: String.UTF8View) -> Bool {
        guard let first = piece.first else { return true }
        var rest = self[...]
        while let at = rest.firstIndex(of: first) {
            rest = rest[at...]
            if rest.starts(with: piece) { return true }
            rest.removeFirst()
        }
        return false
    }
}
