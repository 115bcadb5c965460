import Core

/// What becomes of a line that is no observation of its own.
struct LineRule: Hashable, Sendable {
    enum Fate: String, Hashable, Sendable, CaseIterable { case ignored, secondary }

    var fate: Fate
    /// All must hold.
    var conditions: [Condition]
    /// A line whose code is in the profile's table of tests is a result all the same.
    var isForUnlistedOnly = false
    /// For people.
    var why: String
}

/// Tells patients' results from controls and calibrations; looked at once a specimen.
struct KindRule: Hashable, Sendable {
    var kind: ReportKind
    /// All must hold.
    var conditions: [Condition]
}

/// One place where the patient's id may stand.
struct PatientRule: Hashable, Sendable {
    var id: Extraction
    /// The assigning authority that belongs to it.
    var authority: Extraction?
}

/// Which of a device's comments become notes of a result.
struct CommentRule: Hashable, Sendable {
    var text: Extraction
    /// The component of the comment's text that names the analyte it is about.
    var analyteComponent: Int?
    /// A comment that is a code to the interpretation codes (HL7 v3 ObservationInterpretation) it gives its result.
    var flags: [String: [String]] = [:]
    /// A comment that is a code to what it says in words.
    var texts: [String: String] = [:]
}
