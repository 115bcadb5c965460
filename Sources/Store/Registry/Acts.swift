import Core
import GRDB

extension Store {
    /// Posts what a hold keeps back with the order it matched; refused where the patient is in doubt.
    public func release(_ hold: String) async throws(StoreError) -> RequestOutcome {
        try await act(hold, HoldReference.parse(hold)) { try $0.release($1) }
    }

    /// Refuses what a hold keeps back; the reason is kept.
    public func reject(_ hold: String, reason: String) async throws(StoreError) -> RequestOutcome {
        let why = reason.trimmingBlanks()
        guard !why.isEmpty else { return .refused("Say why it is rejected: the reason is kept.") }
        return try await act(hold, HoldReference.parse(hold)) { try $0.reject($1, reason: why) }
    }

    /// Gives what a hold keeps back to the one open laboratory order with this accession.
    public func assign(_ hold: String, order accession: String) async throws(StoreError) -> RequestOutcome {
        try await act(hold, HoldReference.parse(hold)) { try $0.assign($1, accession: accession) }
    }

    /// Puts a dead, parked or ambiguous delivery back in the queue.
    public func retry(_ delivery: String) async throws(StoreError) -> RequestOutcome {
        try await act(delivery, DeliveryReference.parse(delivery)) { try $0.retry($1) }
    }

    /// Gives a delivery up, so that later ones of its key may go; the reason is kept.
    public func skip(_ delivery: String, reason: String) async throws(StoreError) -> RequestOutcome {
        let why = reason.trimmingBlanks()
        guard !why.isEmpty else { return .refused("Say why it is skipped: the reason is kept.") }
        return try await act(delivery, DeliveryReference.parse(delivery)) { try $0.skip($1, reason: why) }
    }

    /// Carries out a request in one transaction; what it refuses has written nothing.
    private func act<Reference: Sendable>(
        _ text: String, _ reference: Reference?,
        _ work: @escaping @Sendable (WriteSession, Reference) throws -> RequestOutcome
    ) async throws(StoreError) -> RequestOutcome {
        guard let reference else { return .refused("There is no \(text).") }
        return try await write { try work($0, reference) }
    }
}

/// `H123` as typed.
enum HoldReference {
    static func parse(_ text: String) -> HoldID? { number(text, after: "H").map { HoldID($0) } }
}

/// `D123` as typed.
enum DeliveryReference {
    static func parse(_ text: String) -> DeliveryID? { number(text, after: "D").map { DeliveryID($0) } }
}

/// The number after a letter, in either case; nil for anything else.
func number(_ text: String, after letter: String) -> Int64? {
    let text = text.trimmingBlanks().uppercased()
    guard text.hasPrefix(letter), !text.dropFirst().isEmpty,
        text.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(text.dropFirst())
}
