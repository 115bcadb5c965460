import Core

extension Story {
    mutating func tellOrders() throws {
        for id in scope.orders.sorted() {
            guard let stored = try StoredOrder.read(database, id) else { continue }
            let order = stored.order
            let received = stored.received
            let codes = order.imaging.map { [$0.procedure.code] } ?? order.tests.map(\.code)
            let source = stored.source.map { "\($0)" } ?? ""
            tell(
                stored.received, .order,
                "\(order.kind.rawValue) order \(order.accession) for MRN \(order.patient.mrn) arrived "
                    + "(\(codes.joined(separator: ", "))).", source)
            if order.kind == .imaging {
                for step in try StoredStep.all(database, order: id) {
                    tell(received, .step, step.sentence, source)
                    guard order.state == .open, step.step.state == .scheduled,
                        let why = Listings.whyUnseen(WorklistEntry(order, step), stations)
                    else { continue }
                    tell(received, .unseen, why, source)
                }
            }
            let changes = try Query(
                database, "SELECT at, cancelled, source FROM order_change WHERE order_id = ? ORDER BY number"
            ).all([.int(id)]) { (Timestamp(microseconds: $0.int(0)), $0.flag(1), $0.intOrNil(2).map { MessageID($0) }) }
            for (at, cancelled, message) in changes {
                tell(
                    at, cancelled ? .cancelled : .amended,
                    "Order \(order.accession) was \(cancelled ? "cancelled" : "amended") by the HMS.",
                    message.map { "\($0)" } ?? "")
            }
        }
    }

    mutating func tellMessages() throws {
        for id in scope.messages.sorted() {
            let found = try Query(
                database,
                """
                SELECT d.name, m.wire, m.received, m.bytes, p.state, p.parts, p.incomplete, p.resend_of, p.processable
                FROM message m JOIN device d ON d.id = m.device JOIN progress p ON p.message = m.id WHERE m.id = ?
                """
            ).first([.int(id)]) { row in
                (
                    device: row.text(0), wire: try row.code(1, as: StoredWire.self),
                    received: Timestamp(microseconds: row.int(2)), bytes: row.blob(3),
                    progress: try row.code(4, as: Progress.self), parts: row.int(5), incomplete: row.textOrNil(6),
                    resendOf: row.intOrNil(7).map { ReportID($0) }, processable: row.intOrNil(8)
                )
            }
            guard let found else { continue }
            let later = try Query(database, "SELECT bytes FROM message_part WHERE message = ? ORDER BY part")
                .all([.int(id)]) { $0.blob(0) }
            let bytes = found.bytes + later.flatMap { $0 }
            raw.append(found.wire == .dicom ? "A DICOM data set of \(bytes.count) bytes" : VisibleText.of(bytes))
            let name = "\(MessageID(id))"
            var what =
                "\(bytes.count) bytes from \(found.device) \(found.wire.words)."
            if let reason = found.incomplete {
                what += " Incomplete: \(reason); the first \(found.processable ?? 0) bytes of its text count."
            }
            tell(found.received, .received, what, name)
            tell(progress: found.progress, resendOf: found.resendOf, at: found.received, name)
        }
    }

    private mutating func tell(progress: Progress, resendOf: ReportID?, at: Timestamp, _ name: String) {
        switch progress {
        case .open: tell(at, .received, "It has not ended yet.", name)
        case .waiting: tell(at, .received, "It waits to be understood.", name)
        case .resend:
            let of = resendOf.map { ", stored with \($0)" } ?? ""
            tell(at, .resend, "A resend of known results\(of): nothing was written twice.", name)
        case .step: tell(at, .understood, "It tells of a performed procedure step.", name)
        case .orders: tell(at, .understood, "It carries orders.", name)
        case .nothingProcessable:
            tell(at, .understood, "It ended before anything its sender may presume saved.", name)
        case .understood:
            if !scope.reports.isEmpty || !scope.holds.isEmpty { return }
            tell(at, .understood, "It has no result to report.", name)
        case .unreadable:
            if !scope.holds.isEmpty { return }
            tell(at, .held, "The same message as one that is held already: one hold is enough.", name)
        }
    }
}

extension StoredStep {
    /// Where it stands: `Step 2 (S2): PT for PET01 at 2026-11-22T11:00:00+05:30 is scheduled.`
    fileprivate var sentence: String {
        var words = "Step \(number) (\(step.id)): \(step.modality.isEmpty ? "no modality" : step.modality)"
        if !step.stationAEs.isEmpty { words += " for \(step.stationAEs.joined(separator: ", "))" }
        if let scheduled = step.scheduled { words += " at \(scheduled)" }
        return words + " is \(step.state.rawValue)."
    }
}
