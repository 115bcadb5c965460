import Core

/// Brings a device's comments to the results they are about.
struct CommentCollector {
    /// The observation just read, by its index: a comment that follows it belongs to it.
    var target: Int?
    private var waiting: [(analyte: String?, text: String, flags: [String], at: String)] = []

    /// Takes one comment record or segment.
    mutating func add(
        _ source: some FieldSource, _ plan: ProfilePlan, at: String, into report: inout SpecimenReport
    ) {
        for text in source.texts(plan.comment) {
            let words = plan.profile.comments.texts[text] ?? text
            let flags = plan.profile.comments.flags[text] ?? []
            if let target, report.observations.indices.contains(target) {
                report.observations[target].add(words, flags)
            } else {
                let parts = text.split(separator: Character(source.componentMark), omittingEmptySubsequences: false)
                let analyte = plan.profile.comments.analyteComponent.flatMap {
                    parts.indices.contains($0 - 1) ? String(parts[$0 - 1]) : nil
                }
                waiting.append((analyte?.isEmpty == true ? nil : analyte, words, flags, at))
            }
        }
    }

    /// The specimen's lines are all read: comments that came before them find their analyte, or stay as remarks.
    mutating func finish(into report: inout SpecimenReport) {
        if waiting.isEmpty { return target = nil }
        let places = Dictionary(
            report.observations.enumerated().map { ($1.code, $0) }, uniquingKeysWith: { first, _ in first })
        for comment in waiting {
            if let index = comment.analyte.flatMap({ places[$0] }) {
                report.observations[index].add(comment.text, comment.flags)
            } else {
                report.problems.append(
                    Problem(at: comment.at, what: "the device's comment on this specimen: \(comment.text)"))
            }
        }
        waiting = []
        target = nil
    }
}

extension Observation {
    /// A comment of the device, and the flags it stands for.
    fileprivate mutating func add(_ note: String, _ flags: [String]) {
        notes.append(note)
        for flag in flags where !self.flags.contains(flag) { self.flags.append(flag) }
    }
}
