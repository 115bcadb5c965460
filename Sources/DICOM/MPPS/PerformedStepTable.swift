/// The attributes of a Modality Performed Procedure Step (PS3.4 table F.7.2-1) that are looked at, as data.
///
/// What is not here is kept as it comes: it is optional (type 3) in both operations.
public enum PerformedStepTable {
    /// How much an attribute is required (PS3.5 section 7.4).
    public enum Requirement: String, Hashable, Sendable {
        /// Present with a value.
        case one = "1"
        /// Present, empty when unknown.
        case two = "2"
        /// Optional.
        case three = "3"
        /// Not to be sent.
        case notAllowed = "Not allowed"
    }

    /// One attribute.
    public struct Row: Hashable, Sendable {
        /// Its tag.
        public let tag: Tag
        let vr: VR
        /// Its name (PS3.6).
        public let name: String
        /// What N-CREATE asks for.
        public let create: Requirement
        /// What N-SET asks for.
        public let set: Requirement
        /// What the step must have when it ends; nil: as at N-CREATE.
        public let final: Requirement?

        init(
            _ group: UInt16, _ element: UInt16, _ vr: VR, _ name: String, create: Requirement,
            set: Requirement = .notAllowed, final: Requirement? = nil
        ) {
            tag = Tag(group, element)
            self.vr = vr
            self.name = name
            self.create = create
            self.set = set
            self.final = final
        }
    }

    /// The attributes of the step itself, in the order of their tags.
    public static let root: [Row] = [
        Row(0x0008, 0x0005, .cs, "Specific Character Set", create: .three, set: .three),
        Row(0x0008, 0x0060, .cs, "Modality", create: .one),
        Row(0x0008, 0x0201, .sh, "Timezone Offset From UTC", create: .three, set: .three),
        Row(0x0008, 0x1032, .sq, "Procedure Code Sequence", create: .two, set: .three),
        Row(0x0008, 0x1120, .sq, "Referenced Patient Sequence", create: .two),
        Row(0x0010, 0x0010, .pn, "Patient's Name", create: .two),
        Row(0x0010, 0x0020, .lo, "Patient ID", create: .two),
        Row(0x0010, 0x0021, .lo, "Issuer of Patient ID", create: .three),
        Row(0x0010, 0x0030, .da, "Patient's Birth Date", create: .two),
        Row(0x0010, 0x0040, .cs, "Patient's Sex", create: .two),
        Row(0x0020, 0x0010, .sh, "Study ID", create: .two),
        Row(0x0038, 0x0010, .lo, "Admission ID", create: .three),
        Row(0x0040, 0x0241, .ae, "Performed Station AE Title", create: .one),
        Row(0x0040, 0x0242, .sh, "Performed Station Name", create: .two),
        Row(0x0040, 0x0243, .sh, "Performed Location", create: .two),
        Row(0x0040, 0x0244, .da, "Performed Procedure Step Start Date", create: .one),
        Row(0x0040, 0x0245, .tm, "Performed Procedure Step Start Time", create: .one),
        Row(0x0040, 0x0250, .da, "Performed Procedure Step End Date", create: .two, set: .three, final: .one),
        Row(0x0040, 0x0251, .tm, "Performed Procedure Step End Time", create: .two, set: .three, final: .one),
        Row(0x0040, 0x0252, .cs, "Performed Procedure Step Status", create: .one, set: .three),
        Row(0x0040, 0x0253, .sh, "Performed Procedure Step ID", create: .one),
        Row(0x0040, 0x0254, .lo, "Performed Procedure Step Description", create: .two, set: .three),
        Row(0x0040, 0x0255, .lo, "Performed Procedure Type Description", create: .two, set: .three),
        Row(0x0040, 0x0260, .sq, "Performed Protocol Code Sequence", create: .two, set: .three),
        Row(0x0040, 0x0270, .sq, "Scheduled Step Attributes Sequence", create: .one),
        Row(0x0040, 0x0280, .st, "Comments on the Performed Procedure Step", create: .three, set: .three),
        Row(
            0x0040, 0x0281, .sq, "Performed Procedure Step Discontinuation Reason Code Sequence", create: .two,
            set: .three),
        Row(0x0040, 0x0340, .sq, "Performed Series Sequence", create: .two, set: .three, final: .one),
    ]

    /// The attributes of an item of Scheduled Step Attributes Sequence.
    public static let scheduledStep: [Row] = [
        Row(0x0008, 0x0050, .sh, "Accession Number", create: .two),
        Row(0x0008, 0x1110, .sq, "Referenced Study Sequence", create: .two),
        Row(0x0020, 0x000D, .ui, "Study Instance UID", create: .one),
        Row(0x0032, 0x1060, .lo, "Requested Procedure Description", create: .two),
        Row(0x0040, 0x0007, .lo, "Scheduled Procedure Step Description", create: .two),
        Row(0x0040, 0x0008, .sq, "Scheduled Protocol Code Sequence", create: .two),
        Row(0x0040, 0x0009, .sh, "Scheduled Procedure Step ID", create: .two),
        Row(0x0040, 0x1001, .sh, "Requested Procedure ID", create: .two),
    ]

    /// The attributes of an item of Performed Series Sequence; what is of type 1 is asked for when the step ends.
    public static let series: [Row] = [
        Row(0x0008, 0x0054, .ae, "Retrieve AE Title", create: .two, set: .two),
        Row(0x0008, 0x103E, .lo, "Series Description", create: .two, set: .two),
        Row(0x0008, 0x1050, .pn, "Performing Physician's Name", create: .two, set: .two),
        Row(0x0008, 0x1070, .pn, "Operators' Name", create: .two, set: .two),
        Row(0x0008, 0x1140, .sq, "Referenced Image Sequence", create: .two, set: .two),
        Row(0x0018, 0x1030, .lo, "Protocol Name", create: .one, set: .one),
        Row(0x0020, 0x000E, .ui, "Series Instance UID", create: .one, set: .one),
        Row(0x0040, 0x0220, .sq, "Referenced Non-Image Composite SOP Instance Sequence", create: .two, set: .two),
    ]

    /// The row of an attribute of the step itself.
    static func row(_ tag: Tag) -> Row? { byTag[tag] }

    static func vr(of tag: Tag) -> VR? { vrs[tag] }

    private static let byTag = Dictionary(root.map { ($0.tag, $0) }) { first, _ in first }
    /// Those of the items too, and of sequences that devices add, so that Implicit VR can be read.
    private static let vrs: [Tag: VR] = {
        var vrs = Dictionary((root + scheduledStep + series).map { ($0.tag, $0.vr) }) { first, _ in first }
        for tag in [
            Tag(0x0040, 0x0293), Tag(0x0040, 0x0320), Tag(0x0040, 0x0321), Tag(0x0040, 0x0324), Tag(0x0040, 0x030E),
            Tag(0x2130, 0x0010), Tag(0x2130, 0x0015), Tag(0x0054, 0x0220), Tag(0x0008, 0x1111), Tag(0x0008, 0x1115),
            Tag(0x0008, 0x1199), Tag(0x0040, 0x0440), Tag(0x0038, 0x0014), Tag(0x0038, 0x0064),
        ] { vrs[tag] = .sq }
        for tag in [
            Tag(0x0040, 0x0310), Tag(0x0010, 0x4000), Tag(0x0010, 0x21B0), Tag(0x0040, 0x1400),
        ] { vrs[tag] = .lt }
        return vrs
    }()
}

extension Tag {
    static let modality = Tag(0x0008, 0x0060)
    static let patientName = Tag(0x0010, 0x0010)
    static let patientID = Tag(0x0010, 0x0020)
    static let studyInstanceUID = Tag(0x0020, 0x000D)
    static let seriesInstanceUID = Tag(0x0020, 0x000E)
    static let protocolName = Tag(0x0018, 0x1030)
    static let performedStatus = Tag(0x0040, 0x0252)
    static let scheduledStepAttributes = Tag(0x0040, 0x0270)
    static let discontinuationReason = Tag(0x0040, 0x0281)
    static let performedSeries = Tag(0x0040, 0x0340)
    static let performedEndDate = Tag(0x0040, 0x0250)
    static let performedEndTime = Tag(0x0040, 0x0251)
}
