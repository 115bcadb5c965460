import Core

/// A place of a message that says something, and what it was used for.
public struct FieldUse: Hashable, Sendable, HoldsPatientData {
    /// Longest text that is shown, in characters.
    static let textLimit = 200

    /// Its line: `R|3` is the third R record, `OBX|2` the second OBX segment of the message.
    public var at: String
    /// The place as a profile names it: `R.3.5`, `OBX-5`.
    public var path: String
    /// What it says, cut after `textLimit` characters.
    public var text: String
    /// What it became or decided: `code`, `value`, `condition` …; empty when it was used by nothing.
    public var uses: [String]
}

/// What the fields of a line say, whatever the language.
struct FieldLine {
    /// `R`, `OBX`.
    var name: String
    /// `R|3`.
    var at: String
    /// Its number in the message, from 1.
    var position: Int
    /// Between name and field in a path.
    var mark: String
    /// Between components, and between repeats.
    var marks: (component: String, repeat: String)
    /// The fields that can be named, each cut into repeats and components.
    var fields: [(number: Int, repeats: [[String?]])]
}

/// Says of each field of a message what it was used for.
struct FieldAccount {
    /// Parts of one field that are listed one by one; a field of more is listed as a whole.
    private static let partLimit = 64

    let usage: FieldUsage
    let roles: FieldRoles
    /// Lines that were left out or attached as a whole, by `at`.
    let asides: [String: String]

    init(_ usage: FieldUsage, profile: Profile, reports: [SpecimenReport]) {
        self.usage = usage
        roles = FieldRoles(profile)
        var asides: [String: String] = [:]
        for report in reports {
            for line in report.ignored { asides[line.at] = "left out with its line" }
            for line in report.secondary { asides[line.at] = "attached with its line" }
        }
        self.asides = asides
    }

    func uses(of lines: [FieldLine]) -> [FieldUse] {
        // Looked up by line, so that long messages stay quick.
        let read = Dictionary(grouping: usage.read, by: \.line).mapValues { Set($0) }
        let asked = Dictionary(grouping: usage.asked, by: \.line).mapValues { Set($0) }
        return lines.flatMap { line in
            line.fields.flatMap { field in
                uses(of: line, field.number, field.repeats, read[line.position] ?? [], asked[line.position] ?? [])
            }
        }
    }

    private func uses(
        of line: FieldLine, _ field: Int, _ repeats: [[String?]], _ read: Set<FieldUsage.Place>,
        _ asked: Set<FieldUsage.Place>
    ) -> [FieldUse] {
        guard repeats.contains(where: { $0.contains { $0 != nil } }) else { return [] }
        let isDivided = read.union(asked).contains { $0.field == field && $0.component != nil }
        let count = repeats.reduce(0) { $0 + $1.count }
        guard isDivided, count > 1, count <= Self.partLimit else {
            let text = repeats.map { $0.map { $0 ?? "" }.joined(separator: line.marks.component) }
                .joined(separator: line.marks.repeat)
            return [use(line, field, nil, nil, text, read, asked)]
        }
        return repeats.enumerated().flatMap { number, components in
            components.enumerated().compactMap { component, text in
                text.map {
                    use(
                        line, field, repeats.count > 1 ? number + 1 : nil, components.count > 1 ? component + 1 : nil,
                        $0, read, asked, part: (number + 1, component + 1))
                }
            }
        }
    }

    private func use(
        _ line: FieldLine, _ field: Int, _ number: Int?, _ component: Int?, _ text: String,
        _ read: Set<FieldUsage.Place>, _ asked: Set<FieldUsage.Place>, part: (Int, Int)? = nil
    ) -> FieldUse {
        var uses: [String] = []
        let covers = { (places: Set<FieldUsage.Place>) in
            FieldUsage.covers(places, line: line.position, field: field, repeat: part?.0, component: part?.1)
        }
        if covers(read) {
            let words = roles.words(line.name, field, component: part?.1)
            uses = words.isEmpty ? ["read"] : words
        }
        if covers(asked) { uses.append("condition") }
        if let word = FieldRoles.structure(line.name, field), !uses.contains(word) { uses.append(word) }
        if uses.isEmpty || uses == ["condition"], let aside = asides[line.at] { uses.append(aside) }
        var path = "\(line.name)\(line.mark)\(field)"
        if let number { path += "(\(number))" }
        if let component { path += ".\(component)" }
        let shown = text.count > FieldUse.textLimit ? text.prefix(FieldUse.textLimit) + "…" : text[...]
        return FieldUse(at: line.at, path: path, text: String(shown), uses: uses)
    }
}
