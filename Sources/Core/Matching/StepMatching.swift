/// An imaging order with one of its steps: what a performed step may have been scheduled as.
public struct StepCandidate: Hashable, Sendable, HoldsPatientData {
    /// The order's accession.
    public var accession: String
    /// Whom it is for.
    public var mrn: String
    /// The system of the MRN.
    public var mrnSystem: String
    /// Study Instance UID of the step's requested procedure.
    public var studyUID: String
    /// Scheduled Procedure Step ID.
    public var stepID: String
    /// Whether it was withdrawn by the HMS.
    public var isCancelled: Bool

    /// A candidate.
    public init(
        accession: String, mrn: String, mrnSystem: String, studyUID: String, stepID: String, isCancelled: Bool = false
    ) {
        self.accession = accession
        self.mrn = mrn
        self.mrnSystem = mrnSystem
        self.studyUID = studyUID
        self.stepID = stepID
        self.isCancelled = isCancelled
    }
}

/// Whether a performed step was scheduled as one of our steps.
public enum StepMatch: Hashable, Sendable, HoldsPatientData {
    /// As this one of the candidates, by its place among them.
    case step(Int)
    /// As none that may be trusted; the hold says why.
    case held(HoldReason, String)
}

/// Finds what a performed step was scheduled as, never the wrong patient (architecture, rule 3).
///
/// Study, accession and step ID must all agree as far as they are said, and the patient must be the order's. Candidates
/// are the steps with the same study or the same accession. Names never decide, and an empty value matches nothing.
public func match(
    _ reference: ScheduledReference, patientID: String, issuer: String, candidates: [StepCandidate], facility: Facility
) -> StepMatch {
    let study = reference.studyUID.trimmingBlanks()
    let accession = reference.accession.trimmingBlanks()
    let stepID = reference.stepID.trimmingBlanks()
    func indexes(_ fits: (StepCandidate) -> Bool) -> [Int] { candidates.indices.filter { fits(candidates[$0]) } }
    let ofStudy = study.isEmpty ? [] : indexes { $0.studyUID == study }
    let ofAccession = accession.isEmpty ? [] : indexes { $0.accession == accession }
    guard !ofStudy.isEmpty || !ofAccession.isEmpty else { return unscheduled(accession, stepID) }

    var fitting = ofStudy
    if ofStudy.isEmpty {
        // With a study of its own the images would be filed beside the order.
        if !study.isEmpty { return .held(.studyMismatch, StepSentence.otherStudy) }
        fitting = ofAccession
    } else if !accession.isEmpty {
        fitting = ofStudy.filter { candidates[$0].accession == accession }
        if fitting.isEmpty { return .held(.studyMismatch, StepSentence.otherAccession) }
    }

    let patient = patientID.trimmingBlanks()
    if patient.isEmpty {
        // A study's UID is the order's alone; an accession may be mistyped.
        if ofStudy.isEmpty { return .held(.patientMismatch, StepSentence.noPatient) }
    } else {
        let system = facility.system(ofAuthority: issuer.trimmingBlanks().isEmpty ? nil : issuer.trimmingBlanks())
        fitting = fitting.filter { candidates[$0].mrn == patient && candidates[$0].mrnSystem == system }
        if fitting.isEmpty { return .held(.patientMismatch, StepSentence.otherPatient) }
    }

    if !stepID.isEmpty {
        fitting = fitting.filter { candidates[$0].stepID == stepID }
        if fitting.isEmpty { return .held(.studyMismatch, StepSentence.otherStep) }
    }
    let open = fitting.filter { !candidates[$0].isCancelled }
    if open.isEmpty { return .held(.orderCancelled, StepSentence.cancelled) }
    guard open.count == 1 else { return .held(.studyMismatch, StepSentence.several(open.count)) }
    return .step(open[0])
}

private func unscheduled(_ accession: String, _ stepID: String) -> StepMatch {
    accession.isEmpty && stepID.isEmpty
        ? .held(.noOrder, StepSentence.unscheduled) : .held(.noOrder, StepSentence.unknown)
}

/// What is said of steps that fit no order.
enum StepSentence {
    static let unscheduled =
        "The modality did an examination that nobody scheduled. Order it in the HMS, and enter the images there."
    static let unknown =
        "The modality did an examination for an order that never arrived here. Check the accession at the modality "
        + "and in the HMS."
    static let otherStudy =
        "The modality did the examination under another Study Instance UID than the order's: the images will not be "
        + "found under it. Correct them in the archive; it should take the UID from the worklist."
    static let otherAccession =
        "The modality named the study of one order and the accession of another. Check which patient was examined."
    static let noPatient =
        "The modality named no patient, and the accession alone does not tell. Check who was examined."
    static let otherPatient =
        "The modality named another patient than the order. Check who was examined: the order was left as it is."
    static let otherStep = "The order has no step with the ID the modality named. Check what was examined."
    static let cancelled = "The examination was done although the HMS had cancelled it. Order it again there."
    static func several(_ count: Int) -> String {
        "\(count) scheduled steps fit, and the modality named none of them by its ID. Check which was done."
    }
}

/// Where a scheduled step stands, from all performed steps that refer to it: several may where one was begun again.
///
/// Nil without any.
public func scheduledState(of performed: [PerformedState]) -> StepState? {
    if performed.isEmpty { return nil }
    if performed.contains(.inProgress) { return .started }
    return performed.contains(.completed) ? .completed : .discontinued
}
