import Core

/// What a protocol's standard says, written as a profile would write it.
struct StandardPlaces {
    /// A key with its value.
    typealias Line = (key: String, text: String)

    /// By section: the keys it has where a file says nothing.
    let sections: [String: [Line]]
    let statuses: [Line]
    /// Rules that hold besides those of a file, in words.
    let rules: [String: [String]]

    init(_ standard: Standard, flags: [String]) {
        let fields = standard.fields
        sections = [
            "specimen": [("from", Self.text(standard.specimen.id))],
            "patient": [("from", Self.list(standard.patients.map(Self.text)))],
            "results": [
                ("code", Self.text(fields.code)), ("name", Self.text(fields.name)), ("loinc", Self.text(fields.loinc)),
                ("value", Self.text(standard.value.from)), ("unit", Self.text(fields.unit)),
                ("unit_system", Self.text(fields.unitSystem)), ("range", Self.text(fields.range)),
                ("flags", Self.text(fields.flags)), ("status", Self.text(fields.status)),
                ("performed", Self.text(fields.performed)),
            ].filter { $0.1 != "[]" },
            "comments": [("from", Self.text(standard.comments.text))],
        ]
        statuses = standard.statuses.sorted { $0.key < $1.key }.map { ($0.key, $0.value.rawValue) }
        rules = [
            "lines": standard.lines.map { "is \($0.fate), \(Self.words($0.conditions)): \($0.why)" },
            "kinds": standard.kinds.map { "is \($0.kind.rawValue), \(Self.words($0.conditions))" },
            "flags": ["\(flags.joined(separator: " ")) mean themselves"],
        ]
    }

    private static func list(_ texts: [String]) -> String {
        texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    }

    private static func text(_ extraction: Extraction) -> String {
        list(extraction.sources.map(text))
    }

    private static func text(_ source: Extraction.Source) -> String {
        let when = source.conditions.isEmpty ? "" : ", when: \(map(source.conditions))"
        if !source.joined.isEmpty {
            let paths = ([source.path] + source.joined).map { "\($0)" }.joined(separator: ", ")
            return "{ join: [\(paths)], with: \(YAMLText.scalar(source.separator))\(when) }"
        }
        return when.isEmpty ? "\(source.path)" : "{ path: \(source.path)\(when) }"
    }

    private static func text(_ patient: PatientRule) -> String {
        guard let authority = patient.authority else { return text(patient.id) }
        return "{ id: \(text(patient.id)), authority: \(text(authority)) }"
    }

    private static func map(_ conditions: [Condition]) -> String {
        "{ \(conditions.map { "\($0.path): \(value($0.test))" }.joined(separator: ", ")) }"
    }

    private static func words(_ conditions: [Condition]) -> String { "when \(map(conditions))" }

    private static func value(_ test: Condition.Test) -> String {
        switch test {
        case .equals(let texts): list(texts.sorted().map(YAMLText.scalar))
        case .prefix(let texts): "{ prefix: \(list(texts.map(YAMLText.scalar))) }"
        case .matches(let patterns): "{ matches: \(list(patterns.map { YAMLText.scalar($0.source) })) }"
        case .contains(let texts): "{ contains: \(list(texts.map(YAMLText.scalar))) }"
        case .empty(let isEmpty): "{ empty: \(isEmpty) }"
        case .not(let test): "{ not: \(value(test)) }"
        }
    }
}

extension Profile {
    /// What its protocol's standard says.
    var standardPlaces: StandardPlaces {
        let standard =
            switch wire {
            case .astm: Standard.astm
            case .hl7: Standard.hl7
            case .blocks: Standard.blocks
            }
        return StandardPlaces(standard, flags: Standard.flags.keys.sorted())
    }
}
