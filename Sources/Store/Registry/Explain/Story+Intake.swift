import Core

extension Story {
    mutating func tellOrders() throws {
        for id in scope.orders.sorted() {
            guard let stored = try StoredOrder.read(database, id) else { continue }
            let order = stored.order
            let codes = order.imaging.map { [$0.procedure.code] } ?? order.tests.map(\.code)
            let source = stored.source.map { "\($0)" } ?? ""
            tell(
                stored.received, .order,
                "\(order.kind.rawValue) order \(order.accession) for MRN \(order.patient.mrn) arrived "
                    + "(\(codes.joined(separator: ", "))).", source)
            if order.kind == .imaging, order.state == .open {
                let start = try Query(database, "SELECT start_date, start_time FROM orders WHERE id = ?")
                    .first([.int(id)]) { (date: $0.text(0), time: $0.text(1)) }
                let entry = WorklistEntry(order, date: start?.date ?? "", time: start?.time ?? "")
                if let why = Listings.whyUnseen(entry, stations) { tell(stored.received, .unseen, why, source) }
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
                    device: row.text(0), wire: try row.code(1, as: WireProtocol.self),
                    received: Timestamp(microseconds: row.int(2)), bytes: row.blob(3),
                    progress: try row.code(4, as: Progress.self), parts: row.int(5), incomplete: row.textOrNil(6),
                    resendOf: row.intOrNil(7).map { ReportID($0) }, processable: row.intOrNil(8)
                )
            }
            guard let found else { continue }
            let later = try Query(database, "SELECT bytes FROM message_part WHERE message = ? ORDER BY part")
                .all([.int(id)]) { $0.blob(0) }
            let bytes = found.bytes + later.flatMap { $0 }
            raw.append(VisibleText.of(bytes))
            let name = "\(MessageID(id))"
            var what =
                "\(bytes.count) bytes from \(found.device) \(found.wire == .blocks ? "in its own blocks" : "over \(found.wire.rawValue.uppercased())")."
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
