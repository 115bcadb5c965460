import Core

/// What became of one specimen's report.
struct ReportOutcome {
    var summary = RecordSummary()
    /// The report that had brought what this one repeats.
    var known: ReportID?
    /// Whether it brought anything new.
    var wroteReport = false
}

extension WriteSession {
    /// Matches, decides and writes one specimen's report.
    func record(_ report: SpecimenReport, of message: JournalledMessage) throws -> ReportOutcome {
        let device = try number(of: message.device)
        let scope = report.isIdentifiedByMessage ? message.digest : ""
        let known = try knownResults(of: report, scope: scope, device: device)
        let candidates = try report.kind.concernsPatient ? laboratoryOrders(accession: report.specimen) : []
        let match = Core.match(
            specimen: report.specimen, problem: report.specimenProblem, claim: report.patient,
            orders: candidates.map(\.order), facility: settings.facility)
        let decision = decide(
            device: message.device, report: report, known: known.mapValues(\.versions), match: match, scope: scope,
            hasDestinations: settings.hasDestinations)

        var outcome = ReportOutcome()
        outcome.summary.duplicates = decision.duplicates
        outcome.known = known.values.flatMap(\.rows).map(\.report).min()
        let holds = try news(decision.holds, of: report, from: message.device)
        guard !decision.results.isEmpty || !holds.isEmpty else { return outcome }
        outcome.wroteReport = true

        let order = decision.order.flatMap { order in candidates.first { $0.order == order } }
        let id = try insert(
            report, of: message, scope: scope, device: device, results: decision.results,
            duplicates: decision.duplicates, order: order?.id)
        var holdOf: [ResultID: HoldID] = [:]
        for (hold, sameness) in holds {
            let number = try insert(hold, message: message.id, report: id, at: now, sameness: sameness)
            for result in hold.results { holdOf[result] = number }
            outcome.summary.held += max(1, hold.results.count)
        }
        try insert(decision.results, in: id, of: report, holdOf: holdOf)
        let alternatives = Set(decision.holds.filter { $0.reason == .duplicateConflict }.flatMap(\.results))
        for result in decision.results where !alternatives.contains(result.id) {
            guard let former = known[result.id] else { continue }
            try setReplaced(former.rows)
            if result.state != .held { try withdrawHeld(former.rows) }
        }
        outcome.summary.posted = decision.results.count { $0.state == .posted || $0.state == .stored }
        if let order {
            try supersede(by: decision.results, of: id, specimen: report.specimen, device: device, order: order.id)
            if decision.delivers { try queueDeliveries(of: id, round: 1, key: order.order.accession) }
        }
        return outcome
    }

    /// The holds that are not there already, each with what makes it the same again.
    ///
    /// A hold that keeps results back always counts: `decide` names only results that are new.
    private func news(
        _ holds: [Hold], of report: SpecimenReport, from device: DeviceID
    ) throws -> [(hold: Hold, sameness: String?)] {
        guard holds.contains(where: \.results.isEmpty) else { return holds.map { ($0, nil) } }
        let lines = Dictionary(report.observations.map { ($0.at, $0) }) { first, _ in first }
        return try holds.compactMap { hold in
            guard hold.results.isEmpty else { return (hold, nil) }
            let sameness = Self.sameness(of: hold, report: report, lines, device: device)
            let exists = try query("SELECT 1 FROM hold WHERE sameness = ?").first([.text(sameness)]) { $0.flag(0) }
            return exists == nil ? (hold, sameness) : nil
        }
    }

    /// Device, specimen and sentence, with the value it is about, or with the run times where it is about no value: the
    /// same tube run again has another one.
    private static func sameness(
        of hold: Hold, report: SpecimenReport, _ lines: [String: Observation], device: DeviceID
    ) -> String {
        var parts = [device.text, hold.reason.rawValue, hold.accession, hold.what]
        if let line = hold.what.firstRange(of: ": ").map({ String(hold.what[..<$0.lowerBound]) }),
            let about = lines[line]
        {
            parts += [about.code, about.performed ?? "", "\(about.occurrence)", "\(about.value)"]
            parts += [about.deviceUnit, about.status.rawValue]
        } else {
            parts += Set(report.observations.compactMap(\.performed)).sorted()
        }
        return parts.joined(separator: "\u{1F}")
    }
}

extension JournalledMessage {
    /// Tells a message from every other that is not the same byte for byte.
    var digest: String { contentDigest(bytes) }
}
