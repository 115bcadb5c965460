import Core

/// What we do with an attribute of the Modality Worklist model.
enum WorklistField: Hashable, Sendable {
    /// Matched and returned from the entry.
    case attribute(WorklistAttribute)
    /// Part of the model but never known here: returned empty (type 2), not matched.
    case empty
    /// A sequence of the procedure's code.
    case procedureCode
    /// Scheduled Procedure Step Sequence.
    case step
}

/// The attributes of PS3.4 table K.6-1 by tag, for the identifier itself and for the scheduled procedure step's item.
///
/// What is not here is not supported: a query that asks for it gets FF01 instead of FF00.
enum WorklistTable {
    typealias Row = (vr: VR, field: WorklistField)

    static let root: [Tag: Row] = [
        Tag(0x0008, 0x0050): (.sh, .attribute(.accession)),
        Tag(0x0008, 0x0090): (.pn, .attribute(.referringPhysician)),
        Tag(0x0008, 0x1110): (.sq, .empty),  // Referenced Study Sequence
        Tag(0x0008, 0x1120): (.sq, .empty),  // Referenced Patient Sequence
        Tag(0x0010, 0x0010): (.pn, .attribute(.patientName)),
        Tag(0x0010, 0x0020): (.lo, .attribute(.patientID)),
        Tag(0x0010, 0x0021): (.lo, .attribute(.issuerOfPatientID)),
        Tag(0x0010, 0x0030): (.da, .attribute(.birthDate)),
        Tag(0x0010, 0x0040): (.cs, .attribute(.sex)),
        Tag(0x0010, 0x1000): (.lo, .empty),  // Other Patient IDs
        Tag(0x0010, 0x1020): (.ds, .empty),  // Patient's Size
        Tag(0x0010, 0x1030): (.ds, .empty),  // Patient's Weight
        Tag(0x0010, 0x2000): (.lo, .empty),  // Medical Alerts
        Tag(0x0010, 0x2110): (.lo, .empty),  // Allergies
        Tag(0x0010, 0x21B0): (.lt, .empty),  // Additional Patient History
        Tag(0x0010, 0x21C0): (.us, .empty),  // Pregnancy Status
        Tag(0x0010, 0x4000): (.lt, .empty),  // Patient Comments
        Tag(0x0020, 0x000D): (.ui, .attribute(.studyInstanceUID)),
        Tag(0x0032, 0x1032): (.pn, .attribute(.requestingPhysician)),
        Tag(0x0032, 0x1033): (.lo, .empty),  // Requesting Service
        Tag(0x0032, 0x1060): (.lo, .attribute(.requestedProcedureDescription)),
        Tag(0x0032, 0x1064): (.sq, .procedureCode),
        Tag(0x0038, 0x0010): (.lo, .empty),  // Admission ID
        Tag(0x0038, 0x0050): (.lo, .empty),  // Special Needs
        Tag(0x0038, 0x0300): (.lo, .empty),  // Current Patient Location
        Tag(0x0038, 0x0500): (.lo, .empty),  // Patient State
        Tag(0x0040, 0x0100): (.sq, .step),
        Tag(0x0040, 0x1001): (.sh, .attribute(.requestedProcedureID)),
        Tag(0x0040, 0x1002): (.lo, .empty),  // Reason for the Requested Procedure
        Tag(0x0040, 0x1003): (.sh, .attribute(.priority)),
        Tag(0x0040, 0x1004): (.lo, .empty),  // Patient Transport Arrangements
        Tag(0x0040, 0x1010): (.pn, .empty),  // Names of Intended Recipients of Results
        Tag(0x0040, 0x1400): (.lt, .empty),  // Requested Procedure Comments
        Tag(0x0040, 0x2016): (.lo, .empty),  // Placer Order Number
        Tag(0x0040, 0x2017): (.lo, .empty),  // Filler Order Number
        Tag(0x0040, 0x3001): (.lo, .empty),  // Confidentiality Constraint
    ]

    static let step: [Tag: Row] = [
        Tag(0x0008, 0x0060): (.cs, .attribute(.modality)),
        Tag(0x0032, 0x1070): (.lo, .empty),  // Requested Contrast Agent
        Tag(0x0040, 0x0001): (.ae, .attribute(.stationAETitle)),
        Tag(0x0040, 0x0002): (.da, .attribute(.startDate)),
        Tag(0x0040, 0x0003): (.tm, .attribute(.startTime)),
        Tag(0x0040, 0x0004): (.da, .empty),  // Scheduled Procedure Step End Date
        Tag(0x0040, 0x0005): (.tm, .empty),  // Scheduled Procedure Step End Time
        Tag(0x0040, 0x0006): (.pn, .attribute(.performingPhysician)),
        Tag(0x0040, 0x0007): (.lo, .attribute(.stepDescription)),
        Tag(0x0040, 0x0008): (.sq, .procedureCode),
        Tag(0x0040, 0x0009): (.sh, .attribute(.stepID)),
        Tag(0x0040, 0x0010): (.sh, .empty),  // Scheduled Station Name
        Tag(0x0040, 0x0011): (.sh, .attribute(.location)),
        Tag(0x0040, 0x0012): (.lo, .empty),  // Pre-Medication
        Tag(0x0040, 0x0020): (.cs, .empty),  // Scheduled Procedure Step Status
        Tag(0x0040, 0x0400): (.lt, .empty),  // Comments on the Scheduled Procedure Step
    ]

    /// The step's rows in the order of their tags: what a sequence key without keys asks for.
    static let stepInOrder = step.sorted { $0.key < $1.key }.map(\.key)

    static func vr(of tag: Tag) -> VR? { root[tag]?.vr ?? step[tag]?.vr }

    /// Not keys, though devices send them: the character set, group lengths, Query/Retrieve Level and time zone.
    static func isNoKey(_ tag: Tag) -> Bool {
        tag == .specificCharacterSet || tag.element == 0 || tag == .queryRetrieveLevel || tag == Tag(0x0008, 0x0201)
    }
}
