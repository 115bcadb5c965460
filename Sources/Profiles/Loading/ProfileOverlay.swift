/// Lays a profile over the one it extends.
///
/// Mappings are merged key by key; scalars and lists are replaced, but for `lines`, `kinds` and
/// `more_results`, whose rules are tried before the base's. A key with nothing takes the base's word back.
struct ProfileOverlay {
    /// What an overlay says that cannot be.
    private(set) var mistakes: [ConfigurationMistake] = []

    /// The whole profile.
    /// - Throws: where both are not of one protocol, so that nothing else can be judged.
    mutating func merged(_ over: YAMLNode, onto base: YAMLNode) throws(ConfigurationMistakes) -> YAMLNode {
        try refuseOtherProtocol(over, base)
        var base = base
        if case .mapping(let entries, let removed) = base.content {
            // The base's own word is about its base.
            var gone: Set<String> = [Self.testsKey]
            if over.entry(Self.testsKey)?.value.scalar == "false" { gone.insert("tests") }
            base.content = .mapping(entries.filter { !gone.contains($0.key ?? "") }, removed: removed)
        }
        noteRemovedTests(over, base)
        return merge(over, onto: base, at: [])
    }

    /// Whether the base's table of tests holds too.
    static let testsKey = "tests_from_base"

    private func merge(_ over: YAMLNode, onto base: YAMLNode, at path: [String]) -> YAMLNode {
        guard case .mapping(let changes, let removedBefore) = over.content,
            case .mapping(let entries, let removed) = base.content,
            !Self.isWhole(over, path)
        else {
            if Self.isTriedFirst(path), let rules = over.elements, let more = base.elements {
                var list = over
                list.content = .sequence(rules + more)
                return list
            }
            return over
        }
        var result = entries
        var gone = removed + removedBefore
        for change in changes {
            let place = result.firstIndex { $0.key == change.key }
            let below = path + [change.key ?? ""]
            if change.value.isNull, !Self.nullSaysSomething(path) {
                if let place { result.remove(at: place) }
                gone.append(change)
            } else if let place {
                result[place].value = merge(change.value, onto: result[place].value, at: below)
                result[place].line = change.line
                result[place].file = change.file
            } else {
                result.append(change)
            }
        }
        var whole = over
        whole.content = .mapping(result, removed: gone)
        return whole
    }

    /// Places where a mapping is one statement that makes no sense mixed with another: a source, conditions.
    private static func isWhole(_ over: YAMLNode, _ path: [String]) -> Bool {
        path.last == "when" || over.entry("path") != nil || over.entry("join") != nil
    }

    private static func isTriedFirst(_ path: [String]) -> Bool {
        ["lines", "kinds", "more_results"].contains { path == [$0] }
    }

    /// Places where a key with nothing is a statement of its own: a field that stays empty, a unit without a LOINC
    /// code of its own.
    private static func nullSaysSomething(_ path: [String]) -> Bool {
        switch path.count {
        case 2: path[0] == "orders" && ["fields", "reply_fields", "download_fields"].contains(path[1])
        case 3: path[0] == "tests" && path[2] == "units"
        default: false
        }
    }

    private func refuseOtherProtocol(_ over: YAMLNode, _ base: YAMLNode) throws(ConfigurationMistakes) {
        guard let mine = over.entry("protocol")?.value, let word = mine.scalar,
            let theirs = base.entry("protocol")?.value.scalar, word != theirs
        else { return }
        throw ConfigurationMistakes([
            ConfigurationMistake(
                file: mine.file, line: mine.line,
                what:
                    "protocol: a profile extends one of its own protocol only; the base is for \(theirs), this one for "
                    + "\(word). Leave 'protocol' out, or extend another profile")
        ])
    }

    /// A test that is taken out and was never there is a slip of the pen.
    private mutating func noteRemovedTests(_ over: YAMLNode, _ base: YAMLNode) {
        let known = base.entry("tests")?.value.entries?.compactMap(\.key) ?? []
        for entry in over.entry("tests")?.value.entries ?? [] where entry.value.isNull {
            guard let key = entry.key, !known.contains(key) else { continue }
            note(
                "tests.\(key): there is no test '\(key)' in the base that could be taken out"
                    + didYouMean(key, known), entry.file, entry.line)
        }
    }

    private mutating func note(_ what: String, _ file: String, _ line: Int) {
        mistakes.append(ConfigurationMistake(file: file, line: line, what: what))
    }
}
