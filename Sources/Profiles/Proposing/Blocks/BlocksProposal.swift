/// A skeleton of a profile with `protocol: blocks`, by what a recording looks like.
struct BlocksProposal {
    let yaml: String
    let remarks: [String]

    init(_ bytes: [UInt8], name: String) {
        let framing = SeenFraming(bytes)
        let isWhole = framing.start != nil
        // Blocks of several lines are cut further.
        let hasLines = isWhole && framing.blocks.contains { $0.contains(0x0D) || $0.contains(0x0A) }
        let units =
            hasLines ? framing.blocks.flatMap { $0.split { $0 == 0x0D || $0 == 0x0A }.map(Array.init) } : framing.blocks
        let shapes = UnitShapes(units)
        var lines = [
            "# A skeleton, made from one recording that is neither ASTM nor HL7. Lines with ? are to be filled in by the",
            "# analyser's manual; a device's protocol cannot be guessed from what it sent once.",
            "name: \(YAMLText.scalar(name))",
            "protocol: blocks",
            "",
            "framing:",
        ]
        if let start = framing.start { lines.append("  start: \(start)") }
        let isPrinted = !isWhole && framing.blocks.count > 1
        if isPrinted {
            lines.append("  # Several lines belong together, as on paper: silence ends them.")
        } else {
            lines.append(framing.end.map { "  end: \($0)" } ?? "  # end: ?  # none seen: silence ends a block")
        }
        lines.append("  idle: 3s")
        if bytes.contains(0x1B) { lines.append("  strip: escp  # seen: ESC, as printers are sent it") }
        lines += Self.check(framing)
        let isAsked = framing.between.contains { $0.name == "ENQ" }
        lines += ["", isAsked ? "dialogue:" : "# dialogue:"]
        let between = framing.between.map { "\($0.count) \($0.name)" }
        lines.append(
            between.isEmpty
                ? "  # no control characters were seen between blocks"
                : "  # seen between blocks: \(between.joined(separator: ", "))")
        if isAsked {
            lines.append("  answers: { ENQ: ACK }  # check: does the analyser wait for an answer?")
        }
        lines.append("  # good: ACK  # what the analyser wants after a block; without it nothing is sent")
        lines += ["", "layout:", "  units: \(hasLines || !isWhole ? "lines" : "block")", "  records:"]
        // The longest beginning first, lines without one last: the first record that fits takes a line.
        let groups = shapes.groups.enumerated().sorted {
            (Self.rank($0.element), $1.offset) > (Self.rank($1.element), $0.offset)
        }.map(\.element)
        // A layout needs lines that hold results; most often those are the commonest.
        let commonest = shapes.groups.first?.prefix
        var names: Set<String> = []
        for (index, group) in groups.enumerated() {
            lines += Self.record(
                group, shapes.separator, number: index + 1, holdsResults: group.prefix == commonest, &names)
        }
        if groups.isEmpty { lines.append("    - { record: L1, columns: { all: 1- }, result: whole }") }
        lines += ["", "pass_through: true  # until tests are written down: codes go on as they come, without LOINC"]
        yaml = lines.joined(separator: "\n") + "\n"
        remarks = [
            "This recording is neither ASTM nor HL7. The file is a skeleton for `protocol: blocks`: "
                + "\(framing.blocks.count) \(framing.blocks.count == 1 ? "block" : "blocks")"
                + (framing.start.map { " between \($0) and \(framing.end ?? "")" } ?? "")
                + ", \(shapes.groups.count) \(shapes.groups.count == 1 ? "kind" : "kinds") of lines."
        ]
    }

    private static func check(_ framing: SeenFraming) -> [String] {
        guard framing.start != nil else { return [] }
        guard let first = framing.checks.first else {
            return ["  # check: ?  # none of the usual check bytes fits"]
        }
        let written = { (check: SeenFraming.Check) in
            "{ kind: \(check.kind), over: \(check.over), form: \(check.form), place: \(check.place) }"
        }
        let others = framing.checks.dropFirst().prefix(3).map { "  # check: \(written($0))  # fits as well" }
        let few = framing.blocks.count < 3 ? "; too few to be sure" : ""
        let share =
            "right in \(framing.right) of \(framing.blocks.count) \(framing.blocks.count == 1 ? "block" : "blocks")"
        return ["  check: \(written(first))  # \(share)\(few)"] + others
    }

    private static func rank(_ group: UnitShapes.Group) -> Int { group.prefix == "." ? 0 : group.prefix.count }

    private static func record(
        _ group: UnitShapes.Group, _ separator: Character?, number: Int, holdsResults: Bool, _ names: inout Set<String>
    ) -> [String] {
        let (least, most) = (group.lengths.lowerBound, group.lengths.upperBound)
        let length = least == most ? "\(least)" : "\(least) to \(most)"
        // A control character stands as a dot, and cannot be written as a prefix.
        let isPlain = group.prefix != "."
        let begins = isPlain ? " with \(YAMLText.scalar(group.prefix))" : " with a control character or a dot"
        let isNamed = group.prefix.allSatisfy { $0.isASCII && $0.isLetter }
        var name = isNamed ? group.prefix.uppercased() : "L\(number)"
        // Na and NA are two records.
        if !names.insert(name).inserted { name += String(number) }
        let result = holdsResults ? ", result: whole" : ""
        let when = isPlain ? ", when: { prefix: \(YAMLText.scalar(group.prefix)) }" : ""
        let cut =
            separator.map { "separator: \(YAMLText.scalar(String($0))), fields: { all: 1 }" } ?? "columns: { all: 1- }"
        return [
            "    # \(group.count) \(group.count == 1 ? "unit begins" : "units begin")\(begins), \(length) characters;",
            "    #   \(separator == nil ? "columns" : "fields"): \(YAMLText.list(group.columns))",
            "    - { record: \(YAMLText.scalar(name))\(when), \(cut)\(result) }  # ? "
                + (holdsResults ? "results? " : "") + "name specimen, code, value, unit, flags",
        ]
    }
}

extension YAMLText {
    /// Characters of a list of columns.
    private static let listLimit = 180

    /// Columns with what stands in them, cut.
    static func list(_ columns: [String]) -> String {
        var text = ""
        for column in columns {
            if text.count + column.count > listLimit { return text + ", …" }
            text += (text.isEmpty ? "" : ", ") + column
        }
        return text.isEmpty ? "none is the same in all" : text
    }
}
