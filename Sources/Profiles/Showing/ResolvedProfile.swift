import Core

/// What holds for a profile once it is laid over what it extends and over its protocol's standard, as a file that reads
/// the same: `labrador profile show --resolved`.
struct ResolvedProfile {
    /// Sections in the order in which they are written.
    private static let order = [
        "name", "protocol", "identify", "link", "framing", "dialogue", "layout", "charset", "time_zone", "pass_through",
        "report", "dates", "orders", "specimen", "patient", "results", "comments", "lines", "kinds", "flags",
        "flag_patterns", "ignore_flags", "statuses", "units", "tests",
    ]

    private let profile: Profile
    private let entries: [YAMLNode.Entry]
    private let files: [String]

    init(_ profile: Profile, _ whole: ProfileTree.Whole) {
        self.profile = profile
        entries = whole.node.entries ?? []
        files = whole.files.map(\.path)
    }

    /// The file's text.
    var text: String {
        var lines = ["# \(profile.id) as it holds, " + (files.count > 1 ? "laid over:" : "from:")]
        lines += files.enumerated().map { "#   (\($0.offset + 1)) \(YAMLText.path($0.element))" }
        lines.append("# What no file says is the protocol's standard.")
        let writer = YAMLWriter { file in
            files.count > 1 ? files.firstIndex(of: file).map { "(\($0 + 1))" } ?? "(?)" : nil
        }
        let known = Dictionary(entries.map { ($0.key ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        let others = entries.compactMap(\.key).filter { !Self.order.contains($0) && $0 != "extends" }
        for key in Self.order + others {
            let section = self.section(key, known[key], writer)
            if !section.isEmpty { lines += (section.count > 1 ? [""] : []) + section }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ key: String, _ entry: YAMLNode.Entry?, _ writer: YAMLWriter) -> [String] {
        switch key {
        case "tests": return tests(entry, writer)
        case "specimen", "patient", "comments", "results": return places(key, entry, writer)
        case "statuses": return statuses(entry, writer)
        case "lines", "kinds", "flags":
            let own = entry.map { writer.entry(key, $0.value, indent: 0, from: $0.file) } ?? []
            return own + standardRules(key)
        default: return entry.map { writer.entry(key, $0.value, indent: 0, from: $0.file) } ?? []
        }
    }

    // MARK: - Places

    private var standard: StandardPlaces { profile.standardPlaces }

    private func places(_ key: String, _ entry: YAMLNode.Entry?, _ writer: YAMLWriter) -> [String] {
        let mine = entry?.value.entries
        // A section written as a mere path says all there is to say.
        if let entry, mine == nil { return writer.entry(key, entry.value, indent: 0, from: entry.file) }
        let own = mine ?? []
        let missing = (standard.sections[key] ?? []).filter { place in !own.contains { $0.key == place.key } }
        // A layout need not have the fields that are looked for by themselves, and a file may not name what it lacks.
        let isLayout = profile.wire == .blocks
        let rest = missing.map {
            isLayout ? "# \(key).\($0.key), standard: \($0.text)" : "  \($0.key): \($0.text)  # standard"
        }
        if own.isEmpty, isLayout { return rest }
        return own.isEmpty && rest.isEmpty ? [] : ["\(key):"] + writer.lines(own, indent: 2) + rest
    }

    private func statuses(_ entry: YAMLNode.Entry?, _ writer: YAMLWriter) -> [String] {
        let own = entry?.value.entries ?? []
        let rest = standard.statuses.filter { status in !own.contains { $0.key == status.key } }
            .map { "  \(YAMLText.scalar($0.key)): \($0.text)  # standard" }
        return own.isEmpty && rest.isEmpty ? [] : ["statuses:"] + writer.lines(own, indent: 2) + rest
    }

    /// Rules of the standard that hold behind the file's own; a file cannot repeat them, so they are comments.
    private func standardRules(_ key: String) -> [String] {
        (standard.rules[key] ?? []).map { "# \(key), standard: \($0)" }
    }

    // MARK: - Tests

    /// Each test with the LOINC code of each of its units.
    private func tests(_ entry: YAMLNode.Entry?, _ writer: YAMLWriter) -> [String] {
        guard let entry, let own = entry.value.entries, !own.isEmpty else { return [] }
        let lines = own.flatMap { test -> [String] in
            var value = test.value
            if let known = test.key.flatMap({ code in profile.tests.first { $0.code == code } }) {
                value = Self.withLOINC(value, known)
            }
            return writer.entry(YAMLWriter.key(test.key), value, indent: 2, from: test.value.file)
        }
        return ["tests:"] + lines
    }

    private static func withLOINC(_ node: YAMLNode, _ test: TestEntry) -> YAMLNode {
        let units = test.units.keys.sorted()
        guard case .mapping(var entries, let removed) = node.content,
            let place = entries.firstIndex(where: { $0.key == "units" }),
            units.contains(where: { test.loinc(unit: $0) != nil })
        else { return node }
        let at = entries[place]
        let scalar = { (text: String?) in
            YAMLNode(content: .scalar(text ?? "", isPlain: true), file: at.file, line: at.line)
        }
        let pairs = units.map {
            YAMLNode.Entry(key: $0, file: at.file, line: at.line, value: scalar(test.loinc(unit: $0)))
        }
        entries[place].value.content = .mapping(pairs, removed: [])
        var whole = node
        whole.content = .mapping(entries, removed: removed)
        return whole
    }
}

extension YAMLText {
    /// A file's path in a comment: on one line, and whole.
    static func path(_ path: String) -> String { path.replacing("\n", with: " ") }
}

extension ProfileLibrary {
    /// What holds for a profile, as a file that reads the same.
    /// - Throws: its mistakes.
    public func resolvedText(id: String) throws(ConfigurationMistakes) -> String {
        let profile = try profile(id: id)
        guard let entry = entries.first(where: { $0.id == id }) else { return "" }
        return ResolvedProfile(profile, try ProfileTree(library: self).whole(entry)).text
    }
}
