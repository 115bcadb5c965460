import Core

/// What we do with an attribute of the Modality Worklist model.
enum WorklistField: Hashable, Sendable {
    /// Matched and returned from the entry.
    case attribute(WorklistAttribute)
    /// Matched and returned from the code in whose item it stands.
    case codePart(WorklistCodePart)
    /// A sequence.
    case sequence(WorklistSequence)
    /// Part of the model but never known here: returned empty (type 2), not matched.
    case empty
}

/// A sequence of the model.
enum WorklistSequence: Hashable, Sendable {
    /// Scheduled Procedure Step Sequence: always one item.
    case step
    /// One item with a code, or none.
    case code(WorklistCodeSequence)
    /// References to studies or patients, which are not known here: never an item.
    case references

    /// What may stand in its items.
    var rows: [Tag: WorklistTable.Row] {
        switch self {
        case .step: WorklistTable.step
        case .code: WorklistTable.code
        case .references: WorklistTable.reference
        }
    }

    /// The rows' tags in order: what a sequence key without keys asks for.
    var tags: [Tag] {
        switch self {
        case .step: WorklistTable.stepInOrder
        case .code: WorklistTable.codeInOrder
        case .references: []
        }
    }
}

/// The attributes of PS3.4 table K.6-1 by tag, for the identifier itself and for the items of its sequences.
///
/// What is not here is not supported: a query that asks for it gets FF01 instead of FF00.
enum WorklistTable {
    typealias Row = (vr: VR, field: WorklistField)

    static let root: [Tag: Row] = [
        Tag(0x0008, 0x0050): (.sh, .attribute(.accession)),
        Tag(0x0008, 0x0090): (.pn, .attribute(.referringPhysician)),
        Tag(0x0008, 0x1110): (.sq, .sequence(.references)),  // Referenced Study Sequence
        Tag(0x0008, 0x1120): (.sq, .sequence(.references)),  // Referenced Patient Sequence
        Tag(0x0010, 0x0010): (.pn, .attribute(.patientName)),
        Tag(0x0010, 0x0020): (.lo, .attribute(.patientID)),
        Tag(0x0010, 0x0021): (.lo, .attribute(.issuerOfPatientID)),
        Tag(0x0010, 0x0030): (.da, .attribute(.birthDate)),
        Tag(0x0010, 0x0040): (.cs, .attribute(.sex)),
        Tag(0x0010, 0x1000): (.lo, .attribute(.otherPatientIDs)),
        Tag(0x0010, 0x1020): (.ds, .attribute(.patientSize)),
        Tag(0x0010, 0x1030): (.ds, .attribute(.patientWeight)),
        Tag(0x0010, 0x2000): (.lo, .attribute(.medicalAlerts)),
        Tag(0x0010, 0x2110): (.lo, .attribute(.allergies)),
        Tag(0x0010, 0x21B0): (.lt, .attribute(.patientHistory)),
        Tag(0x0010, 0x21C0): (.us, .attribute(.pregnancyStatus)),
        Tag(0x0010, 0x4000): (.lt, .attribute(.patientComments)),
        Tag(0x0020, 0x000D): (.ui, .attribute(.studyInstanceUID)),
        Tag(0x0032, 0x1032): (.pn, .attribute(.requestingPhysician)),
        Tag(0x0032, 0x1033): (.lo, .attribute(.requestingService)),
        Tag(0x0032, 0x1060): (.lo, .attribute(.requestedProcedureDescription)),
        Tag(0x0032, 0x1064): (.sq, .sequence(.code(.requestedProcedure))),
        Tag(0x0038, 0x0010): (.lo, .attribute(.admissionID)),
        Tag(0x0038, 0x0050): (.lo, .attribute(.specialNeeds)),
        Tag(0x0038, 0x0300): (.lo, .attribute(.currentLocation)),
        Tag(0x0038, 0x0500): (.lo, .attribute(.patientState)),
        Tag(0x0040, 0x0100): (.sq, .sequence(.step)),
        Tag(0x0040, 0x1001): (.sh, .attribute(.requestedProcedureID)),
        Tag(0x0040, 0x1002): (.lo, .attribute(.reason)),
        Tag(0x0040, 0x1003): (.sh, .attribute(.priority)),
        Tag(0x0040, 0x1004): (.lo, .attribute(.transport)),
        Tag(0x0040, 0x1010): (.pn, .attribute(.intendedRecipients)),
        Tag(0x0040, 0x1400): (.lt, .attribute(.procedureComments)),
        Tag(0x0040, 0x2016): (.lo, .attribute(.placerOrderNumber)),
        Tag(0x0040, 0x2017): (.lo, .attribute(.fillerOrderNumber)),
        Tag(0x0040, 0x3001): (.lo, .attribute(.confidentiality)),
    ]

    static let step: [Tag: Row] = [
        Tag(0x0008, 0x0060): (.cs, .attribute(.modality)),
        Tag(0x0032, 0x1070): (.lo, .attribute(.contrastAgent)),
        Tag(0x0040, 0x0001): (.ae, .attribute(.stationAETitle)),
        Tag(0x0040, 0x0002): (.da, .attribute(.startDate)),
        Tag(0x0040, 0x0003): (.tm, .attribute(.startTime)),
        Tag(0x0040, 0x0004): (.da, .attribute(.endDate)),
        Tag(0x0040, 0x0005): (.tm, .attribute(.endTime)),
        Tag(0x0040, 0x0006): (.pn, .attribute(.performingPhysician)),
        Tag(0x0040, 0x0007): (.lo, .attribute(.stepDescription)),
        Tag(0x0040, 0x0008): (.sq, .sequence(.code(.scheduledProtocol))),
        Tag(0x0040, 0x0009): (.sh, .attribute(.stepID)),
        Tag(0x0040, 0x0010): (.sh, .attribute(.stationName)),
        Tag(0x0040, 0x0011): (.sh, .attribute(.location)),
        Tag(0x0040, 0x0012): (.lo, .attribute(.preMedication)),
        Tag(0x0040, 0x0020): (.cs, .attribute(.stepStatus)),
        Tag(0x0040, 0x0400): (.lt, .attribute(.stepComments)),
    ]

    /// PS3.3 table 8.8-1.
    static let code: [Tag: Row] = [
        .codeValue: (.sh, .codePart(.value)), .codingSchemeDesignator: (.sh, .codePart(.scheme)),
        .codingSchemeVersion: (.sh, .empty), .codeMeaning: (.lo, .codePart(.meaning)),
    ]

    /// PS3.3 table 10-11.
    static let reference: [Tag: Row] = [Tag(0x0008, 0x1150): (.ui, .empty), Tag(0x0008, 0x1155): (.ui, .empty)]

    static let stepInOrder = step.keys.sorted()
    static let codeInOrder: [Tag] = [.codeValue, .codingSchemeDesignator, .codeMeaning]

    static func vr(of tag: Tag) -> VR? { root[tag]?.vr ?? step[tag]?.vr }

    /// Not keys, though devices send them: the character set, group lengths, Query/Retrieve Level and time zone.
    static func isNoKey(_ tag: Tag) -> Bool {
        tag == .specificCharacterSet || tag.element == 0 || tag == .queryRetrieveLevel || tag == .timezoneOffset
    }

    /// Where the key of an attribute stands.
    static func tag(of key: WorklistKey) -> Tag? { tags[key] }

    private static let tags: [WorklistKey: Tag] = {
        var tags: [WorklistKey: Tag] = [:]
        for (tag, row) in Array(root) + Array(step) {
            if case .attribute(let attribute) = row.field { tags[.attribute(attribute)] = tag }
        }
        for sequence in WorklistCodeSequence.allCases {
            for (tag, row) in code {
                if case .codePart(let part) = row.field { tags[.code(sequence, part)] = tag }
            }
        }
        return tags
    }()
}

extension Tag {
    static let timezoneOffset = Tag(0x0008, 0x0201)
    static let longCodeValue = Tag(0x0008, 0x0119)
}
