import Core

extension Story {
    mutating func tellHolds() throws {
        for id in scope.holds.sorted() {
            guard let hold = try StoredHold.read(database, HoldID(id)) else { continue }
            tell(hold.opened, .held, "\(hold.reason.rawValue): \(hold.what)", "\(hold.id)")
            try tellActs("hold", id, "\(hold.id)")
        }
    }

    mutating func tellDeliveries() throws {
        for report in scope.reports.sorted() {
            let rows = try Query(
                database,
                """
                SELECT v.id, t.name, v.queued, v.round FROM delivery v JOIN destination t ON t.id = v.destination
                WHERE v.report = ? ORDER BY v.id
                """
            ).all([.int(report)]) { (id: $0.int(0), name: $0.text(1), queued: $0.int(2), round: $0.int(3)) }
            for row in rows where scope.deliveries?.contains(row.id) ?? true {
                let count = try StoredResult.all(database, ReportID(report)).count { stored in
                    stored.round == row.round && (scope.result == nil || stored.result.id == scope.result)
                }
                // The delivery of other results of the report is not this result's story.
                guard count > 0 || scope.result == nil else { continue }
                let name = "\(DeliveryID(row.id))"
                tell(
                    Timestamp(microseconds: row.queued), .posted,
                    "\(count > 0 ? "\(count)" : "results") of \(ReportID(report)) queued for \(row.name).", name)
                try tellAttempts(row.id, row.name, name)
                try tellActs("delivery", row.id, name)
            }
        }
    }

    mutating func tellAttempts(_ id: Int64, _ destination: String, _ name: String) throws {
        let attempts = try Query(
            database, "SELECT at, outcome, answer FROM delivery_attempt WHERE delivery = ? ORDER BY number"
        ).all([.int(id)]) { (Timestamp(microseconds: $0.int(0)), try $0.code(1, as: AttemptOutcome.self), $0.text(2)) }
        for (at, outcome, answer) in attempts { tell(at, StepKind(outcome), "\(destination): \(answer)", name) }
    }

    mutating func tellActs(_ column: String, _ id: Int64, _ name: String) throws {
        let acts = try Query(database, "SELECT at, act, note FROM decision_log WHERE \(column) = ? ORDER BY id")
            .all([.int(id)]) { (Timestamp(microseconds: $0.int(0)), try $0.code(1, as: Act.self), $0.text(2)) }
        for (at, act, note) in acts { tell(at, StepKind(act), note, name) }
    }
}
