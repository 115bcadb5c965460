import Core

/// Carries a person's decision to the store; JSON API and pages share it.
struct Decisions {
    let registry: any Registry

    static func keys(_ action: HoldAction) -> [String] {
        switch action {
        case .release: []
        case .reject: ["reason"]
        case .assign: ["order"]
        }
    }

    static func keys(_ action: DeliveryAction) -> [String] {
        switch action {
        case .retry: []
        case .skip: ["reason"]
        }
    }

    func decide(hold id: String, _ action: HoldAction, _ fields: RequestFields) async throws -> RequestOutcome {
        switch action {
        case .release: return try await registry.release(id)
        case .reject:
            let reason = try fields.required("reason", "Say why the results are refused; it is kept with them.")
            return try await registry.reject(id, reason: reason)
        case .assign:
            let order = try fields.required("order", "Name the accession of the order the results belong to.")
            return try await registry.assign(id, order: order)
        }
    }

    func decide(delivery id: String, _ action: DeliveryAction, _ fields: RequestFields) async throws -> RequestOutcome {
        switch action {
        case .retry: return try await registry.retry(id)
        case .skip:
            let reason = try fields.required("reason", "Say why it is not to be sent; it is kept with it.")
            return try await registry.skip(id, reason: reason)
        }
    }
}
