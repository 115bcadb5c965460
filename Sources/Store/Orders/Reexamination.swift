import Core

extension WriteSession {
    /// Decides again on everything that waits for an order with this accession.
    ///
    /// Returns how many results it released.
    func reexamineHolds(accession: String) throws -> Int {
        let holds = try query(StoredHold.openByAccession).all([.text(accession)]) { try StoredHold($0) }
        var released = 0
        for hold in holds where hold.reason.resolvesWithOrder {
            // One that keeps no result back only asks somebody to look: no order answers it.
            guard let id = hold.report, let report = try StoredReport.read(database, id),
                try heldCount(hold.id, in: id) > 0
            else { continue }
            released += try reexamine(hold, report)
        }
        return released
    }

    private func reexamine(_ hold: StoredHold, _ report: StoredReport) throws -> Int {
        let candidates = try laboratoryOrders(accession: report.specimen)
        let match = matchNow(report, among: candidates)
        switch match {
        case .order(let order):
            guard let found = candidates.first(where: { $0.order == order }) else { return 0 }
            try set(hold.id, .resolved)
            try log(.resolved, hold: hold.id, note: "The order arrived.")
            return try place(heldBy: hold, report, in: found, match: match, assigned: report.isAssigned)
        case .held(let reason, let what):
            // It still waits, perhaps for another reason: the same hold says so, no second one is opened.
            guard reason != hold.reason else { return 0 }
            try query("UPDATE hold SET reason = ?, what = ? WHERE id = ?")
                .run([.code(reason), .text(what), .int(hold.id.number)])
            try log(.reasonChanged, hold: hold.id, note: "\(hold.reason.rawValue) became \(reason.rawValue).")
            return 0
        }
    }

    /// The order of a stored report, as orders stand now.
    func matchNow(_ report: StoredReport) throws -> Match {
        matchNow(report, among: try laboratoryOrders(accession: report.specimen))
    }

    func matchNow(_ report: StoredReport, among candidates: [StoredOrder]) -> Match {
        Core.match(
            specimen: report.specimen, problem: report.problem, claim: report.claim,
            orders: candidates.map(\.order), facility: settings.facility)
    }

    /// Gives what a hold keeps back to an order, and queues it.
    ///
    /// Returns how many results were posted or stored.
    func place(
        heldBy hold: StoredHold, _ report: StoredReport, in order: StoredOrder, match: Match, assigned: Bool
    ) throws -> Int {
        let all = try StoredResult.all(database, report.id)
        let waiting = all.filter { $0.hold == hold.id && $0.result.state == .held }
        let problems = waiting.compactMap { stored in
            stored.heldWhat.map {
                Problem(at: stored.result.observation.at, what: $0, held: stored.result.observation.held)
            }
        }
        let known = SpecimenReport(
            kind: report.kind, specimen: report.specimen, specimenProblem: report.problem, patient: report.claim,
            observations: waiting.map(\.result.observation), problems: problems)
        let decision = Core.reexamine(
            report: known, held: waiting.map(\.result), match: match, hasDestinations: settings.hasDestinations)
        var holdOf: [ResultID: HoldID] = [:]
        for next in decision.holds {
            let number = try insert(next, message: report.message, report: report.id, at: now, sameness: nil)
            for result in next.results { holdOf[result] = number }
        }
        try query("UPDATE report SET order_id = ?, assigned = ? WHERE id = ?")
            .run([.int(order.id), .flag(assigned), .int(report.id.number)])
        return try settle(decision.results, waiting, holdOf, report, order)
    }

    /// Writes new states of held results and queues those that are now to be posted.
    func settle(
        _ results: [LabResult], _ rows: [StoredResult], _ holdOf: [ResultID: HoldID], _ report: StoredReport,
        _ order: StoredOrder
    ) throws -> Int {
        let posts = results.contains { $0.state == .posted }
        let round = report.rounds + (posts ? 1 : 0)
        let update = try query("UPDATE result SET state = ?, round = ?, hold = ? WHERE report = ? AND position = ?")
        let rowOf = Dictionary(rows.map { ($0.result.id, $0) }) { first, _ in first }
        for result in results {
            guard let row = rowOf[result.id] else { continue }
            try update.run([
                .code(result.state), .int(result.state == .posted ? round : 0),
                .int(orNull: (holdOf[result.id] ?? row.hold)?.number), .int(report.id.number), .int(row.position),
            ])
        }
        if posts {
            try query("UPDATE report SET rounds = ? WHERE id = ?").run([.int(round), .int(report.id.number)])
            try queueDeliveries(of: report.id, round: round, key: order.order.accession)
        }
        let current = results.filter { rowOf[$0.id]?.isReplaced != true }
        try supersede(
            by: current, of: report.id, specimen: report.specimen, device: report.deviceNumber, order: order.id)
        return results.count { $0.state == .posted || $0.state == .stored }
    }
}
