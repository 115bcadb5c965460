import Core

/// The stored versions of a result, oldest first, and their rows.
struct StoredVersions {
    var versions: [KnownResult] = []
    var rows: [StoredResult] = []
}

extension WriteSession {
    /// What is stored under the identities of a report's observations.
    func knownResults(
        of report: SpecimenReport, scope: String, device: Int64
    ) throws -> [ResultID: StoredVersions] {
        guard !report.observations.isEmpty else { return [:] }
        var known: [ResultID: StoredVersions] = [:]
        var reasons: [HoldID: HoldReason] = [:]
        for id in try reports(like: report, scope: scope, device: device) {
            guard let owner = try owner(of: id) else { continue }
            for stored in try StoredResult.all(database, id) {
                var version = KnownResult(
                    observation: stored.result.observation, state: stored.result.state, patient: owner.patient,
                    claim: owner.claim)
                if stored.result.state == .held, let hold = stored.hold {
                    if reasons[hold] == nil { reasons[hold] = try StoredHold.read(database, hold)?.reason }
                    version.heldFor = reasons[hold]
                }
                known[stored.result.id, default: StoredVersions()].versions.append(version)
                known[stored.result.id]?.rows.append(stored)
            }
        }
        return known
    }

    /// Whose a stored report is: by the order it was matched to, and by the device's word.
    private func owner(of id: ReportID) throws -> (patient: PatientKey?, claim: PatientClaim?)? {
        try query(
            """
            SELECT s.uri, o.mrn, r.claim, r.authority FROM report r
            LEFT JOIN orders o ON o.id = r.order_id LEFT JOIN mrn_system s ON s.id = o.mrn_system WHERE r.id = ?
            """
        ).first([.int(id.number)]) { row in
            let patient = row.textOrNil(1).map { PatientKey(system: row.text(0), mrn: $0) }
            return (patient, PatientClaim(value: row.text(2), authority: row.textOrNil(3)))
        }
    }

    /// Everything stored of the same device, specimen and run times, older versions first.
    func versions(of report: SpecimenReport, scope: String, device: Int64) throws -> [StoredResult] {
        try reports(like: report, scope: scope, device: device).flatMap { try StoredResult.all(database, $0) }
    }

    private func reports(like report: SpecimenReport, scope: String, device: Int64) throws -> [ReportID] {
        let shared = try query(
            "SELECT id FROM report WHERE specimen = ? AND device = ? AND performed = ? AND scope = ? AND results > 0")
        let mixed = try query(
            "SELECT report FROM report_run WHERE specimen = ? AND device = ? AND performed = ? AND scope = ?")
        var reports: Set<Int64> = []
        for time in RunTimes(report.observations).distinct {
            let key: [SQLValue] = [.text(report.specimen), .int(device), .text(time), .text(scope)]
            try shared.each(key) { reports.insert($0.int(0)) }
            try mixed.each(key) { reports.insert($0.int(0)) }
        }
        return reports.sorted().map { ReportID($0) }
    }

    /// Marks versions as replaced by a later one; they stay as history.
    ///
    /// What still waited for an order is no longer posted with it, and a hold that keeps nothing else back is done.
    func setReplaced(_ rows: [StoredResult]) throws {
        let update = try query("UPDATE result SET replaced = 1 WHERE report = ? AND position = ?")
        for row in rows where !row.isReplaced { try update.run([.int(row.report.number), .int(row.position)]) }
    }

    /// Takes results out of a hold whose place the same results, sent again, have taken.
    func withdrawHeld(_ rows: [StoredResult]) throws {
        let update = try query("UPDATE result SET state = ? WHERE report = ? AND position = ?")
        var holds: Set<HoldID> = []
        for row in rows where row.result.state == .held {
            try update.run([.code(ResultState.superseded), .int(row.report.number), .int(row.position)])
            if let hold = row.hold { holds.insert(hold) }
        }
        for id in holds.sorted(by: { $0.number < $1.number }) {
            guard let hold = try StoredHold.read(database, id), hold.state == .open, let report = hold.report,
                try heldCount(id, in: report) == 0
            else { continue }
            try set(id, .resolved)
            try log(.resolved, hold: id, note: "The device sent the results again, for the order's patient.")
        }
    }

    func heldCount(_ hold: HoldID, in report: ReportID) throws -> Int64 {
        try query("SELECT count(*) FROM result WHERE report = ? AND hold = ? AND state = \(ResultState.held.code)")
            .first([.int(report.number), .int(hold.number)]) { $0.int(0) } ?? 0
    }
}
