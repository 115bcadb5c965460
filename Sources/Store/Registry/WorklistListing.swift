import Core
import GRDB

extension Listings {
    /// Imaging orders by scheduled time; those that no modality sees are `parked`.
    static func worklist(
        _ database: Database, _ filter: ListingFilter, _ stations: WorklistStations?, limit: Int64
    ) throws -> [WorklistRow] {
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
            let order = try StoredOrder(row).order
            let entry = WorklistEntry(order, date: row.text(25), time: row.text(26))
            let what = order.state == .open ? whyUnseen(entry, stations) : nil
            let state = state(of: order, isParked: what != nil)
            if filter.state == nil || filter.state == state {
                rows.append(WorklistRow(order, state: state, what: what ?? ""))
            }
            return true
        }
        return rows
    }

    /// Why no modality sees an open order, as a sentence.
    static func whyUnseen(_ entry: WorklistEntry, _ stations: WorklistStations?) -> String? {
        stations.map { $0.whyUnseen(entry) } ?? WorklistStations.whyUnseen(entry)
    }

    private static func state(of order: Order, isParked: Bool) -> String {
        switch order.state {
        case .cancelled: "cancelled"
        case .completed: "completed"
        case .open: isParked ? "parked" : "scheduled"
        }
    }
}

extension WorklistRow {
    fileprivate init(_ order: Order, state: String, what: String) {
        self.init(
            accession: order.accession, mrn: order.patient.mrn, patient: order.patient.shownName,
            modality: order.imaging?.modality ?? "", station_ae: order.imaging?.stationAE ?? "",
            scheduled: order.imaging?.scheduled ?? "", state: state, what: what)
    }
}
