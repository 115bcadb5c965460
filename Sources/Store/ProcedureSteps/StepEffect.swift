import Core

/// What a performed step does to the worklist and whom it is told to.
extension WriteSession {
    /// Finds what the step was scheduled as, as far as that is not known, moves those steps on, and queues the news.
    func follow(
        _ step: ProcedureStep, _ id: Int64, former: ProcedureStep?, event: Int64, message: MessageID?
    ) throws {
        if former == nil { try writeReferences(of: step, id) }
        try matchReferences(of: step, id, message: message)
        try tellMatched(id, event: event)
    }

    /// After an imaging order came or changed: finds the performed steps that may have waited for it.
    ///
    /// Gives back how many were found.
    func rematchSteps(for order: Order) throws -> Int {
        guard let request = order.imaging else { return 0 }
        var waiting: Set<Int64> = []
        func add(_ column: String, _ value: String?) throws {
            guard let value, !value.isEmpty else { return }
            waiting.formUnion(
                try query(
                    """
                    SELECT performed FROM performed_step_scheduled
                    WHERE \(column) = ? AND \(column) <> '' AND scheduled IS NULL
                    """
                ).all([.text(value)]) { $0.int(0) })
        }
        try add("accession", order.accession)
        try add("study_uid", request.studyUID)
        for step in request.steps { try add("study_uid", step.requestedProcedure?.studyUID) }
        var found = 0
        for id in waiting.sorted() {
            guard let stored = try StoredPerformedStep.read(database, id) else { continue }
            let before = try matchedCount(id)
            try matchReferences(of: stored.step, id, message: nil)
            guard try matchedCount(id) > before else { continue }
            found += 1
            let event = try query("SELECT max(id) FROM performed_step_event WHERE step = ?").first([.int(id)]) {
                $0.int(0)
            }
            if let event { try tellMatched(id, event: event) }
        }
        return found
    }

    private func matchedCount(_ id: Int64) throws -> Int64 {
        try query("SELECT count(*) FROM performed_step_scheduled WHERE performed = ? AND scheduled IS NOT NULL")
            .first([.int(id)]) { $0.int(0) } ?? 0
    }

    /// Moves on the steps it is known to have been scheduled as, and queues the news.
    private func tellMatched(_ id: Int64, event: Int64) throws {
        let matched = try query(
            """
            SELECT scheduled, order_id FROM performed_step_scheduled
            WHERE performed = ? AND scheduled IS NOT NULL AND order_id IS NOT NULL ORDER BY number
            """
        ).all([.int(id)]) { (scheduled: $0.int(0), order: $0.int(1)) }
        for scheduled in Set(matched.map(\.scheduled)) { try moveOn(scheduled) }
        // One Procedure tells of all its orders; it goes out in the order of the first one's news.
        guard let first = matched.first else { return }
        let accession = try query("SELECT accession FROM orders WHERE id = ?").first([.int(first.order)]) { $0.text(0) }
        if let accession { try queueDeliveries(ofPerformed: id, event: event, key: accession) }
    }

    private func writeReferences(of step: ProcedureStep, _ id: Int64) throws {
        let insert = try query(
            """
            INSERT INTO performed_step_scheduled (performed, number, study_uid, accession, step_id)
            VALUES (?, ?, ?, ?, ?)
            """)
        if step.scheduled.isEmpty { try insert.run([.int(id), 0, "", "", ""]) }
        for (index, reference) in step.scheduled.enumerated() {
            try insert.run([
                .int(id), .int(Int64(index + 1)), .text(reference.studyUID), .text(reference.accession),
                .text(reference.stepID),
            ])
        }
    }

    /// Looks for what is not known yet: the order may have come since.
    private func matchReferences(of step: ProcedureStep, _ id: Int64, message: MessageID?) throws {
        let open = try query(
            """
            SELECT number, study_uid, accession, step_id, hold FROM performed_step_scheduled
            WHERE performed = ? AND scheduled IS NULL ORDER BY number
            """
        ).all([.int(id)]) { row in
            (
                number: row.int(0),
                reference: ScheduledReference(studyUID: row.text(1), accession: row.text(2), stepID: row.text(3)),
                hold: row.intOrNil(4).map { HoldID($0) }
            )
        }
        for entry in open {
            let candidates = try candidates(for: entry.reference)
            let match = Core.match(
                entry.reference, patientID: step.patientID, issuer: step.issuerOfPatientID,
                candidates: candidates.map(\.candidate), facility: settings.facility)
            switch match {
            case .step(let index):
                try query(
                    "UPDATE performed_step_scheduled SET order_id = ?, scheduled = ? WHERE performed = ? AND number = ?"
                ).run([.int(candidates[index].order), .int(candidates[index].step), .int(id), .int(entry.number)])
                if let hold = entry.hold { try resolve(hold) }
            case .held(let reason, let what):
                // It stands from the beginning of the step; what came later changed nothing.
                guard entry.hold == nil, let message else { continue }
                let hold = Hold(reason: reason, accession: entry.reference.accession, what: what)
                let number = try insert(hold, message: message, report: nil, at: now, sameness: nil)
                try query("UPDATE performed_step_scheduled SET hold = ? WHERE performed = ? AND number = ?")
                    .run([.int(number.number), .int(id), .int(entry.number)])
            }
        }
    }

    private func resolve(_ hold: HoldID) throws {
        guard let stored = try StoredHold.read(database, hold), stored.state == .open else { return }
        try set(hold, .resolved)
        try log(.resolved, hold: hold, note: "Its order was found.")
    }

    private struct FoundStep {
        let step: Int64
        let order: Int64
        let candidate: StepCandidate
    }

    /// The steps with the same study or the same accession.
    private func candidates(for reference: ScheduledReference) throws -> [FoundStep] {
        var found: [Int64: FoundStep] = [:]
        func add(_ condition: String, _ value: String) throws {
            let value = value.trimmingBlanks()
            guard !value.isEmpty else { return }
            try query(
                """
                SELECT t.id, o.id, o.accession, o.mrn, s.uri, coalesce(t.rp_study_uid, o.study_uid, ''), t.step_id,
                    t.state FROM orders o JOIN mrn_system s ON s.id = o.mrn_system JOIN step t ON t.order_id = o.id
                WHERE o.kind = \(OrderKind.imaging.code) AND \(condition)
                """
            ).each([.text(value)]) { row in
                found[row.int(0)] = FoundStep(
                    step: row.int(0), order: row.int(1),
                    candidate: StepCandidate(
                        accession: row.text(2), mrn: row.text(3), mrnSystem: row.text(4), studyUID: row.text(5),
                        stepID: row.text(6), isCancelled: try row.code(7, as: StepState.self) == .cancelled))
            }
        }
        try add("o.study_uid = ?", reference.studyUID)
        try add("t.rp_study_uid = ?", reference.studyUID)
        try add("o.accession = ?", reference.accession)
        return found.values.sorted { $0.step < $1.step }
    }

    /// Moves a scheduled step to where the performed ones that refer to it are.
    private func moveOn(_ scheduled: Int64) throws {
        let performed = try query(
            """
            SELECT p.state FROM performed_step_scheduled r JOIN performed_step p ON p.id = r.performed
            WHERE r.scheduled = ? ORDER BY p.id
            """
        ).all([.int(scheduled)]) { try $0.code(0, as: PerformedState.self) }
        guard let state = scheduledState(of: performed) else { return }
        try query("UPDATE step SET state = ? WHERE id = ?").run([.code(state), .int(scheduled)])
    }
}
