import ASTM
import HL7

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

/// The records around one result of an ASTM message.
struct ASTMSource: FieldSource {
    let delimiters: Delimiters
    let usage: FieldUsage?
    /// Few, so that looking through them is the fastest; names and records apart, so that none is copied for it.
    private var names: [UInt32] = []
    private var records: [Record] = []

    init(_ message: ASTMMessage, usage: FieldUsage? = nil) {
        delimiters = message.delimiters
        self.usage = usage
    }

    /// Makes a record the one its letter stands for, or takes the letter away.
    mutating func set(_ letter: Character, _ record: Record?) { set(FieldPath.packed(String(letter)), record) }

    /// The same by the packed name of the letter.
    mutating func set(_ name: UInt32, _ record: Record?) {
        let index = names.firstIndex(of: name)
        switch (index, record) {
        case (let index?, let record?): records[index] = record
        case (nil, let record?):
            names.append(name)
            records.append(record)
        case (let index?, nil):
            names.remove(at: index)
            records.remove(at: index)
        case (nil, nil): break
        }
    }

    private func index(_ path: FieldPath) -> Int? { names.firstIndex(of: path.name) }

    func repeats(_ path: FieldPath) -> Int { index(path).map { records[$0].repeats(path.field) } ?? 0 }

    func byteCount(_ path: FieldPath) -> Int { index(path).map { records[$0].raw(path.field).count } ?? 0 }

    func components(_ path: FieldPath, repeat number: Int) -> Int {
        index(path).map { records[$0].components(path.field, repeat: number) } ?? 0
    }

    func look(_ place: Place) -> Look {
        guard place.subcomponent <= 1, let index = names.firstIndex(of: place.name) else { return .nothing }
        if place.component > 0 {
            let text = records[index].text(field: place.field, repeat: 1, component: place.component)
            return text.map { .text($0) } ?? .nothing
        }
        if records[index].isDivided(place.field) { return .divided }
        return records[index].text(field: place.field).map { .text($0) } ?? .nothing
    }

    func byteCount(_ place: Place) -> Int? {
        names.firstIndex(of: place.name).map { records[$0].byteCount(place.field) } ?? 0
    }

    func parts(_ path: FieldPath, subcomponent: Int?) -> [[String?]] {
        guard subcomponent ?? 1 == 1, let index = index(path) else { return [] }
        usage?.note(records[index].position, path.field)
        return records[index].parts(path.field)
    }

    func text(_ path: FieldPath, repeat number: Int, component: Int, subcomponent: Int?) -> String? {
        guard subcomponent ?? 1 == 1, let index = index(path) else { return nil }
        usage?.note(records[index].position, path.field, repeat: number, component: component)
        return records[index].text(field: path.field, repeat: number, component: component)
    }

    var componentMark: String { mark(delimiters.component) }
    var repeatMark: String { mark(delimiters.repeat) }
    private func mark(_ byte: UInt8?) -> String { byte.map { String(Unicode.Scalar($0)) } ?? " " }
}

/// The segments around one result of an HL7 message.
struct HL7Source: FieldSource {
    private let delimiters: HL7Delimiters
    let usage: FieldUsage?
    /// Few, so that looking through them is the fastest; names and segments apart, so that none is copied for it.
    private var names: [UInt32] = []
    private var segments: [HL7Segment] = []
    /// Where the segments after the first few stand: only a hostile message has so many names.
    private var others: [UInt32: Int] = [:]

    init(_ message: HL7Message, usage: FieldUsage? = nil) {
        delimiters = message.delimiters
        self.usage = usage
    }

    /// Makes a segment the one its name stands for.
    mutating func set(_ segment: HL7Segment) {
        let name = segment.packedName
        if let index = index(name) {
            segments[index] = segment
            return
        }
        if names.count < Self.few { names.append(name) } else { others[name] = segments.count }
        segments.append(segment)
    }

    private func index(_ path: FieldPath) -> Int? { index(path.name) }

    private func index(_ name: UInt32) -> Int? {
        names.firstIndex(of: name) ?? (others.isEmpty ? nil : others[name])
    }

    private static let few = 32

    func repeats(_ path: FieldPath) -> Int { index(path).map { segments[$0].repeats(path.field) } ?? 0 }

    func byteCount(_ path: FieldPath) -> Int { index(path).map { segments[$0].raw(path.field).count } ?? 0 }

    /// OBX-2 and the length of OBX-5.
    var attachment: String? {
        guard let index = index(Self.obx), let type = segments[index].text(field: 2),
            type == "ED" || type == "RP"
        else { return nil }
        return "\(type), \(segments[index].raw(5).count) bytes"
    }

    func components(_ path: FieldPath, repeat number: Int) -> Int {
        index(path).map { segments[$0].components(path.field, repeat: number) } ?? 0
    }

    func look(_ place: Place) -> Look {
        guard let index = index(place.name) else { return .nothing }
        let text: String?
        if place.component > 0 {
            text = segments[index].text(
                field: place.field, repeat: 1, component: place.component,
                subcomponent: place.subcomponent > 0 ? place.subcomponent : nil)
        } else if segments[index].isDivided(place.field) {
            return .divided
        } else {
            text = segments[index].text(field: place.field)
        }
        return text.map { .text($0) } ?? .nothing
    }

    func byteCount(_ place: Place) -> Int? { index(place.name).map { segments[$0].byteCount(place.field) } ?? 0 }

    func parts(_ path: FieldPath, subcomponent: Int?) -> [[String?]] {
        guard let index = index(path) else { return [] }
        usage?.note(segments[index].position, path.field)
        return segments[index].parts(path.field, subcomponent: subcomponent)
    }

    func text(_ path: FieldPath, repeat number: Int, component: Int, subcomponent: Int?) -> String? {
        guard let index = index(path) else { return nil }
        usage?.note(segments[index].position, path.field, repeat: number, component: component)
        return segments[index].text(
            field: path.field, repeat: number, component: component, subcomponent: subcomponent)
    }

    var componentMark: String { mark(delimiters.component) }
    var repeatMark: String { mark(delimiters.repeat) }
    private func mark(_ byte: UInt8?) -> String { byte.map { String(Unicode.Scalar($0)) } ?? " " }

    /// SN is one value in four components (HL7 v2 section 2.A.70): comparator, number, separator, number.
    ///
    /// Of a coded value (CE, CWE, CNE) the text counts, else the original text, else the code.
    func typedValue(_ path: FieldPath) -> String? {
        guard path.name == Self.obx, path.field == 5, let index = index(path) else { return nil }
        let segment = segments[index]
        let type = segment.text(field: 2)
        if ["SN", "CE", "CWE", "CNE"].contains(type) { usage?.note(segment.position, 5) }
        switch type {
        case "SN":
            let parts = (1...4).map { trimmed(segment.text(field: 5, repeat: 1, component: $0) ?? "") }
            return (parts[0] == "=" ? "" : parts[0]) + parts[1] + parts[2] + parts[3]
        case "CE", "CWE", "CNE":
            for component in [2, 9, 1] {
                if let text = segment.text(field: 5, repeat: 1, component: component) { return text }
            }
            return nil
        default: return nil
        }
    }

    private static let obx = FieldPath.packed("OBX")
}

extension HL7Segment {
    /// The name in one word, as `FieldPath.name`.
    var packedName: UInt32 { nameBytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
}

/// Packed names of the records of LIS02-A2.
enum RecordName {
    static let header: UInt32 = 0x48
    static let patient: UInt32 = 0x50
    static let order: UInt32 = 0x4F
    static let result: UInt32 = 0x52
    static let comment: UInt32 = 0x43
}

/// Packed names of segments of HL7 v2.
enum SegmentName {
    static let obx = FieldPath.packed("OBX")
    static let nte = FieldPath.packed("NTE")
}
