import Core

/// The latest stored version of a result.
struct StoredVersion {
    let known: KnownResult
    let report: ReportID
    let position: Int64
}

extension WriteSession {
    /// What is stored under the identities of a report's observations, the latest version of each.
    func knownResults(of report: SpecimenReport, device: Int64) throws -> [ResultID: StoredVersion] {
        guard !report.observations.isEmpty else { return [:] }
        var known: [ResultID: StoredVersion] = [:]
        for stored in try versions(of: report, device: device) {
            known[stored.result.id] = StoredVersion(
                known: KnownResult(observation: stored.result.observation, state: stored.result.state),
                report: stored.report, position: stored.position)
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

    /// Marks a version as replaced by a later one, or as current again.
    func setReplaced(_ replaced: Bool, _ version: StoredVersion) throws {
        try query("UPDATE result SET replaced = ? WHERE report = ? AND position = ?")
            .run([.flag(replaced), .int(version.report.number), .int(version.position)])
    }
}
