import Core

/// What becomes of results that a profile held back, once the profile says more.
extension WriteSession {
    /// Takes over what the profile makes of these messages now.
    func understandAnew(_ messages: [InterpretedMessage]) throws -> RecordSummary {
        var summary = RecordSummary()
        for message in messages {
            guard case .reports(let meanings) = message.interpretation else { continue }
            if let read = try readAtLast(message, meanings) {
                summary.add(read)
                continue
            }
            let reports = try query("SELECT id FROM report WHERE message = ? AND results > 0 ORDER BY id")
                .all([.int(message.message.id.number)]) { ReportID($0.int(0)) }
            for id in reports {
                guard let report = try StoredReport.read(database, id) else { continue }
                summary.posted += try understandAnew(report, meanings)
            }
        }
        return summary
    }

    /// Records a message that nothing could be read of before, as if it came now; nil when it is not such a one.
    ///
    /// Its results keep the run times the device gave them, so that one from a later run is not superseded.
    private func readAtLast(_ message: InterpretedMessage, _ meanings: [SpecimenReport]) throws -> RecordSummary? {
        let id = message.message.id
        let isUnread =
            try query("SELECT state FROM progress WHERE message = ?").first([.int(id.number)]) {
                try $0.code(0, as: Progress.self)
            } == .unreadable
        guard isUnread else { return nil }
        guard !meanings.isEmpty else { return RecordSummary() }
        let holds = try query("SELECT id FROM hold WHERE message = ? AND report IS NULL AND state = 0")
            .all([.int(id.number)]) { HoldID($0.int(0)) }
        try query("UPDATE progress SET state = ? WHERE message = ?").run([.code(Progress.waiting), .int(id.number)])
        let summary = try record([message])
        for hold in holds {
            try set(hold, .resolved)
            try log(.resolved, hold: hold, note: "The profile was changed, and reads the message now.")
        }
        return summary
    }

    /// Returns how many results were posted or stored.
    private func understandAnew(_ report: StoredReport, _ meanings: [SpecimenReport]) throws -> Int {
        let lines = Dictionary(
            meanings.filter { $0.specimen == report.specimen && $0.kind == report.kind }
                .flatMap { meaning in meaning.observations.map { ($0.at, [(now: $0, of: meaning)]) } },
            uniquingKeysWith: +)
        var posted = 0
        for row in try StoredResult.all(database, report.id) where row.isHeldByProfile {
            let before = row.result.observation
            guard let (meaning, whole) = Self.only(lines[before.at] ?? [], as: before) else { continue }
            let what = meaning.held.flatMap { held in
                whole.problems.first { $0.held == held && $0.isAbout(meaning.at) }?.what
            }
            guard meaning != before || what != row.heldWhat else { continue }
            try rewrite(row, meaning, what)
            guard let id = row.hold, let hold = try StoredHold.read(database, id), hold.state == .open,
                hold.reason == .unmappedTest || hold.reason == .unitMismatch
            else { continue }
            posted += try decideAgain(hold, report, meaning, what)
        }
        return posted
    }

    /// What a result means now. Of several messages sent together the same line of each has the same place: then the text
    /// it had tells them apart, and where that does not either, the result stays as it is.
    private static func only(
        _ lines: [(now: Observation, of: SpecimenReport)], as before: Observation
    ) -> (now: Observation, of: SpecimenReport)? {
        let same = lines.filter { $0.now.isSameMeasurement(as: before) }
        let alike = same.count > 1 ? same.filter { $0.now.isWritten(as: before) } : same
        guard let first = alike.first, alike.allSatisfy({ $0.now == first.now }) else { return nil }
        return first
    }

    private func rewrite(_ row: StoredResult, _ seen: Observation, _ what: String?) throws {
        try query(
            """
            UPDATE result SET name = ?, loinc = ?, local = ?, kind = ?, comparator = ?, value = ?, unit = ?,
                device_unit = ?, flags = ?, device_flags = ?, status = ?, range = ?, notes = ?, held = ?, held_what = ?
            WHERE report = ? AND position = ?
            """
        ).run([
            .text(orNull: seen.name), .text(orNull: seen.loinc), .text(orNull: seen.local), .code(seen.value.kind),
            .int(orNull: seen.value.comparator?.code), .text(seen.value.token), .text(orNull: seen.unit),
            .text(seen.deviceUnit), TextList.column(seen.flags), TextList.column(seen.deviceFlags), .code(seen.status),
            .text(orNull: seen.range), TextList.column(seen.notes), .int(orNull: seen.held?.code), .text(orNull: what),
            .int(row.report.number), .int(row.position),
        ])
    }

    /// A hold of one result for what the profile said of it: it is done with, or says what keeps the result back now.
    private func decideAgain(
        _ hold: StoredHold, _ report: StoredReport, _ seen: Observation, _ what: String?
    ) throws -> Int {
        if let reason = seen.held {
            try say(reason, "\(seen.at): \(what ?? "\(seen.code) needs a person's decision.")", hold)
            return 0
        }
        if report.isAssigned {
            guard let number = report.order, let order = try StoredOrder.read(database, number),
                order.order.state == .open
            else { return 0 }
            return try place(hold, report, in: order, seen)
        }
        let candidates = try laboratoryOrders(accession: report.specimen)
        switch matchNow(report, among: candidates) {
        case .held(let reason, let why):
            try say(reason, why, hold)
            return 0
        case .order(let found):
            guard let order = candidates.first(where: { $0.order == found }) else { return 0 }
            return try place(hold, report, in: order, seen)
        }
    }

    private func place(
        _ hold: StoredHold, _ report: StoredReport, in order: StoredOrder, _ seen: Observation
    ) throws -> Int {
        // Results of one report never go to two orders.
        if let placed = report.order, placed != order.id { return 0 }
        let count = try place(
            heldBy: hold, report, in: order, match: .order(order.order), assigned: report.isAssigned)
        try set(hold.id, .resolved)
        try log(.resolved, hold: hold.id, note: "The profile was changed and knows \(seen.code) now.")
        return count
    }

    private func say(_ reason: HoldReason, _ what: String, _ hold: StoredHold) throws {
        guard reason != hold.reason || what != hold.what else { return }
        try query("UPDATE hold SET reason = ?, what = ? WHERE id = ?")
            .run([.code(reason), .text(what), .int(hold.id.number)])
        if reason != hold.reason {
            try log(
                .reasonChanged, hold: hold.id,
                note: "\(hold.reason.rawValue) became \(reason.rawValue): the profile was changed.")
        }
    }
}

extension StoredResult {
    /// Whether it waits because the profile knew its test or its unit not.
    fileprivate var isHeldByProfile: Bool {
        guard result.state == .held, !isReplaced else { return false }
        return result.observation.held == .unmappedTest || result.observation.held == .unitMismatch
    }
}

extension Observation {
    /// Whether it has the identity it had: another code or run would be another result.
    fileprivate func isSameMeasurement(as other: Observation) -> Bool {
        at == other.at && code == other.code && performed == other.performed && occurrence == other.occurrence
    }

    /// Whether it has the value and the unit it had.
    fileprivate func isWritten(as other: Observation) -> Bool {
        value == other.value && deviceUnit == other.deviceUnit && deviceFlags == other.deviceFlags
    }
}
