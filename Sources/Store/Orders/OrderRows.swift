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
        o.sex, o.abha, o.tests, o.specimen_type, o.collected, o.received, o.source, o.procedure_code, \
        o.procedure_text, o.procedure_scheme, o.requested_procedure_id, o.study_uid, o.requested_by, \
        o.referring_physician, o.details, o.name_prefix, o.name_suffix, o.name_ideographic, o.name_phonetic
        """
    /// How many they are: what stands behind them begins here.
    static let columnCount: Int32 = 30
    /// From here on a condition follows.
    static let select = "SELECT \(columns) FROM orders o JOIN mrn_system s ON s.id = o.mrn_system"

    /// Without the steps of an imaging order, which are rows of their own.
    init(_ row: Columns) throws {
        id = row.int(0)
        received = Timestamp(microseconds: row.int(16))
        source = row.intOrNil(17).map { MessageID($0) }
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
        order.patient.prefix = row.textOrNil(26)
        order.patient.suffix = row.textOrNil(27)
        order.patient.ideographic = row.textOrNil(28)
        order.patient.phonetic = row.textOrNil(29)
        if order.kind == .imaging, let code = row.textOrNil(18) {
            var imaging = ImagingRequest(
                procedure: OrderedTest(code: code, text: row.textOrNil(19)), steps: [], studyUID: row.textOrNil(22),
                requestedBy: row.textOrNil(23))
            imaging.procedureScheme = row.textOrNil(20)
            imaging.requestedProcedureID = row.textOrNil(21)
            imaging.referringPhysician = row.textOrNil(24)
            imaging.details = OrderDetails.details(row.textOrNil(25))
            order.imaging = imaging
        }
        self.order = order
    }

    private init(_ former: StoredOrder, steps: [ScheduledStep]) {
        (id, received, source) = (former.id, former.received, former.source)
        var order = former.order
        order.imaging?.steps = steps
        self.order = order
    }

    /// With its steps, if it is an imaging order.
    func withSteps(_ database: Database) throws -> StoredOrder {
        guard order.imaging != nil else { return self }
        return StoredOrder(self, steps: try StoredStep.all(database, order: id).map(\.step))
    }

    static func read(_ database: Database, _ id: Int64) throws -> StoredOrder? {
        try Query(database, select + " WHERE o.id = ?").first([.int(id)]) { try StoredOrder($0) }?.withSteps(database)
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
        ]) { try StoredOrder($0) }?.withSteps(database)
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
            INSERT INTO orders (accession, kind, mrn_system, mrn, received, source, \(Self.changingColumns))
            VALUES (?, ?, ?, ?, ?, ?, \(Self.changingColumns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")))
            """
        ).run(
            [
                .text(order.accession), .code(order.kind), .int(try number(ofSystem: order.patient.mrnSystem)),
                .text(order.patient.mrn), .int(received.microseconds), .int(orNull: source?.number),
            ] + changing(order))
        let id = lastID
        try write(order.imaging?.steps ?? [], order: id, received: received)
        return id
    }

    func update(_ stored: StoredOrder, to order: Order) throws {
        let (id, former) = (stored.id, stored.order)
        try query(
            """
            UPDATE orders SET (\(Self.changingColumns))
                = (\(Self.changingColumns.split(separator: ",").map { _ in "?" }.joined(separator: ", "))) WHERE id = ?
            """
        ).run(changing(order) + [.int(id)])
        try write(order.imaging?.steps ?? [], former: former.imaging?.steps ?? [], order: id, received: stored.received)
    }

    /// The columns that an amendment may change, in the order of `changing(_:)`.
    private static let changingColumns = """
        state, priority, placer, family, given, birth_date, sex, abha, tests, specimen_type, collected, \
        procedure_code, procedure_text, procedure_scheme, requested_procedure_id, study_uid, requested_by, \
        referring_physician, details, name_prefix, name_suffix, name_ideographic, name_phonetic, name_folded
        """

    private func changing(_ order: Order) -> [SQLValue] {
        let imaging = order.imaging
        let patient = order.patient
        return [
            .code(order.state), .code(order.priority), .text(orNull: order.placer), .text(orNull: patient.family),
            .text(orNull: patient.given), .text(orNull: patient.birthDate), .int(orNull: patient.sex?.code),
            .text(orNull: patient.abha), OrderedTests.column(order.tests), .text(orNull: order.specimen?.type),
            .text(orNull: order.specimen?.collected), .text(orNull: imaging?.procedure.code),
            .text(orNull: imaging?.procedure.text), .text(orNull: imaging?.procedureScheme),
            .text(orNull: imaging?.requestedProcedureID), .text(orNull: imaging?.studyUID),
            .text(orNull: imaging?.requestedBy), .text(orNull: imaging?.referringPhysician),
            OrderDetails.column(imaging?.details ?? [:]), .text(orNull: patient.prefix),
            .text(orNull: patient.suffix), .text(orNull: patient.ideographic), .text(orNull: patient.phonetic),
            order.kind == .imaging
                ? .text(WorklistNameKey.folded(WorklistPersonName(patient).text)) : .null,
        ]
    }
}
