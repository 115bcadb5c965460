import Core
import GRDB

extension Listings {
    /// Imaging orders by scheduled time; those that no modality could use for want of an attribute are `parked`.
    static func worklist(_ database: Database, _ filter: ListingFilter, limit: Int64) throws -> [WorklistRow] {
        var conditions = Conditions()
        conditions.add("o.kind = \(OrderKind.imaging.code)")
        conditions.add("o.accession", equals: filter.accession)
        // A device of the worklist is a station.
        conditions.add("o.station_ae", equals: filter.device)
        switch filter.state {
        case nil: break
        case "scheduled", "parked": conditions.add("o.state = \(OrderState.open.code)")
        case "cancelled": conditions.add("o.state = \(OrderState.cancelled.code)")
        case "completed": conditions.add("o.state = \(OrderState.completed.code)")
        default: return []
        }
        var rows: [WorklistRow] = []
        // Which open ones are parked is not a matter of columns, so that the limit is applied here.
        try Query(
            database,
            "SELECT \(StoredOrder.columns), o.start_date, o.start_time FROM orders o "
                + "JOIN mrn_system s ON s.id = o.mrn_system\(conditions.sql) ORDER BY o.start_date, o.start_time, o.id"
        ).eachWhile(conditions.values) { row in
            guard rows.count < limit else { return false }
            let stored = try StoredOrder(row)
            let state = state(of: stored.order, WorklistEntry(stored.order, date: row.text(25), time: row.text(26)))
            if filter.state == nil || filter.state == state { rows.append(WorklistRow(stored.order, state: state)) }
            return true
        }
        return rows
    }

    private static func state(of order: Order, _ entry: WorklistEntry) -> String {
        switch order.state {
        case .cancelled: "cancelled"
        case .completed: "completed"
        case .open: entry.missingAttributes.isEmpty ? "scheduled" : "parked"
        }
    }
}

extension WorklistRow {
    fileprivate init(_ order: Order, state: String) {
        self.init(
            accession: order.accession, mrn: order.patient.mrn, patient: order.patient.shownName,
            modality: order.imaging?.modality ?? "", station_ae: order.imaging?.stationAE ?? "",
            scheduled: order.imaging?.scheduled ?? "", state: state)
    }
}
