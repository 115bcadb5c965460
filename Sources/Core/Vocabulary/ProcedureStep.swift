/// Where a performed procedure step stands (Performed Procedure Step Status, PS3.3 section C.4.14).
public enum PerformedState: String, Sendable, Codable, CaseIterable {
    /// Begun.
    case inProgress = "IN PROGRESS"
    /// Given up.
    case discontinued = "DISCONTINUED"
    /// Done.
    case completed = "COMPLETED"

    /// Whether nothing follows it (PS3.4 table F.7.2-2).
    public var isFinal: Bool { self != .inProgress }
}

/// What a performed step says it was scheduled as: one item of Scheduled Step Attributes Sequence (0040,0270).
///
/// Each is empty where the modality did not say.
public struct ScheduledReference: Hashable, Sendable, Codable, HoldsPatientData {
    /// Study Instance UID (0020,000D).
    public var studyUID: String
    /// Accession Number (0008,0050).
    public var accession: String
    /// Scheduled Procedure Step ID (0040,0009).
    public var stepID: String
    /// Requested Procedure ID (0040,1001).
    public var requestedProcedureID: String

    /// A reference.
    public init(studyUID: String = "", accession: String = "", stepID: String = "", requestedProcedureID: String = "") {
        self.studyUID = studyUID
        self.accession = accession
        self.stepID = stepID
        self.requestedProcedureID = requestedProcedureID
    }
}

/// A series made in a step: one item of Performed Series Sequence (0040,0340).
public struct PerformedSeries: Hashable, Sendable, Codable, HoldsPatientData {
    /// Series Instance UID (0020,000E).
    public var uid: String
    /// Protocol Name (0018,1030).
    public var protocolName: String
    /// Series Description (0008,103E).
    public var description: String
    /// Number of instances it refers to, images and others.
    public var instances: Int

    /// A series.
    public init(uid: String, protocolName: String = "", description: String = "", instances: Int = 0) {
        self.uid = uid
        self.protocolName = protocolName
        self.description = description
        self.instances = instances
    }
}

/// What a modality did, as it reported it (Modality Performed Procedure Step, PS3.4 section F.7).
///
/// Texts are Unicode; each is empty where nothing was said. Dates are `YYYYMMDD`, times `HHMMSS` with what fraction the
/// modality wrote, in the modality's local time.
public struct ProcedureStep: Hashable, Sendable, Codable, HoldsPatientData {
    /// SOP Instance UID.
    public var uid: String
    /// Where it stands.
    public var state: PerformedState
    /// Patient ID (0010,0020).
    public var patientID = ""
    /// Issuer of Patient ID (0010,0021).
    public var issuerOfPatientID = ""
    /// Patient's Name (0010,0010), as DICOM writes it.
    public var patientName = ""
    /// What it was scheduled as; several in the group case, none when nobody scheduled it.
    public var scheduled: [ScheduledReference] = []
    /// Modality (0008,0060).
    public var modality = ""
    /// Performed Station AE Title (0040,0241).
    public var stationAE = ""
    /// Performed Station Name (0040,0242).
    public var stationName = ""
    /// Performed Location (0040,0243).
    public var location = ""
    /// Performed Procedure Step ID (0040,0253).
    public var stepID = ""
    /// Performed Procedure Step Description (0040,0254).
    public var description = ""
    /// Performed Procedure Step Start Date (0040,0244).
    public var startDate = ""
    /// Performed Procedure Step Start Time (0040,0245).
    public var startTime = ""
    /// Performed Procedure Step End Date (0040,0250).
    public var endDate = ""
    /// Performed Procedure Step End Time (0040,0251).
    public var endTime = ""
    /// Offset of the times from UTC (0008,0201), `+0530`; empty: the facility's own.
    public var offset = ""
    /// Procedure Code Sequence (0008,1032), its first item.
    public var procedure: WorklistCode?
    /// Performed Procedure Step Discontinuation Reason Code Sequence (0040,0281), its first item.
    public var discontinuationReason: WorklistCode?
    /// The series.
    public var series: [PerformedSeries] = []
    /// Whether it was ended here, because its modality said nothing for too long (PS3.4 section F.7.2.2.3, note 2).
    public var wasGivenUp = false

    /// A step of which no more is known yet.
    public init(uid: String, state: PerformedState) {
        self.uid = uid
        self.state = state
    }
}
