/// A place in a record or segment in numbers alone: to look there nothing is copied and nothing counted.
struct Place: Sendable {
    /// The record's letter or the segment's name, as `FieldPath.name`.
    let name: UInt32
    let field: Int
    /// From 1; 0 is the whole field.
    let component: Int
    /// From 1; 0 is the whole component.
    let subcomponent: Int

    /// Nil for a path that names a repeat or a field of a layout.
    init?(_ path: FieldPath) {
        guard path.fieldName == nil, path.repeat == nil else { return nil }
        name = path.name
        field = path.field
        component = path.component ?? 0
        subcomponent = path.subcomponent ?? 0
    }
}

/// What one look at a place gives.
enum Look {
    case text(String)
    case nothing
    /// The field has parts and all of it is asked for, or the source knows no places: ask by path.
    case divided
}

/// An extraction made ready for being asked for every line.
final class Probe: Sendable {
    let extraction: Extraction
    /// The places of the extraction, in order, where they are all there is to it; else nil.
    let places: [Place]?
    /// Blanks at both ends are all that is cut off.
    let onlyTrims: Bool

    init(_ extraction: Extraction) {
        self.extraction = extraction
        let isPlain = extraction.sources.allSatisfy { $0.conditions.isEmpty && $0.joined.isEmpty }
        let places = isPlain ? extraction.sources.compactMap { Place($0.path) } : []
        self.places = isPlain && places.count == extraction.sources.count ? places : nil
        onlyTrims = extraction.tidying == Tidying()
    }

    /// Whether there is nowhere to look.
    var isEmpty: Bool { places?.isEmpty == true }

    /// Trims and tidies; nil when nothing is left.
    func tidied(_ raw: String) -> String? {
        guard onlyTrims else { return extraction.tidied(raw) }
        let text = trimmed(raw)
        return text.isEmpty ? nil : text
    }
}

/// A condition made ready likewise.
final class Check: Sendable {
    let condition: Condition
    let place: Place?
    /// The one text it wants to stand there, where that is all.
    private let wanted: String?

    init(_ condition: Condition) {
        self.condition = condition
        place = Place(condition.path)
        if case .equals(let texts) = condition.test, texts.count == 1 { wanted = texts.first } else { wanted = nil }
    }

    func holds(for text: String) -> Bool {
        let text = trimmed(text)
        if let wanted { return text == wanted }
        return condition.test.holds(for: text)
    }
}

extension FieldSource {
    func look(_ place: Place) -> Look { .divided }

    /// The first text a probe finds.
    func text(_ probe: Probe) -> String? {
        guard let places = probe.places, usage == nil else { return text(probe.extraction) }
        for index in places.indices {
            switch look(places[index]) {
            case .nothing: continue
            case .text(let raw): if let text = probe.tidied(raw) { return text }
            case .divided:
                if let text = probe.extraction.tidied(text(probe.extraction.sources[index].path)) { return text }
            }
        }
        return nil
    }

    /// The text of one of a probe's sources, where its conditions hold.
    func text(_ probe: Probe, at index: Int) -> String? {
        if let places = probe.places, usage == nil {
            switch look(places[index]) {
            case .nothing: return nil
            case .text(let raw): return probe.tidied(raw)
            case .divided: break
            }
        }
        guard holds(probe.extraction.sources[index].conditions) else { return nil }
        return probe.extraction.tidied(text(probe.extraction.sources[index]))
    }

    /// Every text a probe finds, of all repeats.
    func texts(_ probe: Probe) -> [String] {
        guard let places = probe.places, usage == nil else { return texts(probe.extraction) }
        for place in places {
            // With a component, other repeats may say something too.
            guard place.component == 0 else { return texts(probe.extraction) }
            switch look(place) {
            case .nothing: continue
            case .text(let raw): if let text = probe.tidied(raw) { return [text] }
            case .divided: return texts(probe.extraction)
            }
        }
        return []
    }

    /// The value: of a field without parts its text, whatever its type.
    func value(_ value: ProfilePlan.Value, _ probe: Probe) -> String {
        guard let places = probe.places, usage == nil else { return self.value(value.rule) }
        for place in places {
            guard place.component == 0 else { return self.value(value.rule) }
            switch look(place) {
            case .nothing: continue
            case .text(let raw): if let text = probe.tidied(raw) { return text }
            case .divided: return self.value(value.rule)
            }
        }
        return ""
    }

    /// Whether all conditions hold.
    func holds(_ checks: [Check]) -> Bool {
        if checks.isEmpty { return true }
        let usage = usage
        usage?.beginConditions()
        defer { usage?.endConditions() }
        return checks.allSatisfy { check in
            if usage == nil, let place = check.place {
                switch look(place) {
                case .nothing: return check.holds(for: "")
                case .text(let text): return check.holds(for: text)
                case .divided: break
                }
            }
            return check.condition.holds(for: text(check.condition.path))
        }
    }
}
