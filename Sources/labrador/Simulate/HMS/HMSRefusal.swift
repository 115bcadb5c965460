import Core
import Upstream

/// Why the stand-in HMS does not take something; becomes an OperationOutcome.
struct HMSRefusal: Error, HoldsPatientData {
    /// HTTP status.
    var status: Int
    /// A code of https://hl7.org/fhir/R4/valueset-issue-type.html.
    var code: String
    /// What is wrong and what would be right.
    var text: String
    /// Where, as a FHIRPath.
    var place: String?

    init(_ status: Int, _ code: String, _ text: String, at place: String? = nil) {
        self.status = status
        self.code = code
        self.text = text
        self.place = place
    }

    /// The OperationOutcome.
    var outcome: JSONValue {
        var issue: [JSONMember] = [
            .init("severity", .string("error")), .init("code", .string(code)), .init("diagnostics", .string(text)),
        ]
        if let place { issue.append(.init("expression", .array([.string(place)]))) }
        return .object([
            .init("resourceType", .string("OperationOutcome")), .init("issue", .array([.object(issue)])),
        ])
    }
}
