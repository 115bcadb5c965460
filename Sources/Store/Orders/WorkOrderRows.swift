import Core
import GRDB

extension WorkOrder {
    init(_ stored: StoredOrder, isShared: Bool) {
        self.init(number: stored.id, order: stored.order, received: stored.received, isShared: isShared)
    }
}

/// Open laboratory orders for analysers.
enum WorkOrderRows {
    static func read(_ database: Database, _ filter: WorkOrderFilter, limit: Int) throws -> [WorkOrder] {
        guard limit > 0 else { return [] }
        guard let names = filter.accessions else { return try all(database, filter, limit) }
        return try named(names, database, filter, limit)
    }

    /// One look-up a name: the order of the names is kept, and no number of names is too many for one statement.
    ///
    /// An empty name is no order's. Names are compared byte for byte, as SQLite does.
    private static func named(
        _ names: [String], _ database: Database, _ filter: WorkOrderFilter, _ limit: Int
    ) throws -> [WorkOrder] {
        let values = conditions(filter).values
        let lookUp = try Query(database, sql(filter))
        var found: [WorkOrder] = []
        var seen: Set<[UInt8]> = []
        for name in names where !name.isEmpty && seen.insert(Array(name.utf8)).inserted {
            found += try lookUp.all(values + [.text(name), .int(Int64(limit - found.count))]) {
                WorkOrder(try StoredOrder($0), isShared: $0.int(sharedColumn) != 0)
            }
            if found.count >= limit { break }
        }
        return found
    }

    private static func all(_ database: Database, _ filter: WorkOrderFilter, _ limit: Int) throws -> [WorkOrder] {
        try Query(database, sql(filter)).all(conditions(filter).values + [.int(Int64(limit))]) {
            WorkOrder(try StoredOrder($0), isShared: $0.int(sharedColumn) != 0)
        }
    }

    /// Whether an order of `orders o` shares its accession with another open one. A patient has one order of a kind under
    /// an accession, so the other is another patient's. Looked at in the table: a list may be filtered and cut.
    static let isShared = """
        EXISTS (SELECT 1 FROM orders x INDEXED BY orders_identity WHERE x.accession = o.accession
            AND x.kind = \(OrderKind.laboratory.code) AND x.state = \(OrderState.open.code) AND x.id <> o.id)
        """

    /// Where it stands, behind `StoredOrder.columns`.
    private static let sharedColumn = StoredOrder.columnCount

    /// Binds the values of the conditions, then the name if any are named, then the limit.
    ///
    /// A cross join keeps the orders outside, whatever SQLite thinks of their number.
    static func sql(_ filter: WorkOrderFilter) -> String {
        let isNamed = filter.accessions != nil
        return
            "SELECT \(StoredOrder.columns), \(isShared) FROM orders o INDEXED BY \(isNamed ? "orders_identity" : "orders_open") "
            + "CROSS JOIN mrn_system s ON s.id = o.mrn_system\(conditions(filter).sql)"
            + (isNamed ? " AND o.accession = ? ORDER BY o.id LIMIT ?" : " ORDER BY o.received, o.id LIMIT ?")
    }

    private static func conditions(_ filter: WorkOrderFilter) -> Conditions {
        var conditions = Conditions()
        conditions.add("o.kind = \(OrderKind.laboratory.code)")
        conditions.add("o.state = \(OrderState.open.code)")
        if let from = filter.from { conditions.add("o.received >= ?", .int(from.microseconds)) }
        if let to = filter.to { conditions.add("o.received < ?", .int(to.microseconds)) }
        if let device = filter.withoutResultsOf {
            conditions.add("NOT EXISTS (\(matchedReports))", .text(device.text))
            conditions.add("NOT EXISTS (\(assignedReports))", .text(device.text))
        }
        return conditions
    }

    /// A matched report's specimen is the order's accession, so the index of the identities leads to it.
    private static let matchedReports = """
        SELECT 1 FROM report r INDEXED BY report_identity
        WHERE r.specimen = o.accession AND r.device = (SELECT id FROM device WHERE name = ?) AND r.results > 0
            AND r.order_id = o.id
        """

    /// One that a person assigned goes by a specimen of its own.
    private static let assignedReports = """
        SELECT 1 FROM report r INDEXED BY report_assigned
        WHERE r.order_id = o.id AND r.assigned = 1 AND r.device = (SELECT id FROM device WHERE name = ?)
            AND r.results > 0
        """
}
