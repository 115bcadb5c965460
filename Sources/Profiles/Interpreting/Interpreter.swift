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
    ///   - bytes: LIS01 frames as they stood on the wire, or bare records; for HL7 the content of one MLLP block.
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
            wire == .astm
            ? interpretASTM(bytes, facility, processable: processableText).parts : interpretHL7(bytes, facility)
        let reports = parts.flatMap(\.reports)
        if let fault = parts.first(where: { $0.fault != nil })?.fault, reports.isEmpty { return .unreadable(fault) }
        return .reports(
            parts.flatMap { part in
                part.fault.map { [SpecimenReport(kind: .other, specimen: "", problems: [Self.unreadable($0)])] }
                    ?? part.reports
            })
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
}

extension WireProtocol {
    var words: String { self == .astm ? "ASTM" : "HL7 v2" }
}

/// A sentence: the first letter large, a full stop at the end.
func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
}
