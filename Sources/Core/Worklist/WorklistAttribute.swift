/// The attributes of the worklist model that an order may carry (PS3.4 table K.6-1), by their names.
public enum WorklistAttribute: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
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

    // Returned as the order said them (type 2), of the patient …
    case otherPatientIDs = "Other Patient IDs"
    case patientSize = "Patient's Size"
    case patientWeight = "Patient's Weight"
    case medicalAlerts = "Medical Alerts"
    case allergies = "Allergies"
    case patientHistory = "Additional Patient History"
    case pregnancyStatus = "Pregnancy Status"
    case patientComments = "Patient Comments"
    case admissionID = "Admission ID"
    case specialNeeds = "Special Needs"
    case currentLocation = "Current Patient Location"
    case patientState = "Patient State"
    case confidentiality = "Confidentiality Constraint on Patient Data Description"
    // … of the requested procedure …
    case requestingService = "Requesting Service"
    case reason = "Reason for the Requested Procedure"
    case transport = "Patient Transport Arrangements"
    case intendedRecipients = "Names of Intended Recipients of Results"
    case procedureComments = "Requested Procedure Comments"
    case placerOrderNumber = "Placer Order Number/Imaging Service Request"
    case fillerOrderNumber = "Filler Order Number/Imaging Service Request"
    // … and of the step.
    case stationName = "Scheduled Station Name"
    case endDate = "Scheduled Procedure Step End Date"
    case endTime = "Scheduled Procedure Step End Time"
    case contrastAgent = "Requested Contrast Agent"
    case preMedication = "Pre-Medication"
    case stepStatus = "Scheduled Procedure Step Status"
    case stepComments = "Comments on the Scheduled Procedure Step"

    /// Those that `ImagingRequest.details` and `ScheduledStep.details` may hold; the others have a field of their own.
    public static let details: [WorklistAttribute] = [
        .otherPatientIDs, .patientSize, .patientWeight, .medicalAlerts, .allergies, .patientHistory, .pregnancyStatus,
        .patientComments, .admissionID, .specialNeeds, .currentLocation, .patientState, .confidentiality,
        .requestingService, .reason, .transport, .intendedRecipients, .procedureComments, .fillerOrderNumber,
        .contrastAgent, .preMedication, .stepComments,
    ]

    /// Whether a value among `details` is several, separated by `\` (value multiplicity 1-n).
    var isList: Bool {
        switch self {
        case .allergies, .medicalAlerts, .otherPatientIDs, .intendedRecipients: true
        default: false
        }
    }

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
        case .patientName, .performingPhysician, .requestingPhysician, .referringPhysician, .intendedRecipients: .name
        case .startDate, .birthDate, .endDate: .date
        case .startTime, .endTime: .time
        case .studyInstanceUID: .uid
        case .modality, .stationAETitle, .sex, .priority, .stepStatus: .code
        case .accession, .patientID, .issuerOfPatientID, .location, .stepDescription, .stepID, .requestedProcedureID,
            .requestedProcedureDescription, .otherPatientIDs, .patientSize, .patientWeight, .medicalAlerts,
            .allergies, .patientHistory, .pregnancyStatus, .patientComments, .admissionID, .specialNeeds,
            .currentLocation, .patientState, .confidentiality, .requestingService, .reason, .transport,
            .procedureComments, .placerOrderNumber, .fillerOrderNumber, .stationName, .contrastAgent, .preMedication,
            .stepComments:
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
            case .patientName: [patientName.text]
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
            case .stepStatus: [state.dicom]
            // Of value multiplicity 1-n.
            case .otherPatientIDs, .medicalAlerts, .allergies, .intendedRecipients:
                details[attribute]?.split(separator: "\\").map { String($0) } ?? []
            case .patientSize, .patientWeight, .patientHistory, .pregnancyStatus, .patientComments, .admissionID,
                .specialNeeds, .currentLocation, .patientState, .confidentiality, .requestingService, .reason,
                .transport, .procedureComments,
                .placerOrderNumber, .fillerOrderNumber, .stationName, .endDate, .endTime, .contrastAgent,
                .preMedication, .stepComments:
                attribute.isList
                    ? (details[attribute] ?? "").split(separator: "\\").map(String.init) : [details[attribute] ?? ""]
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
        // Type 1C: one of description and code must be there.
        if protocolCode == nil, stepDescription.trimmingBlanks().isEmpty { missing.append(.stepDescription) }
        if procedureCode == nil, requestedProcedureDescription.trimmingBlanks().isEmpty {
            missing.append(.requestedProcedureDescription)
        }
        return missing
    }
}

extension StepState {
    /// Scheduled Procedure Step Status (0040,0020), PS3.3 section C.4.10.
    var dicom: String {
        switch self {
        case .scheduled: "SCHEDULED"
        case .started: "STARTED"
        // The defined terms know no word for it: the step has left the worklist by then.
        case .completed, .discontinued, .cancelled: "DEPARTED"
        }
    }
}
