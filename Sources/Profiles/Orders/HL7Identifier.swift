import Core
import HL7

/// An identifier with its authority (data type CX).
struct HL7Identifier: HoldsPatientData {
    var value: String
    var authority: String?

    /// The patient's MRN: the repetition of PID-3 typed MR, else the first that is not empty; nil when there is none.
    static func medicalRecord(in pid: HL7Segment) -> HL7Identifier? {
        var first: HL7Identifier?
        for number in 1...max(1, pid.repeats(3)) {
            guard let value = pid.text(field: 3, repeat: number, component: 1)?.trimmingBlanks().nonEmpty else {
                continue
            }
            let found = HL7Identifier(
                value: value,
                authority: pid.text(field: 3, repeat: number, component: 4, subcomponent: 1)?.trimmingBlanks().nonEmpty)
            if pid.text(field: 3, repeat: number, component: 5) == "MR" { return found }
            first = first ?? found
        }
        return first
    }
}
