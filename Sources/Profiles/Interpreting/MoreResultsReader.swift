import Core

/// Reads the results that stand in other records than R or OBX, by the profile's `more_results`.
struct MoreResultsReader {
    /// A report of such results alone, and the comments on them.
    private struct Apart {
        var report: SpecimenReport
        var comments = CommentCollector()
    }

    private let rules: [ProfilePlan.MoreResults]
    private let readers: [LineReader]
    private var apart: Apart?
    /// Whether the result read last stands in a report apart, so that a comment belongs there.
    private(set) var isLast = false

    /// Whether the profile has such rules.
    var isInUse: Bool { !readers.isEmpty }

    init(_ lines: LineReader, _ facility: Facility) {
        rules = lines.plan.more
        readers = rules.map { LineReader($0.reading, facility: facility, counting: lines) }
    }

    /// Whether a rule is about records of this name.
    func isAbout(_ name: String) -> Bool { rules.contains { $0.record == name } }

    /// The rule for the record of this name in `source`.
    func rule(for name: String, in source: some FieldSource) -> Int? {
        rules.indices.first { rules[$0].record == name && source.holds(rules[$0].checks) }
    }

    /// Whether a rule's results make a report of their own.
    func isApart(_ index: Int) -> Bool { rules[index].isApart }

    /// Reads a record by a rule into the open report.
    ///
    /// - Parameter leftOut: why it is not read; nil where it is.
    /// - Returns: the place of its observation in the report.
    mutating func read(
        _ index: Int, _ source: some FieldSource, at: String, leftOut: String?, into report: inout SpecimenReport
    ) -> Int? {
        isLast = false
        return read(readers[index], source, at, leftOut, into: &report)
    }

    /// Reads a record by a rule into a report apart; one that is complete goes to `done`.
    mutating func readApart(
        _ index: Int, _ source: some FieldSource, at: String, leftOut: String?, done: inout [SpecimenReport]
    ) {
        let lines = readers[index]
        let own = lines.report(source)
        if let last = apart?.report,
            last.kind != own.kind || last.specimen != own.specimen || last.patient != own.patient
        {
            close(into: &done)
        }
        // Held in one place only, so that its lists grow without being copied.
        var now = apart ?? Apart(report: own)
        apart = nil
        now.comments.target = read(lines, source, at, leftOut, into: &now.report)
        apart = now
        isLast = true
    }

    private func read(
        _ lines: LineReader, _ source: some FieldSource, _ at: String, _ leftOut: String?,
        into report: inout SpecimenReport
    ) -> Int? {
        if let leftOut {
            report.ignored.append(AsideLine(at: at, why: leftOut))
            return nil
        }
        let known = report.observations.count
        lines.read(source, at: at, into: &report)
        return report.observations.count > known ? known : nil
    }

    /// Takes a comment on the result read last.
    mutating func comment(_ source: some FieldSource, _ plan: ProfilePlan, at: String) {
        guard var now = apart else { return }
        apart = nil
        now.comments.add(source, plan, at: at, into: &now.report)
        apart = now
    }

    /// A result of the usual kind follows: comments belong to it.
    mutating func turnBack() { isLast = false }

    /// Completes a report apart.
    mutating func close(into done: inout [SpecimenReport]) {
        isLast = false
        guard var now = apart else { return }
        apart = nil
        now.comments.finish(into: &now.report)
        done.append(now.report)
    }
}

extension SpecimenReport {
    /// Whether some line ended up in it.
    var holdsLines: Bool {
        !observations.isEmpty || !ignored.isEmpty || !secondary.isEmpty || problems.contains { $0.held != nil }
    }
}
