import Core

/// What the standards say where a profile says nothing: LIS02-A2, HL7 v2 chapters 2 and 7.
struct Standard: Sendable {
    var specimen: SpecimenRule
    var patients: [PatientRule]
    var fields: ResultFields
    var value: ValueRule
    var comments: CommentRule
    var lines: [LineRule]
    var kinds: [KindRule]
    var statuses: [String: ObservationStatus]

    static let astm = Standard(
        specimen: SpecimenRule(id: Extraction("O.3.1")),
        patients: [PatientRule(id: Extraction("P.3.1")), PatientRule(id: Extraction("P.4.1"))],
        fields: ResultFields(
            code: Extraction("R.3.4", "R.3.5", "R.3.1", "R.3.2"), name: Extraction("R.3.2"),
            loinc: Extraction(sources: [when("R.3.1", "R.3.3", ["LN", "LOINC"])].compactMap { $0 }),
            unit: Extraction("R.5.1"), unitSystem: Extraction(), range: Extraction("R.6.1"),
            flags: Extraction("R.7"), status: Extraction("R.9"), performed: Extraction("R.13", "R.12")),
        value: ValueRule(from: Extraction("R.4")),
        comments: CommentRule(text: Extraction("C.4")),
        lines: [],
        // O.12 and H.12: Q marks quality control.
        kinds: ["O.12", "H.12"].compactMap { kind(.qc, $0, "Q") },
        statuses: [
            // LIS02-A2 R.9. M is an MIC level and R a result sent before: both stand. S is partial, I pending.
            // W doubts the value and X could not be done.
            "F": .final, "V": .final, "R": .final, "M": .final, "Q": .final, "C": .corrected,
            "P": .preliminary, "S": .preliminary, "W": .preliminary, "I": .registered, "X": .cancelled,
        ])

    static let hl7 = Standard(
        specimen: SpecimenRule(
            // IHE LAW names the container (SAC-3) where it does not number the specimen; OBR-2 is then the work order step.
            id: Extraction("SPM-2.1.1", "SAC-3.1", "OBR-3.1", "ORC-3.1", "OBR-2.1")),
        patients: ["PID-3(5=MR)", "PID-3(1)"].map {
            PatientRule(id: Extraction("\($0).1"), authority: Extraction("\($0).4.1"))
        },
        fields: ResultFields(
            code: Extraction("OBX-3.1", "OBX-3.4"), name: Extraction("OBX-3.2", "OBX-3.5"),
            loinc: Extraction(
                sources: [when("OBX-3.1", "OBX-3.3", ["LN"]), when("OBX-3.4", "OBX-3.6", ["LN"])].compactMap { $0 }),
            unit: Extraction("OBX-6.1"), unitSystem: Extraction("OBX-6.3"), range: Extraction("OBX-7"),
            flags: Extraction("OBX-8"), status: Extraction("OBX-11"),
            performed: Extraction("OBX-19", "OBX-14", "OBR-7", "OBR-8")),
        value: ValueRule(from: Extraction("OBX-5")),
        comments: CommentRule(text: Extraction("NTE-3")),
        lines: lineRule("OBX-2", ["ED", "RP"], "an image or another attachment; it stays with the message")
            + supplementary,
        // Table 0369: Q is a control specimen, C a calibrator (SPM-11).
        kinds: [kind(.qc, "SPM-11.1", "Q"), kind(.calibration, "SPM-11.1", "C")].compactMap { $0 },
        statuses: [
            // Table 0085. D and W withdraw a result; N and O are no results.
            "F": .final, "U": .final, "V": .final, "C": .corrected, "A": .corrected,
            "P": .preliminary, "R": .preliminary, "S": .preliminary, "B": .preliminary, "I": .registered,
            "X": .cancelled, "N": .cancelled, "O": .cancelled, "D": .enteredInError, "W": .enteredInError,
        ])

    /// Fields of a layout by their usual names; a device of blocks has no standard.
    static let blocks = Standard(
        specimen: SpecimenRule(id: Extraction(fields: "specimen")),
        patients: [PatientRule(id: Extraction(fields: "patient"))],
        fields: ResultFields(
            code: Extraction(fields: "code"), name: Extraction(fields: "name"), loinc: Extraction(fields: "loinc"),
            unit: Extraction(fields: "unit"), unitSystem: Extraction(), range: Extraction(fields: "range"),
            flags: Extraction(fields: "flags"), status: Extraction(fields: "status"),
            performed: Extraction(fields: "performed").or(field: "date", joined: "time"),
            operatorName: Extraction(fields: "operator"), position: Extraction(fields: "position"),
            comparator: Extraction(fields: "comparator")),
        value: ValueRule(from: Extraction(fields: "value")),
        comments: CommentRule(text: Extraction(fields: "comment")),
        lines: [], kinds: [], statuses: [:])

    /// LIS02-A2 R.7 and HL7 table 0078, whose codes ObservationInterpretation took over unchanged.
    static let flags: [String: [String]] = {
        let codes = [
            "L", "H", "LL", "HH", "<", ">", "N", "A", "AA", "U", "D", "B", "W", "S", "R", "I", "MS", "VS", "POS", "NEG",
            "DET", "ND", "IND", "E",
        ]
        return Dictionary(uniqueKeysWithValues: codes.map { ($0, [$0]) })
    }()

    /// The codes a flag may be given (HL7 v3 ObservationInterpretation).
    static let interpretations: Set<String> = Set(flags.keys).union([
        "AC", "B", "CAR", "Carrier", "D", "E", "EX", "EXP", "H>", "HM", "HU", "HX", "IE", "L<", "LU", "LX", "NCL", "NR",
        "NS", "QCF", "RR", "SDD", "SYN-R", "SYN-S", "TOX", "UNE", "WR",
    ])

    private static func when(_ path: String, _ other: String, _ values: Set<String>) -> Extraction.Source? {
        guard let path = FieldPath(path), let other = FieldPath(other) else { return nil }
        return Extraction.Source(path: path, conditions: [Condition(other, .equals(values))])
    }

    private static func kind(_ kind: ReportKind, _ path: String, _ value: String) -> KindRule? {
        FieldPath(path).map { KindRule(kind: kind, conditions: [Condition($0, .equals([value]))]) }
    }

    /// IHE LAW: `code^text^system^S_OTHER^Other_Supplemental^IHELAW` is about a result and none itself.
    private static let supplementary: [LineRule] = {
        guard let kind = FieldPath("OBX-3.4"), let system = FieldPath("OBX-3.6") else { return [] }
        return [
            LineRule(
                fate: .secondary,
                conditions: [Condition(kind, .prefix(["S_"])), Condition(system, .equals(["IHELAW"]))],
                why: "supplementary to a result; it stays with the message")
        ]
    }()

    private static func lineRule(_ path: String, _ values: Set<String>, _ why: String) -> [LineRule] {
        guard let path = FieldPath(path) else { return [] }
        return [LineRule(fate: .secondary, conditions: [Condition(path, .equals(values))], why: why)]
    }
}
