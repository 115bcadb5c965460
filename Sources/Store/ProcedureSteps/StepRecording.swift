import Core

extension WriteSession {
    /// Keeps a request, has it decided on and writes what follows from it.
    func record(
        _ request: ProcedureStepRequest, ruling: (KnownProcedureStep?) -> ProcedureStepRuling
    ) throws {
        let former = try StoredPerformedStep.read(database, uid: request.uid)
        let repeated = try eventLike(request)
        let decision = ruling(
            former.map {
                KnownProcedureStep(
                    step: $0.step, attributes: $0.attributes, isReplay: repeated?.wasTaken == true)
            })
        if let repeated, decision.result == nil, repeated.wasTaken || repeated.status == Int64(decision.status) {
            // A modality that never hears the answer, or does not heed it, may send it for hours: counted, not kept again.
            return try query("UPDATE performed_step_event SET replays = replays + 1 WHERE id = ?")
                .run([.int(repeated.id)])
        }
        let message = try keep(request)
        var id = former?.id
        if let result = decision.result {
            if let id {
                try update(id, to: result, at: request.received)
            } else {
                id = try insert(result, request)
            }
        }
        let event = try note(
            StepEvent(request.operation), uid: request.uid, step: id, message: message, at: request.received,
            status: decision.status, syntax: request.transferSyntax, remarks: decision.remarks)
        if decision.result == nil { try holdLateEnd(request, former, message) }
        guard let result = decision.result, let id else { return }
        try follow(result.step, id, former: former?.step, event: event, message: message)
        try queueForwards(of: id, event: event, key: request.uid)
    }

    /// A modality tells of a step that had been given up: the HMS knows no more than that, so that a person is told.
    private func holdLateEnd(
        _ request: ProcedureStepRequest, _ former: StoredPerformedStep?, _ message: MessageID
    ) throws {
        guard let former, former.step.wasGivenUp, request.operation == .set else { return }
        let sameness = "late end\u{1F}\(request.uid)"
        let isKnown = try query("SELECT 1 FROM hold WHERE sameness = ?").first([.text(sameness)]) { $0.flag(0) }
        guard isKnown == nil else { return }
        let what =
            "The modality told of the end of a procedure step that had been given up here because nothing was heard of it. "
            + "What became of it stands in the message; correct it in the HMS."
        let accession = former.step.scheduled.first?.accession ?? ""
        _ = try insert(
            Hold(reason: .verification, accession: accession, what: what), message: message, report: nil, at: now,
            sameness: sameness)
    }

    /// Ends the steps in progress that were last heard of before a moment: as discontinued, by us.
    ///
    /// At most `limit`; gives back how many.
    func giveUpSteps(lastHeardOfBefore moment: Timestamp, limit: Int) throws -> Int {
        let idle = try query(
            """
            SELECT id FROM performed_step INDEXED BY performed_step_open
            WHERE state = \(PerformedState.inProgress.code) AND changed < ? ORDER BY changed LIMIT ?
            """
        ).all([.int(moment.microseconds), .int(Int64(limit))]) { $0.int(0) }
        for id in idle {
            guard let stored = try StoredPerformedStep.read(database, id) else { continue }
            var step = stored.step
            step.state = .discontinued
            step.wasGivenUp = true
            try update(id, to: .init(step: step, attributes: stored.attributes), at: now)
            let event = try note(
                .givenUp, uid: step.uid, step: id, message: nil, at: now, status: 0, syntax: "",
                remarks: ["Nothing was heard of it since \(stored.changed.iso8601): it counts as discontinued."])
            try follow(step, id, former: stored.step, event: event, message: nil)
        }
        return idle.count
    }

    /// The raw bytes go first.
    private func keep(_ request: ProcedureStepRequest) throws -> MessageID {
        try query("INSERT INTO message (device, wire, received, bytes) VALUES (?, ?, ?, ?)").run([
            .int(try number(of: request.device)), .code(StoredWire.dicom), .int(request.received.microseconds),
            .blob(request.bytes),
        ])
        let message = MessageID(lastID)
        try query("INSERT INTO progress (message, state, parts) VALUES (?, ?, 1)")
            .run([.int(message.number), .code(Progress.step)])
        return message
    }

    /// The event of the same operation with the same bytes: the one that was taken, else the last.
    private func eventLike(
        _ request: ProcedureStepRequest
    ) throws -> (id: Int64, status: Int64, wasTaken: Bool)? {
        try query(
            """
            SELECT e.id, e.status, e.step IS NOT NULL AND e.status IN (0, 263) AS taken
            FROM performed_step_event e JOIN message m ON m.id = e.message
            WHERE e.uid = ? AND e.operation = ? AND m.bytes = ?
            ORDER BY taken DESC, e.id DESC LIMIT 1
            """
        ).first([.text(request.uid), .code(StepEvent(request.operation)), .blob(request.bytes)]) {
            (id: $0.int(0), status: $0.int(1), wasTaken: $0.flag(2))
        }
    }

    private func insert(_ result: ProcedureStepRuling.Result, _ request: ProcedureStepRequest) throws -> Int64 {
        try query(
            """
            INSERT INTO performed_step (uid, device, state, mrn, began, changed, content, attributes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run([
            .text(result.step.uid), .int(try number(of: request.device)), .code(result.step.state),
            .text(result.step.patientID), .int(request.received.microseconds), .int(request.received.microseconds),
            try StoredPerformedStep.content(result.step), .blob(result.attributes),
        ])
        return lastID
    }

    private func update(_ id: Int64, to result: ProcedureStepRuling.Result, at moment: Timestamp) throws {
        try query("UPDATE performed_step SET state = ?, changed = ?, content = ?, attributes = ? WHERE id = ?").run([
            .code(result.step.state), .int(moment.microseconds), try StoredPerformedStep.content(result.step),
            .blob(result.attributes), .int(id),
        ])
    }

    private func note(
        _ operation: StepEvent, uid: String, step: Int64?, message: MessageID?, at moment: Timestamp, status: UInt16,
        syntax: String, remarks: [String]
    ) throws -> Int64 {
        try query(
            """
            INSERT INTO performed_step_event (uid, step, operation, message, at, status, syntax, remarks, replays)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
            """
        ).run([
            .text(uid), .int(orNull: step), .code(operation), .int(orNull: message?.number),
            .int(moment.microseconds), .int(Int64(status)), .text(syntax), TextList.column(remarks),
        ])
        return lastID
    }
}
