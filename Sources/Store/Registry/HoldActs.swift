import Core
import GRDB

extension WriteSession {
    /// Posts what a hold keeps back with the order it matched.
    ///
    /// Never where the patient is in doubt.
    func release(_ id: HoldID) throws -> RequestOutcome {
        guard let hold = try StoredHold.read(database, id) else { return .refused("There is no \(id).") }
        guard hold.state == .open else { return .refused("\(id) is \(hold.state.rawValue) already.") }
        let held = try heldResults(hold)
        guard let reportID = hold.report, let report = try StoredReport.read(database, reportID), !held.isEmpty else {
            return try close(hold, .released, .released, note: "Seen; it keeps no result back.")
        }
        if let instead = hold.reason.insteadOfRelease { return .refused(instead) }
        guard let number = report.order, let order = try StoredOrder.read(database, number) else {
            return .refused("\(id) has no matching order. Assign it to one: holds assign \(id) --order ACCESSION.")
        }
        guard order.order.state == .open else {
            return .refused("The order is \(order.order.state.rawValue). Assign \(id) to an open one, or reject it.")
        }
        // Orders may have come and gone since it was matched.
        if !report.isAssigned, case .held(_, let what) = try matchNow(report) {
            return .refused("\(what) Assign \(id) to the right order, or reject it.")
        }
        let state: ResultState = settings.hasDestinations ? .posted : .stored
        let released = held.map { stored in
            var result = stored.result
            result.state = state
            return result
        }
        let count = try settle(released, held, [:], report, order)
        try replaceFormers(of: held, report)
        return try close(hold, .released, .released, note: "\(results(count)) released \(hold.reason.releasedAs).")
    }

    /// Refuses what a hold keeps back.
    ///
    /// A rejected correction leaves the former version current.
    func reject(_ id: HoldID, reason: String) throws -> RequestOutcome {
        guard let hold = try StoredHold.read(database, id) else { return .refused("There is no \(id).") }
        guard hold.state == .open else { return .refused("\(id) is \(hold.state.rawValue) already.") }
        let held = try heldResults(hold)
        let update = try query("UPDATE result SET state = ? WHERE report = ? AND position = ?")
        for stored in held {
            try update.run([.code(ResultState.rejected), .int(stored.report.number), .int(stored.position)])
            try restoreFormer(of: stored)
        }
        return try close(
            hold, .rejected, .rejected, note: "\(reason.limited(to: settings.limits.answerBytes))",
            said: "\(results(held.count)) rejected.")
    }

    /// Gives what a hold keeps back to the one open laboratory order with this accession.
    ///
    /// The person answers for the patient; a result that is held for a reason of its own stays held for that.
    func assign(_ id: HoldID, accession: String) throws -> RequestOutcome {
        guard let hold = try StoredHold.read(database, id) else { return .refused("There is no \(id).") }
        guard hold.state == .open else { return .refused("\(id) is \(hold.state.rawValue) already.") }
        guard let reportID = hold.report, let report = try StoredReport.read(database, reportID) else {
            return .refused("\(id) holds a whole message that no results could be read from: nothing can be assigned.")
        }
        guard try !heldResults(hold).isEmpty else { return .refused("\(id) keeps no result back.") }
        let orders = try laboratoryOrders(accession: accession).filter { $0.order.state == .open }
        guard let order = orders.first else {
            return .refused("There is no open laboratory order with the accession \(accession).")
        }
        guard orders.count == 1 else {
            return .refused("\(orders.count) open orders carry this accession. Correct them in the HMS first.")
        }
        // Results of one report cannot belong to two orders.
        if let other = report.order, other != order.id, try hasPlaced(report.id) {
            return .refused("Other results of \(report.id) were posted to another order already.")
        }
        guard try hold.reason.mayBeAssigned || !isMatched(report) else {
            return .refused("\(id) is matched to an order already. Release or reject it.")
        }
        // A result held for a reason of its own stays held for that: `reexamine` sees to it.
        let held = try heldResults(hold)
        let count = try place(heldBy: hold, report, in: order, match: .order(order.order), assigned: true)
        try replaceFormers(of: held, report)
        return try close(hold, .released, .assigned, note: "\(results(count)) assigned to \(accession).")
    }

    private func heldResults(_ hold: StoredHold) throws -> [StoredResult] {
        guard let report = hold.report else { return [] }
        return try StoredResult.all(database, report).filter { $0.hold == hold.id && $0.result.state == .held }
    }

    private func hasPlaced(_ report: ReportID) throws -> Bool {
        try StoredResult.all(database, report).contains {
            $0.result.state == .posted || $0.result.state == .stored || $0.result.state == .superseded
        }
    }

    /// Whether the report stands with an open order, so that its holds are to be released or rejected.
    private func isMatched(_ report: StoredReport) throws -> Bool {
        guard let number = report.order, let order = try StoredOrder.read(database, number) else { return false }
        return order.order.state == .open
    }

    /// Makes the version before a rejected correction current again; the rejected one stays visible as such.
    private func restoreFormer(of stored: StoredResult) throws {
        guard let report = try StoredReport.read(database, stored.report) else { return }
        let others = try otherVersions(of: stored, report)
        // One that only stood beside another value replaced nothing.
        guard !others.contains(where: { !$0.isReplaced }),
            let former = others.last(where: { $0.report < stored.report })
        else { return }
        try query("UPDATE result SET replaced = 0 WHERE report = ? AND position = ?")
            .run([.int(former.report.number), .int(former.position)])
    }

    /// What a person lets go takes the place of the other versions of the same run.
    private func replaceFormers(of released: [StoredResult], _ report: StoredReport) throws {
        for stored in released {
            try setReplaced(otherVersions(of: stored, report).filter { $0.result.state != .held })
        }
    }

    private func otherVersions(of stored: StoredResult, _ report: StoredReport) throws -> [StoredResult] {
        let alone = SpecimenReport(
            kind: report.kind, specimen: report.specimen, observations: [stored.result.observation])
        return try versions(of: alone, scope: report.scope, device: report.deviceNumber)
            .filter { $0.result.id == stored.result.id && $0.report != stored.report }
    }

    private func close(
        _ hold: StoredHold, _ state: HoldState, _ act: Act, note: String, said: String? = nil
    ) throws -> RequestOutcome {
        try set(hold.id, state)
        try log(act, hold: hold.id, note: note)
        return .done(said ?? note)
    }

    private func results(_ count: Int) -> String { count == 1 ? "1 result" : "\(count) results" }
}
