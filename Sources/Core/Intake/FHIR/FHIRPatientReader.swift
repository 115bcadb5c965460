/// Reads the patient of an order: by the resource its subject points to, or by an identifier in the reference itself.
struct FHIRPatientReader {
    let resources: FHIRResources
    let facility: Facility

    func patient(_ subject: FHIRElement?, at path: String, _ notes: inout IntakeNotes) -> Patient? {
        guard let subject else {
            notes.note(path, "is missing: an order needs a patient.")
            return nil
        }
        guard let resource = resources.resolve(subject) else {
            if let identifier = subject.element("identifier"), let found = record([identifier]) { return found }
            notes.note(
                path,
                "points to nothing in this message. Send the Patient along, contained or as an entry of the Bundle, or "
                    + "its MRN as subject.identifier.")
            return nil
        }
        guard resource.string("resourceType") == "Patient" else {
            notes.note(path, "is no Patient.")
            return nil
        }
        guard var patient = record(resource.list("identifier")) else {
            notes.note(
                "\(resource.path).identifier",
                "holds no MRN: an identifier with type MR, or of the system \(facility.mrnSystem), is expected.")
            return nil
        }
        readNames(resource, &patient)
        if let date = resource.string("birthDate") {
            if let problem = FieldRule.date(date) {
                notes.note("\(resource.path).birthDate", problem)
            } else {
                patient.birthDate = date
            }
        }
        switch resource.string("gender") {
        case nil: break
        case "male": patient.sex = .male
        case "female": patient.sex = .female
        case "other": patient.sex = .other
        case "unknown": patient.sex = .unknown
        case let other?:
            notes.note("\(resource.path).gender", "\"\(other)\" is not one of male, female, other or unknown.")
        }
        return patient
    }

    /// The identifier of the facility's own system, else the one typed MR.
    ///
    /// One that names no system is the facility's; one of a system that is not listed stays of that system.
    private func record(_ all: [FHIRElement]) -> Patient? {
        // An old number is told so that it is not taken for one in use (FHIR R4 2.24.0.12, a modifier element).
        let identifiers = all.filter { $0.string("use") != "old" }
        let known = identifiers.first { $0.string("system") == facility.mrnSystem }
        let typed = identifiers.first { $0.identifierTypes.contains("MR") }
        let only = identifiers.count == 1 && identifiers[0].identifierTypes.isEmpty ? identifiers[0] : nil
        guard let identifier = known ?? typed ?? only, let value = identifier.string("value") else { return nil }
        return Patient(mrn: value, mrnSystem: identifier.string("system") ?? facility.mrnSystem)
    }

    /// The official name, else the usual one, else the first; names in other scripts by their representation
    /// (https://hl7.org/fhir/R4/extension-iso21090-en-representation.html).
    private func readNames(_ resource: FHIRElement, _ patient: inout Patient) {
        let names = resource.list("name")
        func representation(_ name: FHIRElement) -> String {
            name.list("extension").first {
                $0.string("url") == "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
            }?.string("valueCode") ?? "ABC"
        }
        let alphabetic = names.filter { representation($0) == "ABC" && $0.string("use") != "old" }
        func used(_ use: String) -> FHIRElement? { alphabetic.first { $0.string("use") == use } }
        if !names.isEmpty { (patient.ideographic, patient.phonetic) = ("", "") }
        if let name = used("official") ?? used("usual") ?? alphabetic.first {
            patient.family = name.string("family") ?? (name.strings("given").isEmpty ? name.string("text") : nil) ?? ""
            patient.given = name.strings("given").joined(separator: " ")
            patient.prefix = name.strings("prefix").joined(separator: " ")
            patient.suffix = name.strings("suffix").joined(separator: " ")
        }
        for name in names {
            let group = WorklistPersonName(
                family: name.string("family") ?? "", given: name.strings("given").joined(separator: " "),
                prefix: name.strings("prefix").joined(separator: " "),
                suffix: name.strings("suffix").joined(separator: " ")
            ).components
            switch representation(name) {
            case "IDE": patient.ideographic = group
            case "SYL": patient.phonetic = group
            default: break
            }
        }
    }
}
