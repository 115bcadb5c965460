extension HoldReason {
    /// Why such a hold is not released as it stands, and what to do; nil when it may be.
    public var insteadOfRelease: String? {
        switch self {
        case .patientMismatch:
            "The device named another patient. Check the tube, then assign it to the right order, or reject it."
        case .ambiguousOrder:
            "Several open orders carry its accession. Cancel the wrong ones in the HMS, and it posts by itself."
        case .noOrder, .orderCancelled:
            "There is no one open order for it. It posts by itself when the order comes; or assign it to an order."
        case .specimenID:
            "The specimen id cannot be trusted. Find the tube and assign it to its order, or reject it."
        case .studyMismatch:
            "The study does not fit its order. Assign it to the right one, or reject it."
        case .unmappedTest, .unitMismatch, .verification, .unreadable, .duplicateConflict, .profileError: nil
        }
    }

    /// Whether such a hold waits for its order, so that a person may name one.
    ///
    /// The others are matched already.
    public var mayBeAssigned: Bool { insteadOfRelease != nil }

    /// How results go out that a person released: what the reason says about their meaning.
    public var releasedAs: String {
        switch self {
        case .unmappedTest: "with the device's own code"
        case .unitMismatch: "in the device's own unit, without LOINC code"
        case .verification: "as the device sent them"
        default: "by a person"
        }
    }
}
