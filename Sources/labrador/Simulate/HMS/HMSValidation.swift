import Core
import Upstream

/// What the stand-in HMS asks of a resource, as a strict server would (https://hl7.org/fhir/R4/resourcelist.html).
enum HMSValidation {
    private static let observationStatuses: Set<String> = [
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    ]
    private static let procedureStatuses: Set<String> = [
        "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown",
    ]
    private static let reportStatuses = observationStatuses.union(["partial", "appended"])

    /// Throws a refusal in words for the first thing that is wrong.
    static func check(_ resource: JSONValue, at place: String) throws(HMSRefusal) {
        guard let type = resource["resourceType"]?.text, !type.isEmpty else {
            throw HMSRefusal(400, "structure", "A resource says what it is in 'resourceType'.", at: place)
        }
        try checkIdentifiers(of: resource, type: type, at: place)
        switch type {
        case "Observation":
            try checkStatus(of: resource, among: observationStatuses, at: place)
            try checkCode(of: resource, at: place)
            try checkSubject(of: resource, at: place)
            try checkValue(of: resource, at: place)
        case "DiagnosticReport":
            try checkStatus(of: resource, among: reportStatuses, at: place)
            try checkCode(of: resource, at: place)
            try checkSubject(of: resource, at: place)
        case "Specimen": try checkSubject(of: resource, at: place)
        case "Procedure":
            try checkStatus(of: resource, among: procedureStatuses, at: place)
            try checkCode(of: resource, at: place)
            try checkSubject(of: resource, at: place)
        default: break
        }
    }

    private static func checkIdentifiers(of resource: JSONValue, type: String, at place: String) throws(HMSRefusal) {
        let identifiers = resource["identifier"]?.elements ?? []
        guard identifiers.contains(where: { isFilled($0["value"]) }) else {
            throw HMSRefusal(
                422, "required", "\(type) needs an identifier with a value, so that it can be told apart.",
                at: "\(place).identifier")
        }
    }

    private static func checkStatus(of resource: JSONValue, among known: Set<String>, at place: String)
        throws(HMSRefusal)
    {
        guard let status = resource["status"]?.text, known.contains(status) else {
            throw HMSRefusal(
                422, "code-invalid", "status is one of \(known.sorted().joined(separator: ", ")).",
                at: "\(place).status")
        }
    }

    private static func checkCode(of resource: JSONValue, at place: String) throws(HMSRefusal) {
        let coded = resource["code"]?["coding"]?.elements.contains { isFilled($0["code"]) } ?? false
        guard coded || isFilled(resource["code"]?["text"]) else {
            throw HMSRefusal(422, "required", "code has a coding or a text.", at: "\(place).code")
        }
    }

    private static func checkSubject(of resource: JSONValue, at place: String) throws(HMSRefusal) {
        let identifier = resource["subject"]?["identifier"]
        guard isFilled(identifier?["system"]), isFilled(identifier?["value"]) else {
            throw HMSRefusal(
                422, "required", "The patient is named by subject.identifier with system and value (the MRN).",
                at: "\(place).subject.identifier")
        }
    }

    private static func checkValue(of resource: JSONValue, at place: String) throws(HMSRefusal) {
        if let quantity = resource["valueQuantity"] {
            guard case .number? = quantity["value"] else {
                throw HMSRefusal(422, "value", "valueQuantity.value is a number.", at: "\(place).valueQuantity.value")
            }
            return
        }
        let has = isFilled(resource["valueString"]) || resource["valueCodeableConcept"] != nil
        guard has || resource["dataAbsentReason"] != nil else {
            throw HMSRefusal(
                422, "required", "An Observation has a value, or says in dataAbsentReason why not.",
                at: "\(place).value[x]")
        }
    }

    /// Every `urn:uuid:` reference of a Bundle points at one of its entries.
    static func checkReferences(of bundle: JSONValue, to known: Set<String>) throws(HMSRefusal) {
        guard let lost = firstReference(in: bundle, outside: known) else { return }
        throw HMSRefusal(422, "not-found", "No entry of the Bundle has the fullUrl \(lost).", at: "Bundle.entry")
    }

    private static func firstReference(in value: JSONValue, outside known: Set<String>) -> String? {
        switch value {
        case .array(let elements):
            return elements.lazy.compactMap { firstReference(in: $0, outside: known) }.first
        case .object(let members):
            return members.lazy.compactMap { member in
                if member.key == "reference", let target = member.value.text {
                    return target.hasPrefix("urn:uuid:") && !known.contains(target) ? target : nil
                }
                return firstReference(in: member.value, outside: known)
            }.first
        default: return nil
        }
    }

    private static func isFilled(_ value: JSONValue?) -> Bool { value?.text?.isEmpty == false }
}
