/// What it means that a result's identity is known already.
enum Repetition: Equatable {
    /// It is not known.
    case new
    /// It says what is known: a resend.
    case same
    /// The known one waits for an order that these results, sent again, now have.
    case rematched
    /// What is known was posted, and now the device names another patient.
    case claimedByAnother
    /// It replaces what is known.
    case correction
    /// Two finals of one run with different values: which is right is not ours to guess.
    case conflict
    /// The run was posted to another patient's order with this accession.
    case otherPatient

    /// - Parameter versions: All that is known under the identity, oldest first.
    init(of observation: Observation, in versions: [KnownResult], match: Match) {
        let standing = versions.last { $0.heldFor != .duplicateConflict } ?? versions.last
        guard let standing else {
            self = .new
            return
        }
        if let equal = versions.last(where: { Self.isSame(observation, as: $0.observation) }) {
            self = Self.again(equal, match)
        } else if Self.isCorrection(observation, of: standing.observation) {
            self = Self.isOther(standing, match) ? .otherPatient : .correction
        } else {
            self = .conflict
        }
    }

    private static func again(_ known: KnownResult, _ match: Match) -> Repetition {
        switch (known.state, match) {
        // An order that arrives releases what waits for it; that it still waits means that the device named another
        // patient then.
        case (.held, .order) where known.heldFor?.resolvesWithOrder == true: .rematched
        case (.held, _), (.rejected, _), (.control, _): .same
        case (_, .order): isOther(known, match) ? .otherPatient : .same
        case (_, .held(.patientMismatch, _)): .claimedByAnother
        case (_, .held): .same
        }
    }

    private static func isOther(_ known: KnownResult, _ match: Match) -> Bool {
        guard let patient = known.patient, case .order(let order) = match else { return false }
        return patient != order.patient.key
    }

    private static func isSameValue(_ one: Observation, _ other: Observation) -> Bool {
        one.value == other.value && one.deviceUnit == other.deviceUnit
    }

    /// A late copy of an earlier stage of the same value adds nothing.
    private static func isSame(_ observation: Observation, as stored: Observation) -> Bool {
        guard isSameValue(observation, stored) else { return false }
        switch (stored.status, observation.status) {
        case (let before, let now) where before == now: return true
        case (.final, .preliminary), (.corrected, .final), (.corrected, .preliminary): return true
        default: return false
        }
    }

    /// A preliminary result that becomes final, or one the device itself calls corrected, replaces what was sent.
    private static func isCorrection(_ observation: Observation, of stored: Observation) -> Bool {
        switch (stored.status, observation.status) {
        case (_, .corrected), (_, .cancelled), (_, .enteredInError): true
        case (.preliminary, .final), (.registered, .preliminary), (.registered, .final): true
        case (.preliminary, .preliminary): true
        default: false
        }
    }
}
