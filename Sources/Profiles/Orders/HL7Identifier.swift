import Core
import HL7

/// An identifier with its authority (data type CX).
struct HL7Identifier: HoldsPatientData {
    var value: String
    var authority: String?

    /// The patient's MRN: the repetition of PID-3 typed MR, else the first that is not empty; nil when there is none.
    ///
    /// In MRG it is field 1.
    static func medicalRecord(in pid: HL7Segment, field: Int = 3) -> HL7Identifier? {
        var first: HL7Identifier?
        for (index, parts) in pid.parts(field).enumerated() {
            guard let value = parts.first??.trimmingBlanks().nonEmpty else { continue }
            let isMedicalRecord = parts.count > 4 && parts[4] == "MR"
            guard isMedicalRecord || first == nil else { continue }
            let authority = pid.text(field: field, repeat: index + 1, component: 4, subcomponent: 1)
            let found = HL7Identifier(value: value, authority: authority?.trimmingBlanks().nonEmpty)
            if isMedicalRecord { return found }
            first = found
        }
        return first
    }
}
