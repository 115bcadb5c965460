import Core
import GRDB

extension Listings {
    /// Scheduled steps by their start; those that no modality sees are `parked`.
    static func worklist(
        _ database: Database, _ filter: ListingFilter, _ stations: WorklistStations?, limit: Int64
    ) throws -> [WorklistRow] {
        var conditions = Conditions()
        conditions.add("o.accession", equals: filter.accession)
        // A device of the worklist is a station.
        if let device = filter.device {
            conditions.add("t.station IN (?, '\(StepStation.several)')", .text(device))
        }
        if let state = filter.state, state != parked {
            guard let state = StepState(rawValue: state) else { return [] }
            conditions.add("t.state = \(state.code)")
        } else if filter.state == parked {
            conditions.add("t.state = \(StepState.scheduled.code)")
        }
        var rows: [WorklistRow] = []
        // Which open ones are parked is not a matter of columns, so that the limit is applied here.
        try Query(
            database,
            "\(WorklistRows.select) FROM step t JOIN orders o ON o.id = t.order_id "
                + "JOIN mrn_system s ON s.id = o.mrn_system\(conditions.sql) ORDER BY t.start_date, t.start_time, t.id"
        ).eachWhile(conditions.values) { row in
            guard rows.count < limit else { return false }
            let order = try StoredOrder(row).order
            let stored = try StoredStep(row, from: StoredOrder.columnCount)
            if let device = filter.device, !stored.step.stationAEs.contains(device) { return true }
            let isOpen = stored.step.state == .scheduled && order.state == .open
            let what = isOpen ? whyUnseen(WorklistEntry(order, stored), stations) : nil
            let state = what == nil ? stored.step.state.rawValue : parked
            if filter.state == nil || filter.state == state {
                rows.append(WorklistRow(order, stored, state: state, what: what ?? ""))
            }
            return true
        }
        return rows
    }

    /// Why no modality sees an open order, as a sentence.
    static func whyUnseen(_ entry: WorklistEntry, _ stations: WorklistStations?) -> String? {
        stations.map { $0.whyUnseen(entry) } ?? WorklistStations.whyUnseen(entry)
    }

    private static let parked = "parked"
}

extension WorklistRow {
    fileprivate init(_ order: Order, _ stored: StoredStep, state: String, what: String) {
        let step = stored.step
        self.init(
            accession: order.accession, mrn: order.patient.mrn, patient: order.patient.shownName,
            modality: step.modality, station_ae: step.stationAEs.joined(separator: ", "),
            scheduled: step.scheduled ?? "", state: state, what: what)
        step_id = step.id
        number = stored.number
        location = step.location ?? ""
    }
}
