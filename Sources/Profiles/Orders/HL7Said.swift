import Core
import HL7

extension HL7Segment {
    /// What a part says: nil when it is absent or empty (what is known stays), empty text for `""` (what is known is
    /// cleared), else its text without blanks at both ends.
    ///
    /// A whole field of `""` says so of every part of it.
    func said(_ field: Int, repeat number: Int = 1, _ component: Int? = 1, sub: Int? = nil) -> String? {
        if case .delete = value(field: field) { return "" }
        switch value(field: field, repeat: number, component: component, subcomponent: sub) {
        case .empty: return nil
        case .delete: return ""
        case .text(let text): return text.trimmingBlanks().nonEmpty
        }
    }

    /// Text and code of a coded element (CE, CWE), the text before the code.
    func meaning(_ field: Int, repeat number: Int = 1) -> String? {
        firstSaid(said(field, repeat: number, 2), said(field, repeat: number, 1), said(field, repeat: number, 5))
    }

    /// The meanings of all repetitions.
    func meanings(_ field: Int) -> [String] {
        guard repeats(field) > 0 else { return [] }
        return (1...min(repeats(field), HL7Bounds.repetitions)).compactMap { meaning(field, repeat: $0) }
    }

    /// A person of an XCN field (2.A.88) as DICOM writes names: `family^given^middle^prefix^suffix`; the number alone
    /// where there is no name.
    func person(_ field: Int, repeat number: Int = 1) -> String? {
        if said(field, repeat: number, nil) == "" { return "" }
        return PersonText.components(
            family: said(field, repeat: number, 2, sub: 1), given: said(field, repeat: number, 3),
            middle: said(field, repeat: number, 4), suffix: said(field, repeat: number, 5),
            prefix: said(field, repeat: number, 6), degree: said(field, repeat: number, 7),
            number: said(field, repeat: number, 1))
    }

    /// A person of an NDL field (2.A.46), whose name is cut into subcomponents.
    func clinician(_ field: Int) -> String? {
        if said(field, nil) == "" { return "" }
        func part(_ number: Int) -> String? { said(field, 1, sub: number) }
        return PersonText.components(
            family: part(2), given: part(3), middle: part(4), suffix: part(5), prefix: part(6), degree: part(7),
            number: part(1))
    }
}

/// How much of a repeated field is read.
enum HL7Bounds {
    /// Repetitions of one field.
    static let repetitions = 50
    /// Segments of one kind (OBX, AL1, NTE) of a message that are kept for its orders.
    static let segments = 200
}

/// Names of persons in the components of DICOM (PS3.5 section 6.2.1).
enum PersonText {
    static func components(
        family: String?, given: String?, middle: String?, suffix: String?, prefix: String?, degree: String?,
        number: String?
    ) -> String? {
        let suffixes = [suffix, degree].compactMap { $0?.nonEmpty }.joined(separator: " ")
        var parts = [family ?? "", given ?? "", middle ?? "", prefix ?? "", suffixes]
        // One name only stands first, whichever field it came in.
        if parts[0].isEmpty, parts[2].isEmpty, !parts[1].isEmpty { parts.swapAt(0, 1) }
        parts = parts.map { part in String(part.map { "^=\\".contains($0) ? " " : $0 }) }
        while parts.last?.isEmpty == true { parts.removeLast() }
        return parts.joined(separator: "^").nonEmpty ?? number
    }
}

/// The first that says anything, `""` included.
func firstSaid(_ candidates: String?...) -> String? {
    for case let candidate? in candidates { return candidate }
    return nil
}
