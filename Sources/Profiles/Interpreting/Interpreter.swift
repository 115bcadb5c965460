import ASTM
import Core
import HL7

extension Profile {
    /// What a journalled message means.
    ///
    /// Pure: the same bytes always give the same answer, and none can stop the process.
    ///
    /// - Parameters:
    ///   - wire: the language the bytes are in; another than the profile's is unreadable.
    ///   - bytes: LIS01 frames as they stood on the wire, or bare records; for HL7 the content of one MLLP block; the blocks
    ///     of other devices as they stood on the wire.
    ///   - processableText: how much of an incomplete message's record text may be understood, where the link knew more
    ///     than the bytes tell (a header that cut it short is a drop of level); nil leaves it to the bytes.
    ///   - facility: where the device stands; gives the time zone when the profile names none.
    public func interpret(
        wire: WireProtocol, bytes: [UInt8], processableText: Int? = nil, facility: Facility
    ) -> Interpretation {
        guard wire == self.wire else {
            return .unreadable(
                "The message is \(wire.words), the profile '\(id)' is for \(self.wire.words). "
                    + "Give the device the right profile in the configuration.")
        }
        let parts =
            switch wire {
            case .astm: interpretASTM(bytes, facility, processable: processableText).parts
            case .hl7: interpretHL7(bytes, facility)
            // Each of its blocks is whole, so all of an incomplete message may be understood.
            case .blocks: interpretBlocks(bytes, facility)
            }
        // Nearly every message.
        if parts.count == 1, parts[0].fault == nil { return .reports(aggregated(parts[0].reports)) }
        let reports = parts.flatMap(\.reports)
        if let fault = parts.first(where: { $0.fault != nil })?.fault, reports.isEmpty { return .unreadable(fault) }
        let readable = parts.flatMap { part in
            part.fault.map { [SpecimenReport(kind: .other, specimen: "", problems: [Self.unreadable($0)])] }
                ?? part.reports
        }
        return .reports(aggregated(readable))
    }

    /// Says of each report whether it grows with its specimen (`report.aggregate`).
    private func aggregated(_ reports: [SpecimenReport]) -> [SpecimenReport] {
        guard aggregate == .specimen else { return reports }
        return reports.map { report in
            var report = report
            report.growsWithSpecimen = true
            return report
        }
    }

    static func unreadable(_ fault: String) -> Problem { Problem(at: "", what: fault, held: .unreadable) }
}

/// What one message of some bytes gave.
struct InterpretedPart {
    var reports: [SpecimenReport] = []
    /// Why it cannot be read.
    var fault: String?
    /// The letters of its records or the names of its segments, in order.
    var names: [String] = []
    /// What its fields were used for, when asked for.
    var fields: [FieldUse] = []
}

extension WireProtocol {
    var words: String {
        switch self {
        case .astm: "ASTM"
        case .hl7: "HL7 v2"
        case .blocks: "blocks of a format of their own"
        }
    }
}

/// A sentence: the first letter large, a full stop at the end.
func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
}
