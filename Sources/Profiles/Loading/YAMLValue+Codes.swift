import Core
import Foundation

/// Texts with a meaning of their own.
extension YAMLValue {
    /// A pattern, compiled.
    func pattern() -> Pattern? {
        guard let text = text() else { return nil }
        do throws(PatternError) {
            return try Pattern(text)
        } catch {
            return wrong("'\(text)' is no pattern: \(error)")
        }
    }

    /// One or more patterns.
    func patterns() -> [Pattern]? { list(allowsSingle: true, of: { $0.pattern() }) }

    /// An IANA time zone.
    public func timeZone() -> String? {
        guard let text = name() else { return nil }
        // IST is India's, Israel's and Ireland's time: nobody guesses which is meant.
        if text.count <= 5, text != "UTC", text != "GMT",
            text.allSatisfy({ $0.isASCII && $0.isLetter && $0.isUppercase })
        {
            let meant = TimeZone.abbreviationDictionary[text] ?? "Asia/Kolkata"
            return wrong(
                "'\(text)' is an abbreviation, and several zones may share it; write the zone's full name, such as "
                    + "'\(meant == "Asia/Calcutta" ? "Asia/Kolkata" : meant)'")
        }
        if ZoneClock(text) != nil { return text }
        // Some systems list India's zone by its old name only.
        let known = didYouMean(text, TimeZone.knownTimeZoneIdentifiers + ["Asia/Kolkata"])
        return wrong("'\(text)' is no time zone\(known.isEmpty ? "; write one like Asia/Kolkata" : known)")
    }

    /// A LOINC code with the right check digit.
    func loinc() -> String? {
        guard let text = text() else { return nil }
        if text.hasPrefix("0"), LOINC.isWellFormed(text) {
            let right = text.drop { $0 == "0" }
            return wrong(
                "'\(text)' is no LOINC code: they begin with no zero\(right.count > 2 ? ", write \(right)" : "")")
        }
        return LOINC.isWellFormed(text)
            ? text : wrong("'\(text)' is no LOINC code: number, hyphen, check digit (6690-2)")
    }

    /// A UCUM unit.
    func ucum() -> String? {
        guard let text = text() else { return nil }
        if let what = UCUM.mistake(in: text) { return wrong(what) }
        return text
    }

    /// The certainty of a result.
    func status() -> ObservationStatus? {
        guard let text = text() else { return nil }
        if let status = ObservationStatus(rawValue: text) { return status }
        let known = ["registered", "preliminary", "final", "corrected", "cancelled", "entered-in-error"]
        return wrong("'\(text)' is no status; possible: \(known.joined(separator: ", "))" + didYouMean(text, known))
    }

    /// A field of the layout; whether there is one of the name is looked at when the layout is known.
    func fieldName(_ text: String) -> FieldPath? {
        guard let path = FieldPath(field: text) else {
            return wrong("'\(text)' is no name of a field of the layout; write it like specimen or value")
        }
        document.noteField(text, self)
        return path
    }

    /// A path into a record or segment of this protocol.
    func fieldPath(_ wire: WireProtocol) -> FieldPath? {
        guard let text = text() else { return nil }
        if wire == .blocks { return fieldName(text) }
        guard let path = FieldPath(text), (path.record.count == 1) == (wire == .astm) else {
            let example = wire == .astm ? "R.3.4 or O.3" : "OBX-3.1 or SPM-2.1.1"
            return wrong(
                "'\(text)' is no place in \(wire == .astm ? "an ASTM record" : "an HL7 segment"); write it like \(example)"
            )
        }
        if let what = RecordFields.mistake(in: path, wire) { return wrong(what) }
        return path
    }
}
