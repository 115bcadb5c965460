/// What a message, or one specimen's part of it, is about.
public enum ReportKind: String, Sendable, Codable {
    case result, query, qc, calibration, order, other

    /// Whether its results may be matched to a patient.
    public var concernsPatient: Bool { self == .result }
}

/// A place in a message that the profile could not turn into an observation.
public struct Problem: Hashable, Sendable, Codable, HoldsPatientData {
    /// Record or segment, its number and the field: `R|7|3`.
    public var at: String
    /// What is wrong, in a sentence.
    public var what: String
    /// The hold it leads to, nil for a mere remark.
    public var held: HoldReason?

    /// Whether it stands on this line: `R|7|3` is about the line `R|7`.
    public func isAbout(_ line: String) -> Bool { at == line || at.hasPrefix(line + "|") }

    /// A problem at a place.
    public init(at: String, what: String, held: HoldReason? = nil) {
        self.at = at
        self.what = what
        self.held = held
    }
}

/// A line that is not an observation of its own: attached to one (`secondary`) or set aside (`ignored`).
public struct AsideLine: Hashable, Sendable, Codable {
    /// Record or segment and its number.
    public var at: String
    /// Why it is no observation.
    public var why: String

    /// A line with its reason.
    public init(at: String, why: String) {
        self.at = at
        self.why = why
    }
}

/// One specimen's part of one message, as a profile understood it.
public struct SpecimenReport: Hashable, Sendable, HoldsPatientData {
    /// What it is about.
    public var kind: ReportKind
    /// The specimen id after the profile's normalisation; empty when the device sent none.
    public var specimen: String
    /// Why the specimen id may not be matched (empty, not of the declared pattern), nil when it may.
    public var specimenProblem: String?
    /// Whose specimen the device says it is.
    public var patient: PatientClaim?
    /// Whether it becomes a part of one report of its specimen that grows with every message, as the profile says for
    /// devices that send a message a test; otherwise it is a report of its own.
    public var growsWithSpecimen = false
    /// The measured analytes, in the message's order.
    public var observations: [Observation]
    /// What could not be understood.
    public var problems: [Problem]
    /// Lines attached to an observation.
    public var secondary: [AsideLine]
    /// Lines set aside on purpose.
    public var ignored: [AsideLine]

    /// A report; empty lists unless given.
    public init(
        kind: ReportKind, specimen: String, specimenProblem: String? = nil, patient: PatientClaim? = nil,
        observations: [Observation] = [], problems: [Problem] = [], secondary: [AsideLine] = [],
        ignored: [AsideLine] = []
    ) {
        self.kind = kind
        self.specimen = specimen
        self.specimenProblem = specimenProblem
        self.patient = patient
        self.observations = observations
        self.problems = problems
        self.secondary = secondary
        self.ignored = ignored
    }
}

/// What a whole message means: its specimens, or why it cannot be read.
public enum Interpretation: Hashable, Sendable, HoldsPatientData {
    /// The specimens in the message's order; empty for a message with nothing to report.
    case reports([SpecimenReport])
    /// No parser understands it; the text says what was seen and where.
    case unreadable(String)
}
