import Core
import GRDB

/// Takes back what was queued and is no longer right: never the wrong patient, also where an order changed between the
/// match and the sending (architecture, rule 3).
extension WriteSession {
    /// After orders with this accession changed: what waits to be sent goes back to be held where its order was
    /// cancelled, or is no longer the only one.
    func withdrawUnsent(accession: String) throws {
        for destination in settings.destinations {
            let waiting = try query(
                """
                SELECT id FROM delivery INDEXED BY delivery_unfinished
                WHERE destination = ? AND key = ? AND state < 10 ORDER BY id
                """
            ).all([.int(try number(of: destination)), .text(accession)]) { DeliveryID($0.int(0)) }
            for id in waiting { try withdrawIfUnfit(id) }
        }
    }

    /// The same for one delivery that was being sent and has come back.
    func withdrawIfUnfit(_ id: DeliveryID) throws {
        // What a modality did it did: news of a step are told whatever became of its order.
        guard let row = try delivery(id), case .report(let number, let round) = row.subject,
            let report = try StoredReport.read(database, number), let misfit = try misfit(report)
        else { return }
        switch row.state {
        // Being sent: when it comes back it is looked at again.
        case .leased, .delivered, .skipped: return
        case .ready, .ambiguous, .parked, .dead: break
        }
        try query("UPDATE delivery SET state = ? WHERE id = ?").run([.code(StoredDelivery.skipped), .int(id.number)])
        try log(.withdrawn, delivery: id, note: misfit.what)
        if row.isHead { try promoteNext(destination: row.destination, key: row.key) }
        try hold(report, round: round, misfit, wasAmbiguous: row.state == .ambiguous)
    }

    /// Why the results of a report may not go out with the order they were matched to; nil when they may.
    private func misfit(_ report: StoredReport) throws -> (reason: HoldReason, what: String)? {
        guard let number = report.order, let order = try StoredOrder.read(database, number) else { return nil }
        if report.isAssigned {
            return order.order.state == .cancelled
                ? (.orderCancelled, "The order they were assigned to was cancelled by the HMS.") : nil
        }
        // What was measured for an order that the HMS closed since belongs to it, whoever has the number now.
        if order.order.state == .completed { return nil }
        switch try matchNow(report) {
        case .order(let now):
            return now.patient.key == order.order.patient.key
                ? nil : (.orderCancelled, "The order with this accession was cancelled by the HMS.")
        case .held(.noOrder, _):
            return order.order.state == .cancelled ? (.orderCancelled, "Its order was cancelled.") : nil
        case .held(let reason, let what): return (reason, what)
        }
    }

    /// The results of one round wait again, unless another destination has them, or is being sent them.
    private func hold(
        _ report: StoredReport, round: Int64, _ misfit: (reason: HoldReason, what: String), wasAmbiguous: Bool
    ) throws {
        let gone =
            try query(
                "SELECT count(*) FROM delivery WHERE report = ? AND round = ? AND state IN (?, ?)"
            ).first([
                .int(report.id.number), .int(round), .code(StoredDelivery.delivered), .code(StoredDelivery.leased),
            ]) { $0.int(0) } ?? 0
        let posted = try StoredResult.all(database, report.id).filter {
            $0.round == round && ($0.result.state == .posted || $0.result.state == .superseded)
        }
        let mayBeThere = gone > 0 || wasAmbiguous
        let what =
            misfit.what + (mayBeThere ? " A destination may have results of this accession already: check there." : "")
        guard gone == 0, !posted.isEmpty else {
            if gone > 0 {
                let notice = Hold(reason: misfit.reason, accession: report.specimen, what: what)
                _ = try insert(notice, message: report.message, report: report.id, at: now, sameness: nil)
            }
            return
        }
        let hold = Hold(reason: misfit.reason, accession: report.specimen, what: what, results: posted.map(\.result.id))
        let number = try insert(hold, message: report.message, report: report.id, at: now, sameness: nil)
        let update = try query("UPDATE result SET state = ?, round = 0, hold = ? WHERE report = ? AND position = ?")
        for stored in posted {
            try update.run([
                .code(ResultState.held), .int(number.number), .int(stored.report.number), .int(stored.position),
            ])
        }
        try query("UPDATE report SET order_id = NULL, assigned = 0 WHERE id = ?").run([.int(report.id.number)])
    }

    /// Tells a person when an order comes in place of a cancelled one whose results went to another patient.
    func noteResultsElsewhere(_ order: Order) throws {
        let reports = try query(
            """
            SELECT r.id FROM report r JOIN orders o ON o.id = r.order_id JOIN mrn_system s ON s.id = o.mrn_system
            WHERE r.specimen = ? AND r.results > 0 AND r.assigned = 0 AND (o.mrn <> ? OR s.uri <> ?)
                AND o.state = \(OrderState.cancelled.code)
                AND EXISTS (SELECT 1 FROM delivery v WHERE v.report = r.id AND v.state IN (?, ?))
            ORDER BY r.id DESC LIMIT 1
            """
        ).all([
            .text(order.accession), .text(order.patient.mrn), .text(order.patient.mrnSystem),
            .code(StoredDelivery.delivered), .code(StoredDelivery.leased),
        ]) { ReportID($0.int(0)) }
        guard let id = reports.first, let report = try StoredReport.read(database, id) else { return }
        let hold = Hold(
            reason: .patientMismatch, accession: order.accession,
            what: "Results of this accession went out for another patient before this order came. If the tube was this "
                + "patient's, correct it in the HMS, and have the device send the results again.")
        _ = try insert(hold, message: report.message, report: id, at: now, sameness: nil)
    }
}
