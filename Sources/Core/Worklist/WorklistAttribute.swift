/// The attributes of the worklist model that a query may be matched on (PS3.4 table K.6-1).
public enum WorklistAttribute: String, Sendable, Hashable, CaseIterable {
    case accession = "Accession Number"
    case patientName = "Patient's Name"
    case patientID = "Patient ID"
    case issuerOfPatientID = "Issuer of Patient ID"
    case birthDate = "Patient's Birth Date"
    case sex = "Patient's Sex"
    case modality = "Modality"
    case stationAETitle = "Scheduled Station AE Title"
    case startDate = "Scheduled Procedure Step Start Date"
    case startTime = "Scheduled Procedure Step Start Time"
    case location = "Scheduled Procedure Step Location"
    case performingPhysician = "Scheduled Performing Physician's Name"
    case stepDescription = "Scheduled Procedure Step Description"
    case stepID = "Scheduled Procedure Step ID"
    case requestedProcedureID = "Requested Procedure ID"
    case requestedProcedureDescription = "Requested Procedure Description"
    case priority = "Requested Procedure Priority"
    case requestingPhysician = "Requesting Physician"
    case referringPhysician = "Referring Physician's Name"
    case studyInstanceUID = "Study Instance UID"

    /// How a key of this attribute is compared (PS3.4 section C.2.2.2).
    public enum Matching: Sendable {
        /// Text, with `*` and `?`; case counts.
        case text
        /// Text without wildcards in the model, which are honoured all the same; leading and trailing spaces are not
        /// significant (VR AE and CS, PS3.5 table 6.2-1).
        case code
        /// A person's name: component by component; case and accents do not count.
        case name
        /// A date or a range of dates.
        case date
        /// A time or a range of times.
        case time
        /// One UID or a list of them.
        case uid
    }

    /// The comparison for this attribute.
    public var matching: Matching {
        switch self {
        case .patientName, .performingPhysician, .requestingPhysician, .referringPhysician: .name
        case .startDate, .birthDate: .date
        case .startTime: .time
        case .studyInstanceUID: .uid
        case .modality, .stationAETitle, .sex, .priority: .code
        case .accession, .patientID, .issuerOfPatientID, .location, .stepDescription, .stepID, .requestedProcedureID,
            .requestedProcedureDescription:
            .text
        }
    }
}

extension WorklistEntry {
    /// The entry's values for an attribute; empty when it has none.
    ///
    /// A name is given as its components.
    public func values(of attribute: WorklistAttribute) -> [String] {
        let values: [String] =
            switch attribute {
            case .accession: [accession]
            case .patientName: [patientName.components]
            case .patientID: [patientID]
            case .issuerOfPatientID: [issuerOfPatientID]
            case .birthDate: [birthDate]
            case .sex: [sex]
            case .modality: [modality]
            case .stationAETitle: stationAETitles
            case .startDate: [startDate]
            case .startTime: [startTime]
            case .location: [location]
            case .performingPhysician: [performingPhysician?.components ?? ""]
            case .stepDescription: [stepDescription]
            case .stepID: [stepID]
            case .requestedProcedureID: [requestedProcedureID]
            case .requestedProcedureDescription: [requestedProcedureDescription]
            case .priority: [priority]
            case .requestingPhysician: [requestingPhysician?.components ?? ""]
            case .referringPhysician: [referringPhysician?.components ?? ""]
            case .studyInstanceUID: [studyInstanceUID]
            }
        return values.filter { !$0.isEmpty }
    }

    /// The attributes of type 1 (PS3.4 table K.6-1) that are empty or unusable.
    ///
    /// An entry is served only when there are none: many modalities refuse the whole answer otherwise.
    public var missingAttributes: [WorklistAttribute] {
        let always: [WorklistAttribute] = [
            .stationAETitle, .startDate, .startTime, .modality, .patientName, .patientID, .stepID,
            .requestedProcedureID, .studyInstanceUID,
        ]
        var missing = always.filter { values(of: $0).allSatisfy { $0.trimmingBlanks().isEmpty } }
        if DICOMDate(startDate) == nil, !missing.contains(.startDate) { missing.append(.startDate) }
        if DICOMTime(startTime) == nil, !missing.contains(.startTime) { missing.append(.startTime) }
        if procedureCode == nil {
            // Type 1C: one of description and code must be there.
            if stepDescription.trimmingBlanks().isEmpty { missing.append(.stepDescription) }
            if requestedProcedureDescription.trimmingBlanks().isEmpty { missing.append(.requestedProcedureDescription) }
        }
        return missing
    }
}
