/// The data set of an N-CREATE or N-SET of a Modality Performed Procedure Step (PS3.4 table F.7.2-1).
public struct PerformedStepMessage: Hashable, Sendable {
    /// SOP Instance UID.
    public let uid: String
    /// Performed Procedure Step Status (0040,0252).
    public let state: State
    let dataSet: DataSet

    /// Performed Procedure Step Status (PS3.3 section C.4.14).
    public enum State: String, Hashable, Sendable {
        /// Begun.
        case inProgress = "IN PROGRESS"
        /// Given up.
        case discontinued = "DISCONTINUED"
        /// Done.
        case completed = "COMPLETED"
    }

    /// What was made in the step's only series.
    struct Series: Hashable {
        var uid: String
        /// Protocol Name (0018,1030), type 1.
        var protocolName: String
        /// The instances that the archive took.
        var instances: [Instance]

        struct Instance: Hashable {
            var sopClass: String
            var uid: String
        }
    }

    /// The begin of a step for an entry.
    ///
    /// - Parameter id: Performed Procedure Step ID, at most 16 characters.
    static func begin(
        _ item: WorklistItem, uid: String, id: String, station: String, at moment: ModalityMoment
    ) -> PerformedStepMessage {
        let elements: [DataElement] = [
            item.element(.specificCharacterSet, .cs),
            item.stepElement(Tag(0x0008, 0x0060), .cs),  // Modality
            item.element(Tag(0x0032, 0x1064), .sq, as: Tag(0x0008, 0x1032)),  // Procedure Code Sequence
            item.element(Tag(0x0008, 0x1120), .sq),  // Referenced Patient Sequence
            item.element(Tag(0x0010, 0x0010), .pn), item.element(Tag(0x0010, 0x0020), .lo),
            item.element(Tag(0x0010, 0x0030), .da), item.element(Tag(0x0010, 0x0040), .cs),
            item.element(Tag(0x0040, 0x1001), .sh, as: Tag(0x0020, 0x0010)),  // Study ID
            DataElement(Tag(0x0040, 0x0241), .ae, text: station),  // Performed Station AE Title
            item.stepElement(Tag(0x0040, 0x0010), .sh, as: Tag(0x0040, 0x0242)),  // Performed Station Name
            item.stepElement(Tag(0x0040, 0x0011), .sh, as: Tag(0x0040, 0x0243)),  // Performed Location
            DataElement(Tag(0x0040, 0x0244), .da, text: moment.date),
            DataElement(Tag(0x0040, 0x0245), .tm, text: moment.time),
            DataElement(Tag(0x0040, 0x0250), .da, text: ""), DataElement(Tag(0x0040, 0x0251), .tm, text: ""),
            DataElement(Tag(0x0040, 0x0252), .cs, text: State.inProgress.rawValue),
            DataElement(Tag(0x0040, 0x0253), .sh, text: id),
            item.stepElement(Tag(0x0040, 0x0007), .lo, as: Tag(0x0040, 0x0254)),  // Performed Step Description
            DataElement(Tag(0x0040, 0x0255), .lo, text: ""),  // Performed Procedure Type Description
            item.stepElement(Tag(0x0040, 0x0008), .sq, as: Tag(0x0040, 0x0260)),  // Performed Protocol Codes
            DataElement(Tag(0x0040, 0x0270), .sq, .items([scheduled(item)])),
            DataElement(Tag(0x0040, 0x0281), .sq, .items([])),  // Discontinuation Reason Code Sequence
            DataElement(Tag(0x0040, 0x0340), .sq, .items([])),  // Performed Series Sequence
        ]
        return PerformedStepMessage(
            uid: uid, state: .inProgress, dataSet: DataSet(elements.filled.sorted { $0.tag < $1.tag }))
    }

    /// Scheduled Step Attributes Sequence: for which entry the step is.
    private static func scheduled(_ item: WorklistItem) -> DataSet {
        DataSet(
            [
                item.element(Tag(0x0008, 0x0050), .sh), item.element(Tag(0x0008, 0x1110), .sq),
                item.element(Tag(0x0020, 0x000D), .ui), item.element(Tag(0x0032, 0x1060), .lo),
                item.stepElement(Tag(0x0040, 0x0007), .lo), item.stepElement(Tag(0x0040, 0x0008), .sq),
                item.stepElement(Tag(0x0040, 0x0009), .sh), item.element(Tag(0x0040, 0x1001), .sh),
            ].sorted { $0.tag < $1.tag })
    }

    /// The end of a step.
    ///
    /// A step that is given up says why: discontinued for unspecified reason (PS3.16 CID 9300).
    static func end(
        _ state: State, uid: String, at moment: ModalityMoment, series: Series
    ) -> PerformedStepMessage {
        var elements: [DataElement] = [
            DataElement(Tag(0x0040, 0x0250), .da, text: moment.date),
            DataElement(Tag(0x0040, 0x0251), .tm, text: moment.time),
            DataElement(Tag(0x0040, 0x0252), .cs, text: state.rawValue),
        ]
        if state == .discontinued {
            let reason = DataSet([
                DataElement(.codeValue, .sh, text: "110513"), DataElement(.codingSchemeDesignator, .sh, text: "DCM"),
                DataElement(.codeMeaning, .lo, text: "Discontinued for unspecified reason"),
            ])
            elements.append(DataElement(Tag(0x0040, 0x0281), .sq, .items([reason])))
        }
        if state == .completed || !series.instances.isEmpty {
            elements.append(DataElement(Tag(0x0040, 0x0340), .sq, .items([performed(series)])))
        }
        return PerformedStepMessage(uid: uid, state: state, dataSet: DataSet(elements))
    }

    /// An item of Performed Series Sequence.
    private static func performed(_ series: Series) -> DataSet {
        let references = series.instances.map { instance in
            DataSet([
                DataElement(Tag(0x0008, 0x1150), .ui, text: instance.sopClass),
                DataElement(Tag(0x0008, 0x1155), .ui, text: instance.uid),
            ])
        }
        return DataSet([
            DataElement(Tag(0x0008, 0x0054), .ae, text: ""),  // Retrieve AE Title
            DataElement(Tag(0x0008, 0x103E), .lo, text: ""),  // Series Description
            DataElement(Tag(0x0008, 0x1050), .pn, text: ""),  // Performing Physician's Name
            DataElement(Tag(0x0008, 0x1070), .pn, text: ""),  // Operators' Name
            DataElement(Tag(0x0008, 0x1140), .sq, .items(references)),  // Referenced Image Sequence
            DataElement(Tag(0x0018, 0x1030), .lo, text: series.protocolName),
            DataElement(Tag(0x0020, 0x000E), .ui, text: series.uid),
            DataElement(Tag(0x0040, 0x0220), .sq, .items([])),  // Referenced Non-Image Composite SOP Instances
        ])
    }
}
