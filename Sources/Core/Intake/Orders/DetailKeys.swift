/// The keys of `details` in the JSON form of an imaging order, and what DICOM calls them.
enum DetailKeys {
    static let table: [(key: String, attribute: WorklistAttribute)] = [
        ("transport", .transport), ("reason", .reason), ("comments", .procedureComments),
        ("requesting_service", .requestingService), ("filler", .fillerOrderNumber),
        ("intended_recipients", .intendedRecipients), ("admission_id", .admissionID),
        ("patient_location", .currentLocation), ("patient_state", .patientState), ("weight_kg", .patientWeight),
        ("size_m", .patientSize), ("pregnancy", .pregnancyStatus), ("alerts", .medicalAlerts),
        ("allergies", .allergies), ("special_needs", .specialNeeds), ("confidentiality", .confidentiality),
        ("history", .patientHistory), ("patient_comments", .patientComments), ("other_ids", .otherPatientIDs),
        ("contrast_agent", .contrastAgent), ("pre_medication", .preMedication), ("step_comments", .stepComments),
    ]
    static let names = table.map(\.key)

    /// Pregnancy Status (0010,21C0) in words.
    static let pregnancies = ["no": "1", "possible": "2", "yes": "3", "unknown": "4"]

    /// A measure: digits with at most one point, at most the 16 characters of VR DS.
    static func measure(_ text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let good =
            text.utf8.count <= 16 && (1...2).contains(parts.count)
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
        return good ? nil : "\"\(text)\" is no measure: write digits, such as 72.5, without a unit."
    }
}
