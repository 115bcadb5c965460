/// What a field's text may be.
///
/// Each rule gives nil for good text, else what is wrong in words.
enum FieldRule {
    /// Any text of printable characters and bounded length.
    static func text(_ text: String, maximumBytes: Int) -> String? {
        if text.utf8.count > maximumBytes {
            return "is \(text.utf8.count) bytes long; at most \(maximumBytes) are taken."
        }
        // C0 controls and DEL break the records and frames that carry the text to a device.
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return "contains a control character (a tab, a line end or another invisible one); remove it."
        }
        return nil
    }

    /// `YYYY-MM-DD`, or `YYYY-MM`, or `YYYY` (ISO 8601 calendar date, as FHIR `date`).
    static func date(_ text: String) -> String? {
        var scanner = DigitScanner(text)
        return scanner.date() && scanner.isAtEnd
            ? nil : "\"\(text)\" is not a date. Write YYYY-MM-DD, such as 1981-04-02."
    }

    /// ISO 8601 date and time with an offset: `2026-11-22T09:10:00+05:30`, seconds and their fraction optional.
    static func moment(_ text: String) -> String? {
        var scanner = DigitScanner(text)
        let example = "Write it as 2026-11-22T09:10:00+05:30."
        guard scanner.fullDate(), scanner.take("T"), scanner.time() else {
            return "\"\(text)\" is not a date and time. \(example)"
        }
        if scanner.isAtEnd {
            return "\"\(text)\" does not say its offset from UTC, so the moment is not known. \(example)"
        }
        return scanner.offset() && scanner.isAtEnd ? nil : "\"\(text)\" is not a date and time. \(example)"
    }

    /// DICOM CS (PS3.5 table 6.2-1): at most 16 upper-case letters, digits, blanks and underscores.
    static func codeString(_ text: String) -> String? {
        let good =
            text.utf8.count <= 16
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x20 || $0 == 0x5F
            }
        return good ? nil : "\"\(text)\" is no modality code: at most 16 capital letters and digits, such as CT."
    }

    /// DICOM AE (PS3.5 table 6.2-1): at most 16 characters, no backslash, not only blanks.
    static func aeTitle(_ text: String) -> String? {
        let good =
            text.utf8.count <= 16 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x5C }
            && text.utf8.contains { $0 != 0x20 }
        return good ? nil : "\"\(text)\" is no AE title: 1 to 16 plain letters and digits, without a backslash."
    }

    /// DICOM UID (PS3.5 section 9.1): at most 64 characters, numbers joined by dots, none with a leading zero.
    static func uid(_ text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let good =
            text.utf8.count <= 64
            && parts.allSatisfy { part in
                part.first.map { $0 != 0x30 || part.count == 1 } ?? false
                    && part.allSatisfy { (0x30...0x39).contains($0) }
            }
        return good ? nil : "\"\(text)\" is no UID: numbers joined by dots, at most 64 characters, such as 1.2.840.1."
    }
}

/// Reads fixed numbers of digits out of dates and times.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly `count` digits, at most four.
    mutating func number(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    mutating func date() -> Bool {
        guard let year = number(4), year > 0 else { return false }
        guard take("-") else { return true }
        guard let month = number(2), (1...12).contains(month) else { return false }
        return take("-") ? day(year, month) : true
    }

    mutating func fullDate() -> Bool {
        guard let year = number(4), year > 0, take("-"), let month = number(2), (1...12).contains(month), take("-")
        else { return false }
        return day(year, month)
    }

    private mutating func day(_ year: Int, _ month: Int) -> Bool {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return number(2).map { (1...days[month - 1]).contains($0) } ?? false
    }

    mutating func time() -> Bool {
        guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60 else { return false }
        guard take(":") else { return true }
        guard let second = number(2), second < 60 else { return false }
        guard take(".") else { return true }
        var digits = 0
        while number(1) != nil { digits += 1 }
        return digits > 0
    }

    mutating func offset() -> Bool {
        if take("Z") { return true }
        guard take("+") || take("-"), let hour = number(2), hour <= 14, take(":"), let minute = number(2) else {
            return false
        }
        return minute < 60
    }
}
