import Core

extension DecodeReport {
    /// The report as `decode --format text` prints it.
    public var text: String {
        var lines = ["\(profile.name) (\(profile.id))", linkSentence, ""]
        if let unreadable { return (lines + [unreadable, ""]).joined(separator: "\n") }
        for message in messages { lines += text(message) }
        let held = holds.count
        lines.append(
            held == 0
                ? "Nothing would be held by the profile; orders decide the rest."
                : "\(held) thing\(held == 1 ? "" : "s") would be held, for the reasons above.")
        return lines.joined(separator: "\n") + "\n"
    }

    private var linkSentence: String {
        let frames =
            link.frames + link.badFrames + link.duplicateFrames == 0
            ? "No framing"
            : "\(link.frames) frame\(link.frames == 1 ? "" : "s"), \(link.badFrames) damaged, \(link.duplicateFrames) repeated"
        return "\(frames); \(link.messages) message\(link.messages == 1 ? "" : "s")."
    }

    private func text(_ message: Message) -> [String] {
        let report = message.report
        let specimen = report.specimen.isEmpty ? "no specimen id" : "specimen \(report.specimen)"
        let patient = report.patient.map { claim in
            "patient \(claim.value)" + (claim.authority.map { " of \($0)" } ?? "")
        }
        var lines = [
            "Message \(message.number), \(report.kind.words): \(specimen), \(patient ?? "no patient id").",
            "  Records: \(runs(message.names))",
        ]
        if let problem = report.specimenProblem { lines.append("  Held as specimen-id. \(problem)") }
        if !report.observations.isEmpty { lines += [""] + table(report.observations) }
        let shown = report.problems.map { problem in
            let held = problem.held.map { "held as \($0.rawValue): " } ?? ""
            return "  \(problem.at.isEmpty ? "" : problem.at + " ")\(held)\(sentence(problem.what))"
        }
        let asides = (report.secondary.map { ($0, "attached") } + report.ignored.map { ($0, "left out") })
            .map { "  \($0.0.at) \($0.1): \(sentence($0.0.why))" }
        if !(shown + asides).isEmpty { lines += [""] + shown + asides }
        return lines + [""]
    }

    /// `H P O R×27 L`.
    private func runs(_ names: [String]) -> String {
        var runs: [(name: String, count: Int)] = []
        for name in names {
            if runs.last?.name == name { runs[runs.count - 1].count += 1 } else { runs.append((name, 1)) }
        }
        return runs.map { $0.count == 1 ? $0.name : "\($0.name)×\($0.count)" }.joined(separator: " ")
    }

    private func table(_ observations: [Observation]) -> [String] {
        let head = ["at", "code", "name", "LOINC", "value", "unit", "flags", "range", "status", "performed", "note"]
        let rows = observations.map { observation -> [String] in
            let value =
                if case .absent(let words) = observation.value {
                    words.isEmpty ? "(none)" : "(none: \(words))"
                } else {
                    (observation.value.comparator?.rawValue ?? "") + observation.value.token
                }
            let unit = observation.unit ?? (observation.deviceUnit.isEmpty ? "" : "\(observation.deviceUnit)?")
            return [
                observation.at, observation.code, observation.name ?? "", observation.loinc ?? "", value, unit,
                observation.deviceFlags.joined(separator: " "), observation.range ?? "", observation.status.rawValue,
                observation.performed ?? "",
                ((observation.held.map { ["held as \($0.rawValue)"] } ?? []) + observation.notes).joined(
                    separator: "; "),
            ].map { $0.replacing("\n", with: " ") }
        }
        let all = [head] + rows
        let used = head.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = used.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 4 ? space + row[column] : row[column] + space
            }
            let line = "  " + cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}

extension ReportKind {
    /// The kind in words.
    var words: String {
        switch self {
        case .result: "results"
        case .query: "a query for orders"
        case .qc: "quality control"
        case .calibration: "calibration"
        case .order: "an order without results"
        case .other: "nothing to report"
        }
    }
}
