import Core
import GRDB

/// An order with its row number.
struct StoredOrder {
    let id: Int64
    let order: Order
    let received: Timestamp
    let source: MessageID?

    /// The columns that `init(_:)` reads, of `orders o` joined with `mrn_system s`.
    static let columns = """
        o.id, o.accession, o.kind, s.uri, o.mrn, o.state, o.priority, o.placer, o.family, o.given, o.birth_date, \
        o.sex, o.abha, o.tests, o.specimen_type, o.collected, o.procedure_code, o.procedure_text, o.modality, \
        o.station_ae, o.scheduled, o.study_uid, o.requested_by, o.received, o.source
        """
    /// From here on a condition follows.
    static let select = "SELECT \(columns) FROM orders o JOIN mrn_system s ON s.id = o.mrn_system"

    init(_ row: Columns) throws {
        id = row.int(0)
        received = Timestamp(microseconds: row.int(23))
        source = row.intOrNil(24).map { MessageID($0) }
        var order = Order(
            accession: row.text(1), placer: row.textOrNil(7),
            patient: Patient(
                mrn: row.text(4), mrnSystem: row.text(3), family: row.textOrNil(8), given: row.textOrNil(9),
                birthDate: row.textOrNil(10), sex: try row.intOrNil(11).map { try Sex(code: $0) },
                abha: row.textOrNil(12)),
            kind: try row.code(2), priority: try row.code(6), state: try row.code(5),
            tests: OrderedTests.tests(row.textOrNil(13)))
        let type = row.textOrNil(14)
        let collected = row.textOrNil(15)
        if type != nil || collected != nil { order.specimen = OrderedSpecimen(type: type, collected: collected) }
        if let modality = row.textOrNil(18) {
            order.imaging = ImagingRequest(
                procedure: OrderedTest(code: row.text(16), text: row.textOrNil(17)), modality: modality,
                stationAE: row.textOrNil(19), scheduled: row.textOrNil(20), studyUID: row.textOrNil(21),
                requestedBy: row.textOrNil(22))
        }
        self.order = order
    }

    static func read(_ database: Database, _ id: Int64) throws -> StoredOrder? {
        try Query(database, select + " WHERE o.id = ?").first([.int(id)]) { try StoredOrder($0) }
    }
}

/// The tests of an order in one column: code and name in turn.
enum OrderedTests {
    static func column(_ tests: [OrderedTest]) -> SQLValue {
        TextList.column(tests.flatMap { [$0.code, $0.text ?? ""] })
    }

    static func tests(_ column: String?) -> [OrderedTest] {
        let items = TextList.items(column)
        return stride(from: 0, to: items.count - items.count % 2, by: 2).map {
            OrderedTest(code: items[$0], text: items[$0 + 1].isEmpty ? nil : items[$0 + 1])
        }
    }
}

extension WriteSession {
    /// Laboratory orders with an accession; none for an empty one, which never matches.
    func laboratoryOrders(accession: String) throws -> [StoredOrder] {
        guard !accession.isEmpty else { return [] }
        return try query(Self.laboratoryByAccession).all([.text(accession)]) { try StoredOrder($0) }
    }

    /// The stored order of the same kind, accession and patient.
    func stored(_ order: Order) throws -> StoredOrder? {
        let sql = order.kind == .laboratory ? Self.laboratoryByIdentity : Self.imagingByIdentity
        return try query(sql).first([
            .text(order.accession), .int(try number(ofSystem: order.patient.mrnSystem)), .text(order.patient.mrn),
        ]) { try StoredOrder($0) }
    }

    // A partial index speaks of `kind`: were it bound, SQLite would prepare the statement anew for each value.
    private static let laboratoryByAccession =
        StoredOrder.select + " WHERE o.accession = ? AND o.kind = \(OrderKind.laboratory.code)"
    private static let laboratoryByIdentity = byIdentity(.laboratory)
    private static let imagingByIdentity = byIdentity(.imaging)

    private static func byIdentity(_ kind: OrderKind) -> String {
        StoredOrder.select + " WHERE o.accession = ? AND o.kind = \(kind.code) AND o.mrn_system = ? AND o.mrn = ?"
    }

    /// Returns its number.
    @discardableResult
    func insert(_ order: Order, received: Timestamp, source: MessageID?) throws -> Int64 {
        try query(
            """
            INSERT INTO orders (accession, kind, mrn_system, mrn, received, source, state, priority, placer, family,
                given, birth_date, sex, abha, tests, specimen_type, collected, procedure_code, procedure_text, modality,
                station_ae, scheduled, start_date, start_time, study_uid, requested_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run(
            [
                .text(order.accession), .code(order.kind), .int(try number(ofSystem: order.patient.mrnSystem)),
                .text(order.patient.mrn), .int(received.microseconds), .int(orNull: source?.number),
            ] + changing(order))
        return lastID
    }

    func update(_ id: Int64, to order: Order) throws {
        try query(
            """
            UPDATE orders SET state = ?, priority = ?, placer = ?, family = ?, given = ?, birth_date = ?, sex = ?,
                abha = ?, tests = ?, specimen_type = ?, collected = ?, procedure_code = ?, procedure_text = ?,
                modality = ?, station_ae = ?, scheduled = ?, start_date = ?, start_time = ?, study_uid = ?,
                requested_by = ?
            WHERE id = ?
            """
        ).run(changing(order) + [.int(id)])
    }

    /// The columns that an amendment may change, in the order of both statements.
    ///
    /// Modality and station are codes that DICOM compares without their padding (PS3.5 table 6.2-1): they are looked up
    /// by index.
    private func changing(_ order: Order) -> [SQLValue] {
        let imaging = order.imaging
        let start = imaging?.scheduled.flatMap { FacilityTime(timeZone: settings.facility.timeZone).start(of: $0) }
        return [
            .code(order.state), .code(order.priority), .text(orNull: order.placer), .text(orNull: order.patient.family),
            .text(orNull: order.patient.given), .text(orNull: order.patient.birthDate),
            .int(orNull: order.patient.sex?.code), .text(orNull: order.patient.abha),
            OrderedTests.column(order.tests), .text(orNull: order.specimen?.type),
            .text(orNull: order.specimen?.collected), .text(orNull: imaging?.procedure.code),
            .text(orNull: imaging?.procedure.text), .text(orNull: imaging?.modality.trimmingBlanks()),
            .text(orNull: imaging?.stationAE?.trimmingBlanks()), .text(orNull: imaging?.scheduled),
            .text(orNull: start?.date),
            .text(orNull: start?.time), .text(orNull: imaging?.studyUID), .text(orNull: imaging?.requestedBy),
        ]
    }
}
