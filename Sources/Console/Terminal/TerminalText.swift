import Core

/// Listings as a terminal shows them: pure functions from rows to text.
public struct TerminalText: Sendable {
    /// In which zone times are shown.
    public var clock: WallClock
    /// Characters a line may have.
    public var width: Int

    /// A layout.
    public init(clock: WallClock, width: Int = 100) {
        self.clock = clock
        self.width = width
    }

    /// Devices; what is wrong with a link stands under it.
    public func devices(_ rows: [DeviceRow]) -> String {
        guard !rows.isEmpty else { return "No device is configured.\n" }
        var table = TextTable([
            .init("DEVICE"), .init("STATE"), .init("ADDRESS", narrowest: 14), .init("LAST MESSAGE"),
            .init("MESSAGES", isNumber: true), .init("PROFILE", narrowest: 10),
        ])
        for row in rows {
            let last = row.last_message.isEmpty ? "none lately" : clock.short(row.last_message)
            let ago = row.remark.isEmpty ? nil : clock.ago(row.remark_since)
            table.add(
                [row.id, row.state, row.listening, last, String(row.messages), row.profile],
                note: row.remark + (ago.map { " (\($0))" } ?? ""))
        }
        return text(table)
    }

    /// Orders; which devices refused one stands under it.
    public func orders(_ rows: [OrderRow]) -> String {
        guard !rows.isEmpty else { return "No order.\n" }
        var table = TextTable([
            .init("ACCESSION"), .init("MRN"), .init("PATIENT", narrowest: 12), .init("KIND"), .init("PRIORITY"),
            .init("TESTS", narrowest: 10), .init("STATE"), .init("RECEIVED"),
        ])
        for row in rows {
            table.add(
                [
                    row.accession, row.mrn, row.patient, row.kind, row.priority, row.tests.joined(separator: " "),
                    row.state,
                    clock.short(row.received),
                ], note: refusal(row))
        }
        return text(table)
    }

    private func refusal(_ row: OrderRow) -> String {
        guard !row.refused_by.isEmpty else { return "" }
        return "Refused by \(row.refused_by.joined(separator: ", ")): see labrador explain \(row.accession)."
    }

    /// The worklist; why an entry is parked stands under it.
    public func worklist(_ rows: [WorklistRow]) -> String {
        guard !rows.isEmpty else { return "The worklist is empty.\n" }
        var table = TextTable([
            .init("SCHEDULED"), .init("MODALITY"), .init("STATION"), .init("ACCESSION"), .init("STEP"), .init("MRN"),
            .init("PATIENT", narrowest: 12), .init("STATE"),
        ])
        for row in rows {
            let cells = [
                row.scheduled.isEmpty ? "not set" : clock.short(row.scheduled), row.modality,
                row.station_ae.isEmpty ? "any" : row.station_ae, row.accession, row.step_id, row.mrn, row.patient,
                row.state,
            ]
            table.add(cells, note: row.what)
        }
        return text(table)
    }

    /// Results.
    ///
    /// Accession, test, value and unit are never cut.
    public func results(_ rows: [ResultRow]) -> String {
        guard !rows.isEmpty else { return "No result.\n" }
        var table = TextTable([
            .init("RECEIVED"), .init("ACCESSION"), .init("MRN", narrowest: 8), .init("TEST"),
            .init("VALUE", isNumber: true), .init("UNIT"), .init("FLAGS", narrowest: 5), .init("STATE"),
            .init("DEVICE", narrowest: 8),
        ])
        for row in rows {
            table.add([
                clock.short(row.received), row.accession, row.mrn, row.test, row.value.isEmpty ? "-" : row.value,
                row.unit,
                row.flags.joined(separator: " "), state(of: row), row.device,
            ])
        }
        return text(table)
    }

    /// Holds, each with its sentence.
    public func holds(_ rows: [HoldRow]) -> String {
        guard !rows.isEmpty else { return "Nothing is held.\n" }
        var table = TextTable([
            .init("HOLD"), .init("REASON"), .init("ACCESSION"), .init("DEVICE", narrowest: 8), .init("MESSAGE"),
            .init("SINCE"), .init("STATE"),
        ])
        for row in rows {
            table.add(
                [
                    row.id, row.reason, row.accession.isEmpty ? "-" : row.accession, row.device, row.message,
                    clock.short(row.since), row.state,
                ], note: row.what)
        }
        return text(table)
    }

    /// Deliveries, each with the destination's answer.
    public func queue(_ rows: [QueueRow]) -> String {
        guard !rows.isEmpty else { return "No delivery waits.\n" }
        var table = TextTable([
            .init("DELIVERY"), .init("STATE"), .init("DESTINATION", narrowest: 8), .init("ACCESSION"),
            .init("TRIES", isNumber: true), .init("SINCE"),
        ])
        for row in rows {
            table.add(
                [row.id, row.state, row.destination, row.key, String(row.attempts), clock.short(row.since)],
                note: row.answer)
        }
        return text(table)
    }

    /// A table, and under it the zone its times are in.
    private func text(_ table: TextTable) -> String { table.text(width: width) + zone }

    private var zone: String { "Times are in \(clock.zoneName).\n" }

    /// `posted, refused`: a posted result with what became of it.
    private func state(of row: ResultRow) -> String {
        row.delivery.isEmpty ? row.state : "\(row.state), \(row.delivery)"
    }

    /// A story, step by step, and then the messages.
    public func explanation(_ story: Explanation) -> String {
        var out = "\(printable(story.subject))\n\n"
        let stamps = story.steps.map { clock.short($0.at) }
        let indent = stamps.reduce(0) { max($0, $1.count) } + 2
        for (step, stamp) in zip(story.steps, stamps) {
            let text = "\(step.step) \(step.reference.isEmpty ? "" : "(\(step.reference))"): \(step.what)"
            let lines = wrapped(printable(text.replacing(" : ", with: ": ")), width: width - indent)
            for (number, line) in lines.enumerated() {
                let margin = number == 0 ? stamp : ""
                out += margin + String(repeating: " ", count: indent - margin.count) + line + "\n"
            }
        }
        out += zone
        for (number, raw) in story.raw.enumerated() {
            out += "\nAs the device sent it\(story.raw.count > 1 ? ", \(number + 1) of \(story.raw.count)" : ""):\n"
            for line in raw.split(separator: "\n", omittingEmptySubsequences: false) {
                out += "    \(printable(String(line)))\n"
            }
        }
        return out
    }
}
