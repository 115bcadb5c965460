import Core
import HL7

extension Facility {
    /// The patient of a PID segment.
    ///
    /// A name that is given is given whole: what PID-5 does not hold is cleared.
    func patient(in pid: HL7Segment, _ identifier: HL7Identifier) -> Patient {
        var patient = Patient(mrn: identifier.value, mrnSystem: system(ofAuthority: identifier.authority))
        patient.readName(pid)
        patient.birthDate = pid.said(7).flatMap { $0.isEmpty ? $0 : HL7Date.isoDate($0) }
        switch pid.said(8) {
        case nil: break
        case ""?: patient.sex = .unknown
        case let code?: patient.sex = Sex(rawValue: code.uppercased())
        }
        return patient
    }
}

extension Patient {
    fileprivate mutating func readName(_ pid: HL7Segment) {
        let repeats = min(pid.repeats(5), HL7Bounds.repetitions)
        // A name of nothing but delimiters says nothing.
        let isSaid =
            repeats > 0
            && (1...repeats).contains { number in
                (1...6).contains { pid.said(5, repeat: number, $0) != nil }
            }
        guard pid.said(5, nil) == "" || isSaid else { return }
        (family, given, prefix, suffix, ideographic, phonetic) = ("", "", "", "", "", "")
        guard pid.said(5, nil) != "" else { return }
        var alphabetic: Int?
        for number in 1...max(1, min(pid.repeats(5), HL7Bounds.repetitions)) {
            // XPN-8, table 0465.
            switch pid.said(5, repeat: number, 8) {
            case "I": ideographic = Self.group(pid, number)
            case "P": phonetic = Self.group(pid, number)
            default:
                // XPN-7, table 0200: the legal name goes before the first that is there.
                if alphabetic == nil || (pid.said(5, repeat: number, 7) == "L" && !isLegal(pid, alphabetic)) {
                    alphabetic = number
                }
            }
        }
        guard let number = alphabetic else { return }
        family = pid.said(5, repeat: number, 1, sub: 1) ?? ""
        given = [pid.said(5, repeat: number, 2), pid.said(5, repeat: number, 3)].compactMap { $0?.nonEmpty }
            .joined(separator: " ")
        prefix = pid.said(5, repeat: number, 5) ?? ""
        suffix = [pid.said(5, repeat: number, 4), pid.said(5, repeat: number, 6)].compactMap { $0?.nonEmpty }
            .joined(separator: " ")
    }

    private func isLegal(_ pid: HL7Segment, _ number: Int?) -> Bool {
        number.map { pid.said(5, repeat: $0, 7) == "L" } ?? false
    }

    private static func group(_ pid: HL7Segment, _ number: Int) -> String {
        PersonText.components(
            family: pid.said(5, repeat: number, 1, sub: 1), given: pid.said(5, repeat: number, 2),
            middle: pid.said(5, repeat: number, 3), suffix: pid.said(5, repeat: number, 4),
            prefix: pid.said(5, repeat: number, 5), degree: pid.said(5, repeat: number, 6), number: nil) ?? ""
    }
}
