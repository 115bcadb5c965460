import Core

/// How many fields the records of LIS02-A2 and the segments of HL7 v2 have, so that a slip such as R.99 is told when a
/// profile is read.
///
/// The limits leave room for fields that makers add at the end.
enum RecordFields {
    /// What is wrong with a path of this protocol; nil when its field can be there.
    static func mistake(in path: FieldPath, _ wire: WireProtocol) -> String? {
        let known = wire == .astm ? astm : hl7
        guard let last = known[path.record] else {
            // A Z segment is the maker's own.
            if wire == .hl7, path.record.hasPrefix("Z") { return nil }
            let kind = wire == .astm ? "record type of LIS02-A2" : "segment of HL7 v2"
            let near = wire == .astm ? "" : didYouMean(path.record, known.keys.sorted())
            return "'\(path)': '\(path.record)' is no \(kind)"
                + (near.isEmpty ? "; there are \(known.keys.sorted().joined(separator: ", "))" : near)
        }
        let (standard, most) = (last, last + max(10, last / 2))
        guard path.field > most else { return nil }
        return "'\(path)': \(path.record) has \(standard) fields in the standard, and \(most) at most are looked for; "
            + "write a field it has"
    }

    /// LIS02-A2 sections 6 to 15: the number of each record's last field.
    private static let astm = [
        "H": 14, "P": 35, "O": 31, "R": 14, "C": 5, "Q": 13, "L": 3, "S": 12, "M": 12,
    ]

    /// HL7 v2.8.2: the number of each segment's last field, where a laboratory meets the segment.
    private static let hl7 = [
        "MSH": 25, "SFT": 6, "UAC": 2, "MSA": 8, "ERR": 12, "EVN": 7, "NTE": 9, "NST": 15, "NSC": 9, "DSC": 2,
        "PID": 40, "PD1": 22, "NK1": 41, "PV1": 54, "PV2": 50, "AL1": 6, "DG1": 26, "GT1": 57, "IN1": 55, "ROL": 14,
        "ORC": 38, "OBR": 55, "TQ1": 14, "TQ2": 10, "OBX": 33, "SPM": 35, "SAC": 52, "CTI": 3, "CTD": 7, "TCD": 9,
        "TCC": 17, "INV": 20, "EQU": 9, "EQP": 5, "ISD": 3, "EAC": 6, "EAR": 3, "ECD": 5, "ECR": 3, "NDS": 4, "CNS": 6,
        "SID": 4, "PRT": 22, "DSP": 5, "URD": 7, "URS": 9, "QRD": 12, "QRF": 10, "QPD": 20, "QAK": 6, "QRI": 3,
        "RCP": 7, "RDF": 2, "RDT": 20, "BHS": 14, "BTS": 3, "FHS": 14, "FTS": 2, "BLG": 4, "FT1": 43, "OM1": 58,
        "OM2": 10, "OM3": 7, "OM4": 18, "IPC": 9, "ARV": 10, "PDA": 9, "SCH": 27,
    ]
}
