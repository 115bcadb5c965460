import Core
import GRDB

/// What a crash had left behind.
struct RecoveryReport: Equatable {
    /// Messages without an ending.
    var openMessages = 0
    /// Deliveries that were being sent.
    var leasedDeliveries = 0
    /// Orders that were being sent to devices.
    var dispatches = 0
}

/// Puts right at opening what the last process could not finish.
///
/// All searches go over partial indexes, so that opening takes the same time however large the file is.
enum Recovery {
    /// Why an open message is incomplete.
    static let reason = "the link or the daemon ended in mid-message"

    static func run(_ session: WriteSession) throws -> RecoveryReport {
        try session.query("BEGIN IMMEDIATE").run()
        do {
            var report = RecoveryReport()
            try session.query(
                """
                UPDATE progress SET state = iif(processable > 0, ?, ?), incomplete = ?
                WHERE state < 2 AND state = \(Progress.open.code)
                """
            ).run([.code(Progress.waiting), .code(Progress.nothingProcessable), .text(reason)])
            report.openMessages = session.database.changesCount
            let leased = try session.query(
                """
                SELECT id FROM delivery INDEXED BY delivery_unfinished
                WHERE state < 10 AND state = \(StoredDelivery.leased.code)
                """
            ).all { DeliveryID($0.int(0)) }
            // The destination may have it: it is asked before anything is sent again.
            let comeBack = try session.query("UPDATE delivery SET state = ?, not_before = 0 WHERE id = ?")
            for id in leased {
                try comeBack.run([.code(StoredDelivery.ambiguous), .int(id.number)])
                try session.withdrawIfUnfit(id)
            }
            report.leasedDeliveries = leased.count
            // What waited for its moment is tried at once: the destination may be back, or the clock have been wrong.
            try session.query(
                """
                UPDATE delivery SET not_before = 0 WHERE id IN (
                    SELECT id FROM delivery INDEXED BY delivery_head WHERE head = 1 AND state < 2 AND not_before > 0)
                """
            ).run()
            report.dispatches = try session.recoverDispatches()
            try session.configureDownloads()
            try session.query("COMMIT").run()
            return report
        } catch {
            if session.database.isInsideTransaction { try session.query("ROLLBACK").run() }
            throw error
        }
    }
}
