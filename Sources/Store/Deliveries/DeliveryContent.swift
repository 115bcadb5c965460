import Core
import GRDB

/// Reads what a delivery sends: the order as it stands now, and the results queued with it.
enum DeliveryContent {
    static func read(
        _ database: Database, _ lease: Lease, _ destination: DestinationID, _ facility: Facility
    ) throws -> Delivery {
        guard let row = try StoredDeliveryRow.read(database, lease.id) else {
            throw UnreadableRow(what: "delivery \(lease.id)")
        }
        guard case .report(let id, let round) = row.subject else {
            return try StepDelivery.read(database, row, lease, destination, facility)
        }
        guard let report = try StoredReport.read(database, id) else {
            throw UnreadableRow(what: "delivery \(lease.id)")
        }
        guard let number = report.order, let order = try StoredOrder.read(database, number) else {
            throw UnreadableRow(what: "the order of report \(report.id)")
        }
        // A result stays in the delivery it was queued with, though a rerun or a correction may have come since: they
        // follow in their own delivery, and the destination sees each version once, in order.
        let results = try StoredResult.all(database, report.id).filter { $0.round == round }
        return Delivery(
            id: lease.id, destination: destination, key: row.key, attempts: Int(row.attempts),
            isAmbiguous: lease.wasAmbiguous,
            content: .report(
                DeliverableReport(
                    id: report.id, message: report.message, device: report.device, order: order.order,
                    results: results.map(\.result), received: report.received,
                    earlier: report.grows ? try earlier(database, than: lease.id, report, number) : nil)))
    }

    /// Most messages whose results one growing report lists: hundreds of tests of one tube.
    static let mostEarlier = 500

    /// What went out before, or was to, of the same specimen, device and order; what a person skipped did not.
    ///
    /// Deliveries of one key go out in their order, so that a destination has all of it. A result that a later one has
    /// replaced or a rerun superseded is listed no more.
    private static func earlier(
        _ database: Database, than delivery: DeliveryID, _ report: StoredReport, _ order: Int64
    ) throws -> [EarlierResults] {
        let parts = try Query(
            database,
            """
            SELECT v.report, v.round, r.received FROM report r
            JOIN delivery v INDEXED BY delivery_report ON v.report = r.id
            WHERE r.specimen = ? AND r.device = ? AND r.results > 0 AND r.order_id = ? AND r.grows = 1 AND v.id < ?
                AND v.destination = (SELECT destination FROM delivery WHERE id = ?)
                AND v.state <> \(StoredDelivery.skipped.code)
            ORDER BY v.id DESC LIMIT ?
            """
        ).all([
            .text(report.specimen), .int(report.deviceNumber), .int(order), .int(delivery.number),
            .int(delivery.number),
            .int(Int64(mostEarlier)),
        ]) { (report: ReportID($0.int(0)), round: $0.int(1), received: Timestamp(microseconds: $0.int(2))) }
        return try parts.reversed().map { part in
            let standing = try StoredResult.all(database, part.report)
                .filter { $0.round == part.round && $0.result.state == .posted && !$0.isReplaced }
            return EarlierResults(received: part.received, results: standing.map(\.result))
        }
    }
}
