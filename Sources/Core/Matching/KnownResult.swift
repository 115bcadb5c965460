/// A patient as results and orders name one: MRN and the system it is unique in.
public struct PatientKey: Hashable, Sendable, HoldsPatientData {
    /// The system's URI.
    public var system: String
    /// The medical record number, an opaque string.
    public var mrn: String

    /// A key.
    public init(system: String, mrn: String) {
        self.system = system
        self.mrn = mrn
    }
}

extension Patient {
    /// What tells this patient from every other.
    public var key: PatientKey { PatientKey(system: mrnSystem, mrn: mrn) }
}

/// A version of a result that the store already knows under the same identity.
public struct KnownResult: Hashable, Sendable, HoldsPatientData {
    /// What was measured then.
    public var observation: Observation
    /// Where it stands.
    public var state: ResultState
    /// The patient whose order it was matched to; nil while it was matched to none.
    public var patient: PatientKey?
    /// Whose specimen the device said it was.
    public var claim: PatientClaim?
    /// Why it is held; nil when it is not.
    public var heldFor: HoldReason?

    /// A known result.
    public init(
        observation: Observation, state: ResultState, patient: PatientKey? = nil, claim: PatientClaim? = nil,
        heldFor: HoldReason? = nil
    ) {
        self.observation = observation
        self.state = state
        self.patient = patient
        self.claim = claim
        self.heldFor = heldFor
    }
}
