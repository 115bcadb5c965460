import Core

/// The latest stored version of a result, and the rows of all its versions.
struct StoredVersions {
    var latest: KnownResult
    var rows: [(report: ReportID, position: Int64)]
}

extension WriteSession {
    /// What is stored under the identities of a report's observations, the latest version of each.
    func knownResults(of report: SpecimenReport, device: Int64) throws -> [ResultID: StoredVersions] {
        guard !report.observations.isEmpty else { return [:] }
        var known: [ResultID: StoredVersions] = [:]
        for stored in try versions(of: report, device: device) {
            let latest = KnownResult(observation: stored.result.observation, state: stored.result.state)
            known[stored.result.id, default: StoredVersions(latest: latest, rows: [])].latest = latest
            known[stored.result.id]?.rows.append((stored.report, stored.position))
        }
        return known
    }

    /// Everything stored of the same device, specimen and run times, older versions first.
    func versions(of report: SpecimenReport, device: Int64) throws -> [StoredResult] {
        let shared = try query(
            "SELECT id FROM report WHERE specimen = ? AND device = ? AND performed = ? AND results > 0")
        let mixed = try query("SELECT report FROM report_run WHERE specimen = ? AND device = ? AND performed = ?")
        var reports: Set<Int64> = []
        for time in RunTimes(report.observations).distinct {
            let key: [SQLValue] = [.text(report.specimen), .int(device), .text(time)]
            try shared.each(key) { reports.insert($0.int(0)) }
            try mixed.each(key) { reports.insert($0.int(0)) }
        }
        return try reports.sorted().flatMap { try StoredResult.all(database, ReportID($0)) }
    }

    /// Marks every version as replaced by a later one; they stay as history.
    func setReplaced(_ versions: StoredVersions) throws {
        let update = try query("UPDATE result SET replaced = 1 WHERE report = ? AND position = ?")
        for row in versions.rows { try update.run([.int(row.report.number), .int(row.position)]) }
    }
}
