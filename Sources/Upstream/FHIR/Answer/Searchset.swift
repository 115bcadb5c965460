import Core

/// Which results of a report a destination already has, read from the searchset of a search by identifier.
///
/// Finding the identifier is not enough: an earlier version of the same result, from before a correction, has the same
/// one. Only an Observation with the same status and the same value text counts; a server that rewrites number texts is
/// sent the report again, which changes nothing.
package struct Searchset: Hashable, HoldsPatientData {
    private var found: [String: Content] = [:]

    private struct Content: Hashable {
        var status: String
        var value: String
    }

    /// Nil when the bytes are no searchset.
    package init?(bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes, maximumDepth: JSONValue.answerDepth),
            json["resourceType"]?.text == "Bundle",
            json["type"]?.text == "searchset"
        else { return nil }
        for entry in json["entry"]?.elements ?? [] {
            guard let resource = entry["resource"], resource["resourceType"]?.text == "Observation" else { continue }
            let content = Content(status: resource["status"]?.text ?? "", value: Self.value(of: resource))
            for identifier in resource["identifier"]?.elements ?? []
            where identifier["system"]?.text == FHIRSystem.result {
                if let id = identifier["value"]?.text { found[id] = content }
            }
        }
    }

    /// Whether this result is there as it would be sent now.
    package func holds(_ result: LabResult) -> Bool {
        let value =
            switch CarriedValue(result.observation) {
            case .quantity(let token, let comparator, _, _): "q" + (comparator?.rawValue ?? "") + token
            case .string(let text): "s" + text
            case .absent: "-"
            }
        return found[result.id.text] == Content(status: result.observation.status.rawValue, value: value)
    }

    private static func value(of resource: JSONValue) -> String {
        if let quantity = resource["valueQuantity"], case .number(let token)? = quantity["value"] {
            return "q" + (quantity["comparator"]?.text ?? "") + token
        }
        if let text = resource["valueString"]?.text { return "s" + text }
        return resource["dataAbsentReason"] == nil ? "" : "-"
    }
}
