/// The VRs of the tags that this program reads (PS3.6 section 6); needed where a data set does not carry them.
enum TagDictionary {
    /// Nil for a tag that is not used here; its value is then kept as bytes.
    static func vr(of tag: Tag) -> VR? {
        if tag.element == 0 { return .ul }
        return command[tag] ?? general[tag] ?? PerformedStepTable.vr(of: tag) ?? WorklistTable.vr(of: tag)
    }

    private static let command: [Tag: VR] = [
        .affectedSOPClassUID: .ui, .commandField: .us, .messageID: .us, .messageIDBeingRespondedTo: .us,
        .commandDataSetType: .us, .status: .us, .offendingElement: .at, .errorComment: .lo,
        .affectedSOPInstanceUID: .ui, .requestedSOPClassUID: .ui, .requestedSOPInstanceUID: .ui, .priority: .us,
        .errorID: .us, .eventTypeID: .us, .attributeIdentifierList: .at, .actionTypeID: .us,
    ]

    /// Attributes of the model that stand inside code and reference sequences or steer the query.
    private static let general: [Tag: VR] = [
        .specificCharacterSet: .cs, .queryRetrieveLevel: .cs, .codeValue: .sh, .codingSchemeDesignator: .sh,
        .codingSchemeVersion: .sh, .codeMeaning: .lo, Tag(0x0008, 0x1150): .ui, Tag(0x0008, 0x1155): .ui,
        // Sequences that devices add to worklist keys.
        Tag(0x0040, 0x0440): .sq, Tag(0x0040, 0x0441): .sq, Tag(0x0040, 0xA043): .sq, Tag(0x0010, 0x1002): .sq,
        Tag(0x0040, 0x100A): .sq, Tag(0x0008, 0x1032): .sq, Tag(0x0010, 0x0024): .sq, Tag(0x0008, 0x0051): .sq,
        Tag(0x0040, 0x0260): .sq, Tag(0x0032, 0x1031): .sq, Tag(0x0038, 0x0502): .sq, Tag(0x0010, 0x0101): .sq,
        Tag(0x0010, 0x0102): .sq, Tag(0x0040, 0x0026): .sq, Tag(0x0040, 0x0027): .sq, Tag(0x0008, 0x0096): .sq,
    ]
}

extension Tag {
    static let affectedSOPClassUID = Tag(0x0000, 0x0002)
    static let requestedSOPClassUID = Tag(0x0000, 0x0003)
    static let commandField = Tag(0x0000, 0x0100)
    static let messageID = Tag(0x0000, 0x0110)
    static let messageIDBeingRespondedTo = Tag(0x0000, 0x0120)
    static let priority = Tag(0x0000, 0x0700)
    static let commandDataSetType = Tag(0x0000, 0x0800)
    static let status = Tag(0x0000, 0x0900)
    static let offendingElement = Tag(0x0000, 0x0901)
    static let errorComment = Tag(0x0000, 0x0902)
    static let errorID = Tag(0x0000, 0x0903)
    static let affectedSOPInstanceUID = Tag(0x0000, 0x1000)
    static let requestedSOPInstanceUID = Tag(0x0000, 0x1001)
    static let eventTypeID = Tag(0x0000, 0x1002)
    static let attributeIdentifierList = Tag(0x0000, 0x1005)
    static let actionTypeID = Tag(0x0000, 0x1008)
    static let specificCharacterSet = Tag(0x0008, 0x0005)
    static let queryRetrieveLevel = Tag(0x0008, 0x0052)
    static let codeValue = Tag(0x0008, 0x0100)
    static let codingSchemeDesignator = Tag(0x0008, 0x0102)
    static let codingSchemeVersion = Tag(0x0008, 0x0103)
    static let codeMeaning = Tag(0x0008, 0x0104)
    static let scheduledProcedureStepSequence = Tag(0x0040, 0x0100)
}
