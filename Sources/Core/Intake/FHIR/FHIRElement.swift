/// One element of a FHIR resource, with its path for what is wrong with it.
struct FHIRElement {
    let path: String
    let members: [JSONMember]

    func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func value(_ name: String) -> JSONValue? { members.first { $0.key == name }?.value }

    /// Text without blanks at both ends; nil when absent, empty or no text.
    func string(_ name: String) -> String? {
        guard case .string(let text)? = value(name) else { return nil }
        let trimmed = text.trimmingBlanks()
        return trimmed.isEmpty ? nil : trimmed
    }

    func element(_ name: String) -> FHIRElement? {
        guard case .object(let members)? = value(name) else { return nil }
        return FHIRElement(path: path(name), members: members)
    }

    /// The objects of a list.
    func list(_ name: String) -> [FHIRElement] {
        guard case .array(let elements)? = value(name) else { return [] }
        return elements.enumerated().compactMap { index, element in
            guard case .object(let members) = element else { return nil }
            return FHIRElement(path: "\(path(name))[\(index)]", members: members)
        }
    }

    /// The texts of a list.
    func strings(_ name: String) -> [String] {
        guard case .array(let elements)? = value(name) else { return [] }
        return elements.compactMap { element in
            guard case .string(let text) = element else { return nil }
            let trimmed = text.trimmingBlanks()
            return trimmed.isEmpty ? nil : trimmed
        }
    }

    /// The codings of a CodeableConcept: system, code, display.
    var codings: [(system: String, code: String, display: String?)] {
        list("coding").compactMap { coding in
            coding.string("code").map { (coding.string("system") ?? "", $0, coding.string("display")) }
        }
    }

    /// What a CodeableConcept says to a person: its text, else the first display, else the first code.
    var words: String? { string("text") ?? codings.lazy.compactMap(\.display).first ?? codings.first?.code }

    /// The codes of an Identifier's type (HL7 table 0203).
    var identifierTypes: [String] { element("type")?.codings.map(\.code) ?? [] }
}

/// The resources that an order may point to: those contained in it, and those of its Bundle.
struct FHIRResources {
    private var byReference: [String: FHIRElement] = [:]

    init() {}

    init(contained request: FHIRElement) { self = FHIRResources().with(contained: request) }

    /// Takes a Bundle's entry: by its full URL and by its type and id.
    mutating func add(_ resource: FHIRElement, fullURL: String?) {
        if let fullURL { byReference[fullURL] = resource }
        if let type = resource.string("resourceType"), let id = resource.string("id") {
            byReference["\(type)/\(id)"] = resource
        }
    }

    func with(contained request: FHIRElement) -> FHIRResources {
        var all = self
        for resource in request.list("contained") {
            if let id = resource.string("id") { all.byReference["#\(id)"] = resource }
        }
        return all
    }

    /// The resource that a Reference names; nil when it lies elsewhere.
    func resolve(_ reference: FHIRElement?) -> FHIRElement? {
        reference?.string("reference").flatMap { byReference[$0] }
    }
}

/// Coding systems by their FHIR names (https://hl7.org/fhir/R4/terminologies-systems.html).
enum FHIRSystem {
    static let snomed = "http://snomed.info/sct"
    static let loinc = "http://loinc.org"
    static let dicom = "http://dicom.nema.org/resources/ontology/DCM"
    static let dicomUID = "urn:dicom:uid"
    static let observationCategory = "http://terminology.hl7.org/CodeSystem/observation-category"
    static let section = "http://terminology.hl7.org/CodeSystem/v2-0074"

    /// The Coding Scheme Designator of PS3.16 table 8-1; nil for the HMS's own codes.
    static func designator(_ system: String) -> String? {
        switch system {
        case snomed: "SCT"
        case loinc: "LN"
        case dicom: "DCM"
        case "http://www.ama-assn.org/go/cpt": "C4"
        default: nil
        }
    }
}
