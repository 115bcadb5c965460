import Core

extension TerminalText {
    /// What a modality would get of the worklist, and what removed the other entries.
    public func explanation(_ told: WorklistExplanation) -> String {
        var out = "\(printable(told.ae)) at \(clock.full(told.at))\n"
        switch told.source {
        case "last query": out += "With the keys of its last query, \(clock.full(told.asked))"
        case "given keys": out += "With the keys given"
        default: out += "It has not asked yet; without keys"
        }
        out += told.keys.isEmpty ? ": none that excludes anything.\n" : ":\n"
        for key in told.keys { out += "    \(printable(key))\n" }
        for remark in told.remarks { out += printable(remark) + "\n" }
        if told.source == "last query", !told.asked.isEmpty {
            out += "That query ended with \(told.status) after \(told.sent) \(told.sent == 1 ? "entry" : "entries")"
            out += told.replaced == 0 ? ".\n" : "; \(told.replaced) characters went out as ?.\n"
        }
        let removed = told.removed.sorted { $0.key < $1.key }.map { "\($0.value) by \($0.key)" }
        out += "It would get \(told.shown); removed: \(removed.isEmpty ? "none" : removed.joined(separator: ", ")).\n\n"
        var table = TextTable([
            .init(""), .init("START"), .init("ACCESSION"), .init("STEP"), .init("MRN", narrowest: 8),
            .init("PATIENT", narrowest: 10), .init("MODALITY"), .init("STATION", narrowest: 8), .init("STATE"),
        ])
        for row in told.entries {
            table.add(
                [
                    row.shown ? "+" : "-", row.scheduled, row.accession, row.step, row.mrn, row.patient, row.modality,
                    row.station_ae.isEmpty ? "any" : row.station_ae, row.state,
                ], note: row.what)
        }
        return out + (told.entries.isEmpty ? "No imaging order.\n" : table.text(width: width))
    }
}
