import Core

extension Story {
    mutating func tellPerformed() throws {
        for id in scope.performed.sorted() {
            guard let stored = try StoredPerformedStep.read(database, id) else { continue }
            try tellEvents(stored)
            try tellMatches(stored)
            try tellDeliveries(ofPerformed: id)
        }
    }

    private mutating func tellEvents(_ stored: StoredPerformedStep) throws {
        let events = try Query(
            database,
            "SELECT operation, message, at, status, remarks, replays FROM performed_step_event WHERE uid = ? ORDER BY id"
        ).all([.text(stored.step.uid)]) { row in
            (
                event: try row.code(0, as: StepEvent.self), message: row.intOrNil(1).map { "\(MessageID($0))" } ?? "",
                at: Timestamp(microseconds: row.int(2)), status: UInt16(truncatingIfNeeded: row.int(3)),
                remarks: TextList.items(row.textOrNil(4)), replays: row.int(5)
            )
        }
        for event in events {
            let isTaken = event.status == 0 || event.status == 0x0107
            var what = "\(event.event.words) of performed step \(stored.step.uid) by \(stored.device)"
            if event.event == .givenUp {
                what = "Performed step \(stored.step.uid) of \(stored.device) was ended here."
            } else {
                let code = String(event.status, radix: 16, uppercase: true)
                let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
                what += isTaken ? " (status \(padded))." : " was refused with status \(padded)."
            }
            what += event.remarks.map { " " + $0 }.joined()
            if event.replays > 0 { what += " It came \(event.replays) times more, byte for byte." }
            tell(event.at, isTaken ? .performed : .rejected, what, event.message)
        }
        tell(
            stored.changed, .performed,
            "It is \(stored.step.state.rawValue), \(stored.step.series.count) series.", stored.step.uid)
    }

    private mutating func tellMatches(_ stored: StoredPerformedStep) throws {
        let matches = try Query(
            database,
            """
            SELECT o.accession, t.step_id, t.state FROM performed_step_scheduled r JOIN orders o ON o.id = r.order_id
            JOIN step t ON t.id = r.scheduled WHERE r.performed = ? ORDER BY r.number
            """
        ).all([.int(stored.id)]) { ($0.text(0), $0.text(1), try $0.code(2, as: StepState.self)) }
        for (accession, step, state) in matches {
            tell(
                stored.began, .matched,
                "Performed for order \(accession), step \(step), which is \(state.rawValue) now.",
                stored.step.uid)
        }
    }

    private mutating func tellDeliveries(ofPerformed id: Int64) throws {
        let rows = try Query(
            database,
            """
            SELECT v.id, t.name, v.queued FROM delivery v JOIN destination t ON t.id = v.destination
            WHERE v.performed = ? ORDER BY v.id
            """
        ).all([.int(id)]) { (id: $0.int(0), name: $0.text(1), queued: Timestamp(microseconds: $0.int(2))) }
        for row in rows where scope.deliveries?.contains(row.id) ?? true {
            let name = "\(DeliveryID(row.id))"
            tell(row.queued, .posted, "News of the performed step queued for \(row.name).", name)
            try tellAttempts(row.id, row.name, name)
            try tellActs("delivery", row.id, name)
        }
    }
}
