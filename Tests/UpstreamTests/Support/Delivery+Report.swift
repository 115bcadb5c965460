import Core

extension Delivery {
    /// The report of a delivery that is known to hold one.
    var report: DeliverableReport {
        guard case .report(let report) = content else { preconditionFailure("a delivery of something else") }
        return report
    }
}
