/// Where the paths of a profile are looked up: the records or segments that surround one result.
protocol FieldSource {
    /// How many repeats a field has; 0 when it is empty or its record is not there.
    func repeats(_ path: FieldPath) -> Int
    /// The text of one repeat's component, unescaped; of its first component when the repeat has no others.
    func text(_ path: FieldPath, repeat number: Int, component: Int, subcomponent: Int?) -> String?
    /// How many components one repeat has.
    func components(_ path: FieldPath, repeat number: Int) -> Int
    /// The texts of a field, cut once: of every repeat its components, or of each the subcomponent asked for; nil where
    /// nothing is said. For everything that looks at many parts, so that the work grows with the field's length only.
    func parts(_ path: FieldPath, subcomponent: Int?) -> [[String?]]
    /// The bytes of a whole field as sent, without looking into it.
    func byteCount(_ path: FieldPath) -> Int
    /// The type and length of a value that is no text (HL7 v2 ED, RP), for people; nil for every other.
    var attachment: String? { get }
    /// What stands between components, for a text made of several.
    var componentMark: String { get }
    /// What stands between repeats.
    var repeatMark: String { get }
    /// A value that a data type of the protocol makes of several components; nil where the general rule holds.
    func typedValue(_ path: FieldPath) -> String?
    /// Notes what is looked at, for `decode`; nil in the daemon.
    var usage: FieldUsage? { get }
    /// The text at a place, where that is quickly told.
    func look(_ place: Place) -> Look
    /// The bytes of a whole field as sent, without looking into it.
    func byteCount(_ place: Place) -> Int?
}

extension FieldSource {
    func typedValue(_ path: FieldPath) -> String? { nil }
    var usage: FieldUsage? { nil }
    var attachment: String? { nil }
    func byteCount(_ place: Place) -> Int? { nil }

    /// The text at a path: the repeat it names, else the first.
    func text(_ path: FieldPath) -> String? {
        switch path.repeat {
        case nil: return text(path, repeat: 1)
        case .number(let number): return text(path, repeat: number)
        case .having(let component, let wanted):
            let index = parts(path, subcomponent: nil).firstIndex {
                $0.indices.contains(component - 1) && $0[component - 1].map(trimmed) == wanted
            }
            return index.flatMap { text(path, repeat: $0 + 1) }
        }
    }

    /// The text at a path in one repeat.
    func text(_ path: FieldPath, repeat number: Int) -> String? {
        if let component = path.component {
            return text(path, repeat: number, component: component, subcomponent: path.subcomponent)
        }
        if components(path, repeat: number) <= 1 {
            return text(path, repeat: number, component: 1, subcomponent: nil)
        }
        let all = parts(path, subcomponent: nil)
        return all.indices.contains(number - 1) ? whole(all[number - 1]) : nil
    }

    /// A repeat as a whole: the only component that says something, or all of them as the device wrote them; empty ones
    /// at the end say nothing.
    private func whole(_ components: [String?]) -> String? {
        let all = components.map { $0 ?? "" }
        let saying = all.filter { !$0.isEmpty }
        if saying.count <= 1 { return saying.first }
        let end = all.lastIndex { !$0.isEmpty } ?? 0
        return all[...end].joined(separator: componentMark)
    }

    /// The texts at a path in all repeats.
    private func repeatTexts(_ path: FieldPath) -> [String?] {
        return parts(path, subcomponent: path.subcomponent).map { components in
            guard let component = path.component else { return whole(components) }
            return components.indices.contains(component - 1) ? components[component - 1] : nil
        }
    }

    /// The text of a place, or of several joined: those that say something, blanks at their ends cut off.
    func text(_ source: Extraction.Source) -> String? {
        if source.joined.isEmpty { return text(source.path) }
        let parts = ([source.path] + source.joined).map { trimmed(text($0) ?? "") }.filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: source.separator)
    }

    /// The first text an extraction finds.
    func text(_ extraction: Extraction) -> String? {
        // By index, here and below: a source is not copied for being looked at.
        for index in extraction.sources.indices where holds(extraction.sources[index].conditions) {
            if let text = extraction.tidied(text(extraction.sources[index])) { return text }
        }
        return nil
    }

    /// Every text an extraction finds, of all repeats, from the first path that gives any.
    func texts(_ extraction: Extraction) -> [String] {
        for source in extraction.sources where holds(source.conditions) {
            guard source.path.repeat == nil, source.joined.isEmpty else {
                if let text = extraction.tidied(text(source)) { return [text] }
                continue
            }
            if repeats(source.path) <= 1 {
                if let text = extraction.tidied(text(source.path, repeat: 1)) { return [text] }
                continue
            }
            let texts = repeatTexts(source.path).compactMap { extraction.tidied($0) }
            if !texts.isEmpty { return texts }
        }
        return []
    }

    /// The value: by the protocol's data type where it has one, else its text with all repeats.
    func value(_ rule: ValueRule) -> String {
        for source in rule.from.sources where holds(source.conditions) {
            let isOne = source.path.repeat == nil && source.joined.isEmpty
            if isOne, source.path.component == nil, let typed = rule.from.tidied(typedValue(source.path)) {
                return typed
            }
            if rule.repeats == .all, isOne, repeats(source.path) > 1 {
                let texts = repeatTexts(source.path).map { rule.from.tidied($0) ?? "" }
                let saying = texts.filter { !$0.isEmpty }
                if saying.count == 1 { return saying[0] }
                if saying.count > 1 { return texts.joined(separator: repeatMark) }
            } else if let text = rule.from.tidied(text(source)) {
                return text
            }
        }
        return ""
    }

    /// Whether all conditions hold.
    func holds(_ conditions: [Condition]) -> Bool {
        let usage = usage
        usage?.beginConditions()
        defer { usage?.endConditions() }
        for index in conditions.indices where !conditions[index].holds(for: text(conditions[index].path)) {
            return false
        }
        return true
    }
}
