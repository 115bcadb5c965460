import Core
import HL7

extension HL7Orders {
    /// What an ADT message changes: the demographics of a patient's open orders, or whose they are (A40).
    ///
    /// - A01, A02, A04, A05, A08, A28, A31: PID's demographics.
    /// - A18, A34, A36, A40: the patient of MRG-1 has become that of PID-3.
    /// - Every other event changes nothing here.
    func demographics(in message: HL7Message) throws(OrderMistake) -> [OrderChange] {
        let event = message.triggerEvent ?? ""
        if Self.updates.contains(event) {
            let patient = try patient(in: message)
            let circumstances = PatientCircumstances(message)
            return [.demographics(PatientUpdate(patient: patient, details: circumstances.details))]
        }
        guard Self.merges.contains(event) else { return [] }
        return try merges(in: message)
    }

    private static let updates: Set<String> = ["A01", "A02", "A04", "A05", "A08", "A28", "A31"]
    private static let merges: Set<String> = ["A18", "A34", "A36", "A40"]

    /// Each PID is followed by the MRG of the record that was merged into it; A40 repeats the pair.
    private func merges(in message: HL7Message) throws(OrderMistake) -> [OrderChange] {
        var changes: [OrderChange] = []
        var survivor: Patient?
        var number = 0
        for segment in message.segments {
            switch segment.name {
            case "PID":
                guard let identifier = HL7Identifier.medicalRecord(in: segment) else {
                    throw OrderMistake(
                        what: "PID-3 is empty: a merge needs the surviving MRN.", location: ["PID", "1", "3"])
                }
                survivor = facility.patient(in: segment, identifier)
            case "MRG":
                number += 1
                guard let survivor else {
                    throw OrderMistake(what: "MRG stands before any PID: who survives is not said.")
                }
                guard let identifier = HL7Identifier.medicalRecord(in: segment, field: 1) else {
                    throw OrderMistake(
                        what: "MRG-1 is empty: a merge needs the MRN that was merged.",
                        location: ["MRG", String(number), "1"])
                }
                let system = facility.system(ofAuthority: identifier.authority)
                guard identifier.value != survivor.mrn || system != survivor.mrnSystem else {
                    throw OrderMistake(
                        what: "PID-3 and MRG-1 are the same MRN: a record cannot be merged into itself.",
                        location: ["MRG", String(number), "1"])
                }
                changes.append(.merge(mrn: identifier.value, mrnSystem: system, into: survivor))
            default: break
            }
        }
        guard !changes.isEmpty else {
            throw OrderMistake(what: "The message has no MRG segment: a merge needs the MRN that was merged.")
        }
        return changes
    }
}
