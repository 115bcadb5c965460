/// Why an entry cannot be served: many modalities refuse a whole answer for one such value, and a changed identifier
/// would be another patient's.
public enum WorklistObstacle: Sendable, Hashable {
    /// An attribute of type 1 (PS3.4 table K.6-1) is empty or unusable.
    case missing(WorklistAttribute)
    /// An identifier has more characters than its VR allows (PS3.5 table 6.2-1).
    case tooLong(WorklistAttribute, characters: Int, limit: Int)
    /// An identifier holds a backslash, which would make two values of it, or a control character.
    case unfit(WorklistAttribute)

    /// For people: what is wrong, in the middle of a sentence.
    public var words: String {
        switch self {
        case .missing(let attribute): "\(attribute.plainName) is missing"
        case .tooLong(let attribute, let characters, let limit):
            "\(attribute.plainName) has \(characters) characters and DICOM allows \(limit)"
        case .unfit(let attribute): "\(attribute.plainName) holds a backslash or a control character"
        }
    }
}

extension WorklistEntry {
    /// Identifiers, which are sent whole and unchanged or not at all, and the most characters of each.
    private static let identifiers: [(WorklistAttribute, Int)] = [
        (.accession, 16), (.patientID, 64), (.stepID, 16), (.requestedProcedureID, 16), (.studyInstanceUID, 64),
    ]

    /// Everything that keeps it from being served.
    public var obstacles: [WorklistObstacle] {
        let missing = missingAttributes
        // Without a start there is no time of it either: one sentence for one thing.
        let told = missing.filter { $0 != .startTime || !missing.contains(.startDate) }
        var found = told.map { WorklistObstacle.missing($0) }
        for (attribute, limit) in Self.identifiers {
            guard let value = values(of: attribute).first else { continue }
            // Step and requested procedure often go by the accession: once is enough.
            if attribute == .stepID || attribute == .requestedProcedureID, value == accession { continue }
            let count = value.unicodeScalars.count
            if count > limit { found.append(.tooLong(attribute, characters: count, limit: limit)) }
            if value.unicodeScalars.contains(where: { $0 == "\\" || $0.value < 0x20 || $0.value == 0x7F }) {
                found.append(.unfit(attribute))
            }
        }
        return found
    }
}

extension WorklistAttribute {
    /// The name in the words of people who enter orders.
    var plainName: String {
        switch self {
        case .accession: "the accession"
        case .patientName: "the patient's name"
        case .patientID: "the MRN"
        case .modality: "the modality"
        case .stationAETitle: "the station's AE title"
        case .startDate: "the scheduled start"
        case .startTime: "the time of the scheduled start"
        case .stepDescription, .requestedProcedureDescription: "the procedure's description"
        case .studyInstanceUID: "the study instance UID"
        default: rawValue
        }
    }
}
