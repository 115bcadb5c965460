import Core

/// A registry that tells the delivery role after every decision of a person, since each may queue a delivery.
struct NudgingRegistry<Base: Registry>: Registry {
    let base: Base
    let decided: @Sendable () -> Void

    func orders(_ filter: ListingFilter) async throws(StoreError) -> [OrderRow] { try await base.orders(filter) }
    func worklist(_ filter: ListingFilter) async throws(StoreError) -> [WorklistRow] { try await base.worklist(filter) }
    func results(_ filter: ListingFilter) async throws(StoreError) -> [ResultRow] { try await base.results(filter) }
    func holds(_ filter: ListingFilter) async throws(StoreError) -> [HoldRow] { try await base.holds(filter) }
    func queue(_ filter: ListingFilter) async throws(StoreError) -> [QueueRow] { try await base.queue(filter) }
    func explain(_ subject: String) async throws(StoreError) -> Explanation? { try await base.explain(subject) }

    func release(_ hold: String) async throws(StoreError) -> RequestOutcome {
        try await nudging { () throws(StoreError) in try await base.release(hold) }
    }

    func reject(_ hold: String, reason: String) async throws(StoreError) -> RequestOutcome {
        try await nudging { () throws(StoreError) in try await base.reject(hold, reason: reason) }
    }

    func assign(_ hold: String, order accession: String) async throws(StoreError) -> RequestOutcome {
        try await nudging { () throws(StoreError) in try await base.assign(hold, order: accession) }
    }

    func retry(_ delivery: String) async throws(StoreError) -> RequestOutcome {
        try await nudging { () throws(StoreError) in try await base.retry(delivery) }
    }

    func skip(_ delivery: String, reason: String) async throws(StoreError) -> RequestOutcome {
        try await nudging { () throws(StoreError) in try await base.skip(delivery, reason: reason) }
    }

    private func nudging(
        _ decision: () async throws(StoreError) -> RequestOutcome
    ) async throws(StoreError) -> RequestOutcome {
        let outcome = try await decision()
        decided()
        return outcome
    }
}
