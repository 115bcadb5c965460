/// A person's name in its DICOM components (PS3.5 section 6.2.1), as Unicode text.
public struct WorklistPersonName: Hashable, Sendable, HoldsPatientData {
    /// Family name; for names that know no such division, the whole name.
    public var family: String
    /// Given names, separated by spaces.
    public var given: String
    /// Middle names, separated by spaces.
    public var middle: String
    /// Prefix such as a title.
    public var prefix: String
    /// Suffix such as a degree.
    public var suffix: String
    /// The name in ideographic characters, components separated by `^`: the second component group.
    public var ideographic: String = ""
    /// The name in phonetic characters, components separated by `^`: the third component group.
    public var phonetic: String = ""

    /// A name; components that are not known stay empty.
    public init(family: String, given: String = "", middle: String = "", prefix: String = "", suffix: String = "") {
        self.family = family
        self.given = given
        self.middle = middle
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The alphabetic components joined by `^` without trailing delimiters.
    ///
    /// A delimiter inside a component (`^`, `=`, `\`) would shift the others, so a space stands for it.
    public var components: String {
        var parts = [family, given, middle, prefix, suffix].map { part in
            String(part.map { "^=\\".contains($0) ? " " : $0 })
        }
        while parts.last?.isEmpty == true { parts.removeLast() }
        return parts.joined(separator: "^")
    }

    /// All component groups, separated by `=`; those at the end that are empty are left out.
    public var text: String {
        var groups = [components, Self.group(ideographic), Self.group(phonetic)]
        while groups.count > 1, groups.last?.isEmpty == true { groups.removeLast() }
        return groups.joined(separator: "=")
    }

    private static func group(_ text: String) -> String { String(text.map { "=\\".contains($0) ? " " : $0 }) }

    /// From components separated by `^`, as orders carry the names of physicians; a text without any is the family
    /// name.
    public init(components text: String) {
        let parts = text.split(separator: "^", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
        func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
        self.init(family: part(0), given: part(1), middle: part(2), prefix: part(3), suffix: part(4))
    }
}

/// A coded procedure (PS3.3 section 8.8): all three are needed for it to be sent.
public struct WorklistCode: Hashable, Sendable, Codable {
    /// Code Value (0008,0100).
    public var value: String
    /// Coding Scheme Designator (0008,0102); local schemes begin with `99`.
    public var scheme: String
    /// Code Meaning (0008,0104).
    public var meaning: String

    /// A code of a scheme.
    public init(value: String, scheme: String, meaning: String) {
        self.value = value
        self.scheme = scheme
        self.meaning = meaning
    }
}

/// One scheduled procedure step as the Modality Worklist serves it (PS3.4 Annex K).
///
/// Texts are Unicode. Dates are `YYYYMMDD` and times `HHMMSS` in the facility's own time zone, because modalities ask
/// in local time. Empty or nil means unknown; `missingAttributes` says whether the entry can be served.
public struct WorklistEntry: Hashable, Sendable, HoldsPatientData {
    /// Accession Number (0008,0050), at most 16 characters on the wire.
    public var accession: String
    /// Patient's Name (0010,0010).
    public var patientName: WorklistPersonName
    /// Patient ID (0010,0020), the MRN.
    public var patientID: String
    /// Issuer of Patient ID (0010,0021).
    public var issuerOfPatientID: String = ""
    /// Patient's Birth Date (0010,0030), `YYYYMMDD`.
    public var birthDate: String = ""
    /// Patient's Sex (0010,0040): `M`, `F`, `O` or empty.
    public var sex: String = ""
    /// Modality (0008,0060).
    public var modality: String
    /// Scheduled Station AE Title (0040,0001); a step may be scheduled for one of several stations.
    public var stationAETitles: [String]
    /// Scheduled Procedure Step Start Date (0040,0002), `YYYYMMDD`.
    public var startDate: String
    /// Scheduled Procedure Step Start Time (0040,0003), `HHMMSS`.
    public var startTime: String
    /// Scheduled Procedure Step Location (0040,0011).
    public var location: String = ""
    /// Scheduled Performing Physician's Name (0040,0006).
    public var performingPhysician: WorklistPersonName?
    /// Scheduled Procedure Step Description (0040,0007).
    public var stepDescription: String
    /// Scheduled Procedure Step ID (0040,0009).
    public var stepID: String
    /// Requested Procedure ID (0040,1001).
    public var requestedProcedureID: String
    /// Requested Procedure Description (0032,1060).
    public var requestedProcedureDescription: String
    /// The procedure as a code: Requested Procedure Code Sequence (0032,1064).
    public var procedureCode: WorklistCode?
    /// The step's protocol as a code: Scheduled Protocol Code Sequence (0040,0008).
    public var protocolCode: WorklistCode?
    /// Requested Procedure Priority (0040,1003): `STAT`, `HIGH`, `ROUTINE`, `MEDIUM` or `LOW`.
    public var priority: String = ""
    /// Requesting Physician (0032,1032).
    public var requestingPhysician: WorklistPersonName?
    /// Referring Physician's Name (0008,0090).
    public var referringPhysician: WorklistPersonName?
    /// Study Instance UID (0020,000D), made once for the requested procedure and kept.
    public var studyInstanceUID: String
    /// Which step of its order it is, from 1.
    public var stepNumber = 1
    /// Where the step stands.
    public var state: StepState = .scheduled
    /// What else the order says (`WorklistAttribute.details`, and station name, placer order number, end).
    public var details: [WorklistAttribute: String] = [:]

    /// An entry; what is not asked for here is unknown until set.
    public init(
        accession: String, patientName: WorklistPersonName, patientID: String, modality: String,
        stationAETitles: [String], startDate: String, startTime: String, stepDescription: String, stepID: String,
        requestedProcedureID: String, requestedProcedureDescription: String, studyInstanceUID: String
    ) {
        self.accession = accession
        self.patientName = patientName
        self.patientID = patientID
        self.modality = modality
        self.stationAETitles = stationAETitles
        self.startDate = startDate
        self.startTime = startTime
        self.stepDescription = stepDescription
        self.stepID = stepID
        self.requestedProcedureID = requestedProcedureID
        self.requestedProcedureDescription = requestedProcedureDescription
        self.studyInstanceUID = studyInstanceUID
    }
}
