import Core

/// Where the performed procedure steps of modalities go.
public struct PerformedSteps: Sendable {
    let ledger: any ProcedureStepLedger
    let now: @Sendable () -> Timestamp
    let taken: @Sendable () -> Void

    /// A destination of steps.
    ///
    /// - Parameters:
    ///   - now: The wall clock.
    ///   - taken: Runs after each change of a step was stored, on the association's thread, before it is answered.
    public init(
        ledger: any ProcedureStepLedger, now: @escaping @Sendable () -> Timestamp,
        taken: @escaping @Sendable () -> Void = {}
    ) {
        self.ledger = ledger
        self.now = now
        self.taken = taken
    }
}
