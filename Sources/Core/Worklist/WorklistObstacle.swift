/// Why an entry cannot be served: many modalities refuse a whole answer for one such value, and a changed identifier
/// would be another patient's.
public enum WorklistObstacle: Sendable, Hashable {
    /// An attribute of type 1 (PS3.4 table K.6-1) is empty or unusable.
    case missing(WorklistAttribute)
    /// An identifier has more characters than its VR allows (PS3.5 table 6.2-1).
    case tooLong(WorklistAttribute, characters: Int, limit: Int)
    /// An identifier or code holds a character that its VR does not allow: a backslash, which would make two values of
    /// it, a control character, or one that is not ASCII where only that goes.
    case unfit(WorklistAttribute)

    /// For people: what is wrong, in the middle of a sentence.
    public var words: String {
        switch self {
        case .missing(let attribute): "\(attribute.plainName) is missing"
        case .tooLong(let attribute, let characters, let limit):
            "\(attribute.plainName) has \(characters) characters and DICOM allows \(limit)"
        case .unfit(let attribute): "\(attribute.plainName) holds a character that DICOM does not allow there"
        }
    }
}

extension WorklistEntry {
    /// Identifiers, which are sent whole and unchanged or not at all, and the most characters of each.
    private static let identifiers: [(WorklistAttribute, Int)] = [
        (.accession, 16), (.patientID, 64), (.stepID, 16), (.requestedProcedureID, 16), (.studyInstanceUID, 64),
        (.modality, 16), (.stationAETitle, 16),
    ]

    /// Everything that keeps it from being served.
    public var obstacles: [WorklistObstacle] {
        let missing = missingAttributes
        // Without a start there is no time of it either: one sentence for one thing.
        let told = missing.filter { $0 != .startTime || !missing.contains(.startDate) }
        var found = told.map { WorklistObstacle.missing($0) }
        for (attribute, limit) in Self.identifiers {
            for value in values(of: attribute) {
                // Step and requested procedure often go by the accession: once is enough.
                if attribute == .stepID || attribute == .requestedProcedureID, value == accession { continue }
                let count = value.unicodeScalars.count
                if count > limit { found.append(.tooLong(attribute, characters: count, limit: limit)) }
                if !Self.isFit(value, for: attribute) { found.append(.unfit(attribute)) }
            }
        }
        return found
    }

    /// Codes, AE titles and UIDs take ASCII only (VR CS, AE and UI), the others any character that shows.
    private static func isFit(_ value: String, for attribute: WorklistAttribute) -> Bool {
        switch attribute {
        case .studyInstanceUID: value.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        case .modality, .stationAETitle: value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x5C }
        default: value.unicodeScalars.allSatisfy { $0 != "\\" && $0.value >= 0x20 && $0.value != 0x7F }
        }
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
