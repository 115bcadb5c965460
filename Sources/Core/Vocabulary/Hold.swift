/// Why something waits for a person (or for its order).
public enum HoldReason: String, Sendable, Codable, CaseIterable {
    case noOrder = "no-order"
    case patientMismatch = "patient-mismatch"
    case orderCancelled = "order-cancelled"
    case unmappedTest = "unmapped-test"
    case unitMismatch = "unit-mismatch"
    case ambiguousOrder = "ambiguous-order"
    case verification
    case unreadable
    case duplicateConflict = "duplicate-conflict"
    case studyMismatch = "study-mismatch"
    case specimenID = "specimen-id"
    case profileError = "profile-error"

    /// Whether the arrival or change of an order can resolve it without a person.
    public var resolvesWithOrder: Bool {
        switch self {
        case .noOrder, .ambiguousOrder, .orderCancelled, .patientMismatch: true
        default: false
        }
    }
}

/// Whether a hold still needs somebody.
public enum HoldState: String, Sendable, Codable {
    /// Waits.
    case open
    /// Resolved by itself: the order arrived.
    case resolved
    /// A person let it go.
    case released
    /// A person refused it, with a reason.
    case rejected
}

/// One thing that waits, and why, in a sentence a technician can act on.
public struct Hold: Hashable, Sendable, Codable, HoldsPatientData {
    /// The reason, one of a fixed list.
    public var reason: HoldReason
    /// The accession or specimen id it concerns, as the device wrote it; empty when there is none.
    public var accession: String
    /// What is wrong and what to do, in one or two sentences, without names.
    public var what: String
    /// The results it concerns; empty when the whole message or specimen waits.
    public var results: [ResultID]

    /// A hold.
    public init(reason: HoldReason, accession: String, what: String, results: [ResultID] = []) {
        self.reason = reason
        self.accession = accession
        self.what = what
        self.results = results
    }
}
