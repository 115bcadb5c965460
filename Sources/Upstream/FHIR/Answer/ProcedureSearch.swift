import Core

/// Whether a destination already has a performed step as it would be sent now.
enum ProcedureSearch {
    /// Nil when the bytes are no searchset.
    ///
    /// The identifier alone does not tell: the beginning of a step has the same as its end.
    static func holds(_ step: DeliverableStep, in bytes: [UInt8]) -> Bool? {
        guard let json = try? JSONValue(parsing: bytes, maximumDepth: JSONValue.answerDepth),
            json["resourceType"]?.text == "Bundle", json["type"]?.text == "searchset"
        else { return nil }
        let resources = (json["entry"]?.elements ?? []).compactMap { $0["resource"] }
        return resources.contains { resource in
            resource["resourceType"]?.text == "Procedure"
                && resource["status"]?.text == "\(step.step.procedureStatus)"
                && resource["performedPeriod"]?["end"]?.text == step.period.end
                && (resource["identifier"]?.elements ?? []).contains {
                    $0["system"]?.text == "urn:dicom:uid" && $0["value"]?.text == "urn:oid:\(step.step.uid)"
                }
        }
    }
}
