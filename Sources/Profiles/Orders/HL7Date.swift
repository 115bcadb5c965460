import Foundation

/// HL7 v2 times (data types DT and TS, chapter 2.A) as ISO 8601.
enum HL7Date {
    /// `YYYYMMDD…` as `YYYY-MM-DD`, `YYYYMM` as `YYYY-MM`, `YYYY` as itself; nil when it is none or no date.
    ///
    /// A date that is written `YYYY-MM-DD` already, as OpenMRS does, is taken too.
    static func isoDate(_ text: String) -> String? {
        let bytes = Array(text.utf8.prefix(10))
        if bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") {
            return isoDate(text.prefix(10).filter { $0 != "-" })
        }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        switch digits.count {
        case 4: return String(digits)
        case 6: return month(digits)
        case 8...:
            let date = digits.prefix(8)
            guard let day = Int(date.suffix(2)), (1...31).contains(day), let month = month(date.prefix(6)),
                components(date) != nil
            else { return nil }
            return month + "-" + date.suffix(2)
        default: return nil
        }
    }

    /// `YYYYMMDDHHMM[SS[.S…]][±ZZZZ]` as ISO 8601 with offset; the facility's zone where the text has none. A date
    /// alone stays a date. Nil when it is no time.
    static func isoMoment(_ text: String, timeZone: String) -> String? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard digits.count >= 12 else { return isoDate(text) }
        let seconds = digits.count >= 14 ? digits.dropFirst(12).prefix(2) : "00"
        guard let date = isoDate(String(digits.prefix(8))), var parts = components(digits.prefix(8)),
            let hour = Int(digits.dropFirst(8).prefix(2)), hour < 24,
            let minute = Int(digits.dropFirst(10).prefix(2)), minute < 60, let second = Int(seconds), second < 60
        else { return nil }
        let clock = "\(digits.dropFirst(8).prefix(2)):\(digits.dropFirst(10).prefix(2)):\(seconds)"
        if let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let zone = text[text.index(after: sign)...]
            guard zone.count == 4, zone.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            return "\(date)T\(clock)\(text[sign])\(zone.prefix(2)):\(zone.suffix(2))"
        }
        guard let zone = TimeZone(identifier: timeZone) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        (parts.hour, parts.minute, parts.second) = (hour, minute, second)
        guard let moment = calendar.date(from: parts) else { return nil }
        let offset = zone.secondsFromGMT(for: moment)
        let (hours, minutes) = (abs(offset) / 3_600, abs(offset) / 60 % 60)
        let padded = { (value: Int) in (value < 10 ? "0" : "") + String(value) }
        return "\(date)T\(clock)\(offset < 0 ? "-" : "+")\(padded(hours)):\(padded(minutes))"
    }

    private static func month(_ digits: Substring) -> String? {
        guard let month = Int(digits.suffix(2)), (1...12).contains(month) else { return nil }
        return digits.prefix(4) + "-" + digits.suffix(2)
    }

    /// The parts of `YYYYMMDD` when the calendar has such a day.
    private static func components(_ digits: Substring) -> DateComponents? {
        guard let year = Int(digits.prefix(4)), let month = Int(digits.dropFirst(4).prefix(2)),
            let day = Int(digits.suffix(2))
        else { return nil }
        let parts = DateComponents(year: year, month: month, day: day)
        return parts.isValidDate(in: Calendar(identifier: .gregorian)) ? parts : nil
    }
}
