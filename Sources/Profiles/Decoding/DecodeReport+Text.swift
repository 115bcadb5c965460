import Core

extension DecodeReport {
    /// Characters of a line where nothing says how wide the terminal is.
    public static let standardWidth = 100
    /// The narrowest terminal that is looked at, in characters.
    private static let narrowest = 40

    /// The report as `decode --format text` prints it.
    public var text: String { text() }

    /// The same, for a terminal so many characters wide.
    ///
    /// - Parameter fields: also lists every field of every record with what it was used for.
    public func text(width: Int = standardWidth, fields: Bool = false) -> String {
        let width = max(width, Self.narrowest)
        var lines = ["\(profile.name) (\(profile.id))", linkSentence]
        if unreadable == nil, let advice { lines += wrapped(advice, width) }
        lines.append("")
        if let unreadable { return (lines + wrapped(unreadable, width) + [""]).joined(separator: "\n") }
        for message in messages { lines += text(message, width, fields) }
        let held = holds.count
        lines += wrapped(
            held == 0
                ? "Nothing would be held by the profile; orders decide the rest."
                : "\(held) thing\(held == 1 ? "" : "s") would be held, for the reasons above.", width)
        return lines.joined(separator: "\n") + "\n"
    }

    private var linkSentence: String {
        let frames =
            link.frames + link.badFrames + link.duplicateFrames == 0
            ? "No framing"
            : "\(link.frames) frame\(link.frames == 1 ? "" : "s"), \(link.badFrames) damaged, \(link.duplicateFrames) repeated"
        return "\(frames); \(link.messages) message\(link.messages == 1 ? "" : "s")."
    }

    /// Breaks a sentence into lines; those after the first are indented.
    private func wrapped(_ sentence: String, _ width: Int) -> [String] {
        hung(sentence, width: width + 2).map { String($0.dropFirst(2)) }
    }

    private func text(_ message: Message, _ width: Int, _ fields: Bool) -> [String] {
        let report = message.report
        let specimen = report.specimen.isEmpty ? "no specimen id" : "specimen \(report.specimen)"
        let patient = report.patient.map { claim in
            "patient \(claim.value)" + (claim.authority.map { " of \($0)" } ?? "")
        }
        var lines = wrapped(
            "Message \(message.number), \(report.kind.words): \(specimen), \(patient ?? "no patient id").", width)
        lines += hung("Records: \(runs(message.names))", width: width)
        if let problem = report.specimenProblem { lines += hung("Held as specimen-id. \(problem)", width: width) }
        if !report.observations.isEmpty {
            lines += [""] + ObservationTable(report.observations, width: width).lines
        }
        let shown = report.problems.map { problem in
            let held = problem.held.map { "held as \($0.rawValue): " } ?? ""
            return "\(problem.at.isEmpty ? "" : problem.at + " ")\(held)\(sentence(problem.what))"
        }
        let asides = (report.secondary.map { ($0, "attached") } + report.ignored.map { ($0, "left out") })
            .map { "\($0.0.at) \($0.1): \(sentence($0.0.why))" }
        if !(shown + asides).isEmpty { lines += [""] + (shown + asides).flatMap { hung($0, width: width) } }
        if report.problems.contains(where: { $0.held == .unmappedTest }) {
            lines += hung(
                "An unknown test: add it to the profile's tests, or say in its lines: that such a line is none.",
                width: width)
        }
        let uses = fields ? message.fieldTable(width: width) : message.unusedSentence(width: width)
        if !uses.isEmpty { lines += [""] + uses }
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
