import Core

extension Story {
    mutating func tellReports() throws {
        var versions: [ResultID: [StoredResult]] = [:]
        var recorded: [ReportID: Timestamp] = [:]
        for number in scope.reports.sorted() {
            let id = ReportID(number)
            guard let report = try StoredReport.read(database, id) else { continue }
            recorded[id] = report.recorded
            let results = try StoredResult.all(database, id).filter {
                scope.result == nil || $0.result.id == scope.result
            }
            for stored in results { versions[stored.result.id, default: []].append(stored) }
            try tell(report, results)
        }
        for history in versions.values { tellCorrections(history, recorded) }
        tellReruns(versions.values.flatMap { $0 }, recorded)
    }

    private mutating func tell(_ report: StoredReport, _ results: [StoredResult]) throws {
        let known = report.duplicates == 0 ? "" : "; \(report.duplicates) more were known already"
        let specimen = report.specimen.isEmpty ? "no specimen id" : "specimen \(report.specimen)"
        tell(
            report.recorded, .understood,
            "\(results.count) of kind \(report.kind.rawValue) for \(specimen)\(known): "
                + results.map(Self.shown).joined(separator: "; "), "\(report.id)")
        // Where a hold stood between, the step that resolved it tells of the match.
        let waited =
            try Query(database, "SELECT 1 FROM hold WHERE message = ? AND report = ? AND reason IN (\(Self.reasons))")
            .first([.int(report.message.number), .int(report.id.number)]) { _ in true } ?? false
        if !waited, let number = report.order, let order = try StoredOrder.read(database, number)?.order {
            tell(report.recorded, .matched, "Matched to order \(order.accession).", "\(report.id)")
        }
    }

    /// The holds whose end is a match.
    private static let reasons = HoldReason.allCases.filter { $0.insteadOfRelease != nil }.map { "\($0.code)" }
        .joined(separator: ", ")

    private static func shown(_ stored: StoredResult) -> String {
        let seen = stored.result.observation
        let value = (seen.value.comparator?.rawValue ?? "") + seen.value.token
        let unit = seen.unit ?? seen.deviceUnit
        return "\(seen.code) \(value)\(unit.isEmpty ? "" : " " + unit) (\(stored.result.state.rawValue))"
    }

    private mutating func tellCorrections(_ history: [StoredResult], _ recorded: [ReportID: Timestamp]) {
        let inOrder = history.sorted { $0.report < $1.report }
        for (former, later) in zip(inOrder, inOrder.dropFirst()) {
            guard let at = recorded[later.report] else { continue }
            let before = former.result.observation
            let after = later.result.observation
            tell(
                at, .corrected,
                "\(after.code): \(before.value.token) (\(before.status.rawValue)) became "
                    + "\(after.value.token) (\(after.status.rawValue)).", later.result.id.text)
        }
    }

    private mutating func tellReruns(_ results: [StoredResult], _ recorded: [ReportID: Timestamp]) {
        for former in results where former.result.state == .superseded {
            let rerun = results.filter { $0.result.isRerun(of: former.result) }.min { $0.report < $1.report }
            guard let at = rerun.flatMap({ recorded[$0.report] }) ?? recorded[former.report] else { continue }
            tell(
                at, .superseded, "\(former.result.observation.code): a later run superseded this one.",
                former.result.id.text)
        }
    }
}
