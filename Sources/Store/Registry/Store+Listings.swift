import Core
import GRDB

extension Store: Registry {
    /// Orders, newest first.
    public func orders(_ filter: ListingFilter) async throws(StoreError) -> [OrderRow] {
        let limit = rows(filter)
        return try await readers.read { try Listings.orders($0, filter, limit: limit) }
    }

    /// Imaging orders, by scheduled time.
    public func worklist(_ filter: ListingFilter) async throws(StoreError) -> [WorklistRow] {
        let limit = rows(filter)
        let stations = settings.stations
        return try await readers.read { try Listings.worklist($0, filter, stations, limit: limit) }
    }

    /// The current version of each result, newest first.
    public func results(_ filter: ListingFilter) async throws(StoreError) -> [ResultRow] {
        let limit = rows(filter)
        return try await readers.read { try Listings.results($0, filter, limit: limit) }
    }

    /// Holds, newest first; open ones unless the filter names a state.
    public func holds(_ filter: ListingFilter) async throws(StoreError) -> [HoldRow] {
        let limit = rows(filter)
        return try await readers.read { try Listings.holds($0, filter, limit: limit) }
    }

    /// Deliveries, newest first; without a state all that still need something.
    public func queue(_ filter: ListingFilter) async throws(StoreError) -> [QueueRow] {
        let limit = rows(filter)
        return try await readers.read { try Listings.queue($0, filter, limit: limit) }
    }

    private func rows(_ filter: ListingFilter) -> Int64 {
        Int64(min(max(0, filter.limit), settings.limits.listingRows))
    }
}

/// Conditions of a listing with their values.
struct Conditions {
    private var texts: [String] = []
    private(set) var values: [SQLValue] = []

    mutating func add(_ text: String, _ bound: SQLValue...) {
        texts.append(text)
        values += bound
    }

    /// `column = text`, where the listing asks for one.
    mutating func add(_ column: String, equals text: String?) {
        if let text { add("\(column) = ?", .text(text)) }
    }

    /// ` WHERE …`, empty without conditions.
    var sql: String { texts.isEmpty ? "" : " WHERE " + texts.joined(separator: " AND ") }
}

/// The listings of the registry.
///
/// Each goes over an index in the order it shows, and stops at its limit.
enum Listings {
    static func orders(_ database: Database, _ filter: ListingFilter, limit: Int64) throws -> [OrderRow] {
        var conditions = Conditions()
        conditions.add("o.accession", equals: filter.accession)
        if let state = filter.state {
            guard let state = OrderState(rawValue: state) else { return [] }
            conditions.add("o.state = \(state.code)")
        }
        return try Query(
            database,
            """
            SELECT \(StoredOrder.columns), \(devices("c.placed <> ''")),
                \(devices("c.state = \(StoredDispatch.refused.code)"))
            FROM orders o JOIN mrn_system s ON s.id = o.mrn_system\(conditions.sql) ORDER BY o.id DESC LIMIT ?
            """
        ).all(conditions.values + [.int(limit)]) { row in
            let stored = try StoredOrder(row)
            let order = stored.order
            return OrderRow(
                accession: order.accession, mrn: order.patient.mrn, patient: order.patient.shownName,
                kind: order.kind.rawValue, priority: order.priority.rawValue,
                tests: order.imaging.map { [$0.procedure.code] } ?? order.tests.map(\.code),
                state: order.state.rawValue, received: stored.received.iso8601,
                devices: names(row.text(StoredOrder.columnCount)),
                refused_by: names(row.text(StoredOrder.columnCount + 1)))
        }
    }

    /// The names of an order's devices with a condition, one a line.
    private static func devices(_ condition: String) -> String {
        """
        (SELECT group_concat(d.name, char(10)) FROM dispatch c INDEXED BY dispatch_order
            JOIN device d ON d.id = c.device WHERE c.order_id = o.id AND \(condition))
        """
    }

    private static func names(_ lines: String) -> [String] { lines.split(separator: "\n").map(String.init).sorted() }

    static func holds(_ database: Database, _ filter: ListingFilter, limit: Int64) throws -> [HoldRow] {
        guard let state = HoldState(rawValue: filter.state ?? HoldState.open.rawValue) else { return [] }
        let held = ResultState.held.code
        var conditions = Conditions()
        conditions.add("h.state = \(state.code)")
        conditions.add("h.accession", equals: filter.accession)
        conditions.add("d.name", equals: filter.device)
        return try Query(
            database,
            """
            SELECT \(StoredHold.columns), d.name,
                (SELECT count(*) FROM result x WHERE x.report = h.report AND x.hold = h.id AND x.state = \(held))
            FROM hold h
            JOIN message m ON m.id = h.message JOIN device d ON d.id = m.device\(conditions.sql)
            ORDER BY h.id DESC LIMIT ?
            """
        ).all(conditions.values + [.int(limit)]) { row in
            let hold = try StoredHold(row)
            return HoldRow(
                id: "\(hold.id)", reason: hold.reason.rawValue, accession: hold.accession, device: row.text(8),
                since: hold.opened.iso8601, what: hold.what, message: "\(hold.message)", state: hold.state.rawValue,
                results: Int(row.int(9)))
        }
    }

    /// The current version of each result; former ones are told by `explain`.
    static func results(_ database: Database, _ filter: ListingFilter, limit: Int64) throws -> [ResultRow] {
        var conditions = Conditions()
        conditions.add("x.replaced = 0")
        // A specimen that a person assigned goes by its own number too.
        if let accession = filter.accession {
            conditions.add("r.id IN (\(reportsOfAccession))", .text(accession), .text(accession))
        }
        conditions.add("d.name", equals: filter.device)
        if let state = filter.state {
            guard let state = ResultState(rawValue: state) else { return [] }
            conditions.add("x.state = \(state.code)")
            if state.code < 10 { conditions.add("x.state < 10") }
        }
        return try Query(
            database,
            """
            SELECT \(StoredResult.columns), r.performed, r.specimen, coalesce(o.mrn, r.claim, ''), d.name, r.received,
                CASE x.state WHEN \(ResultState.posted.code) THEN \(deliveryStates) END
            FROM result x JOIN report r ON r.id = x.report JOIN device d ON d.id = r.device
            LEFT JOIN orders o ON o.id = r.order_id\(conditions.sql)
            ORDER BY x.report DESC, x.position LIMIT ?
            """
        ).all(conditions.values + [.int(limit)]) { row in
            let result = try StoredResult(row, performed: row.textOrNil(StoredResult.columnCount)).result
            let seen = result.observation
            return ResultRow(
                id: result.id.text, accession: row.text(27), mrn: row.text(28), test: seen.code, name: seen.name ?? "",
                value: (seen.value.comparator?.rawValue ?? "") + seen.value.token,
                unit: seen.unit ?? seen.deviceUnit, flags: seen.flags, state: result.state.rawValue,
                device: row.text(29), received: Timestamp(microseconds: row.int(30)).iso8601,
                delivery: try ResultDelivery(states: row.textOrNil(31))?.rawValue ?? "")
        }
    }

    /// The states of a result's deliveries, one for each destination: `10`, `4,10`. A report has few (`delivery_report`).
    private static let deliveryStates = """
        (SELECT group_concat(v.state) FROM delivery v INDEXED BY delivery_report
            WHERE v.report = x.report AND v.round = x.round)
        """

    /// Reports by specimen or, where a person assigned them, by the order's accession.
    static let reportsOfAccession = """
        SELECT id FROM report WHERE specimen = ? AND results > 0 UNION
        SELECT a.id FROM report a JOIN orders b ON b.id = a.order_id WHERE b.accession = ? AND a.assigned = 1
        """
}

extension ResultDelivery {
    /// What most needs a person among the states of a result's deliveries; nil when there is none.
    fileprivate init?(states: String?) throws {
        let found = try (states ?? "").split(separator: ",").compactMap { Int64($0) }
            .map { Self(try StoredDelivery(code: $0)) }
        guard let first = Self.allCases.first(where: found.contains) else { return nil }
        self = first
    }

    private init(_ state: StoredDelivery) {
        switch state {
        case .dead: self = .refused
        case .parked: self = .setAside
        case .skipped: self = .skipped
        case .ready, .ambiguous, .leased: self = .waiting
        case .delivered: self = .delivered
        }
    }
}

extension Patient {
    /// Family and given name, as far as they are known.
    var shownName: String { [family, given].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ") }
}
