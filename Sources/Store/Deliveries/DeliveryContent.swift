import Core
import GRDB

/// Reads what a delivery sends: the order as it stands now, and the results queued with it.
enum DeliveryContent {
    static func read(_ database: Database, _ lease: Lease, _ destination: DestinationID) throws -> Delivery {
        let row = try Query(
            database, "SELECT state, head, destination, key, report, round, attempts FROM delivery WHERE id = ?"
        ).first([.int(lease.id.number)]) { try StoredDeliveryRow($0) }
        guard let row, let report = try StoredReport.read(database, row.report) else {
            throw UnreadableRow(what: "delivery \(lease.id)")
        }
        guard let number = report.order, let order = try StoredOrder.read(database, number) else {
            throw UnreadableRow(what: "the order of report \(report.id)")
        }
        // A result stays in the delivery it was queued with, though a rerun or a correction may have come since: they
        // follow in their own delivery, and the destination sees each version once, in order.
        let results = try StoredResult.all(database, report.id).filter { $0.round == row.round }
        return Delivery(
            id: lease.id, destination: destination, key: row.key, attempts: Int(row.attempts),
            isAmbiguous: lease.wasAmbiguous,
            report: DeliverableReport(
                id: report.id, message: report.message, device: report.device, order: order.order,
                results: results.map(\.result), received: report.received))
    }
}
