/// A calendar date in the form DICOM writes it (VR DA, PS3.5 table 6.2-1), compared by meaning.
public struct DICOMDate: Hashable, Sendable, Comparable {
    /// Year, month and day as one number, only for comparing.
    let ordinal: Int

    /// From `YYYYMMDD`, or `YYYY.MM.DD` of the standard's older versions.
    ///
    /// Nil when it is no date of the calendar.
    public init?<Text: StringProtocol>(_ text: Text) {
        var digits = Array(text.trimmingBlanks().utf8)
        if digits.count == 10, digits[4] == UInt8(ascii: "."), digits[7] == UInt8(ascii: ".") {
            digits.remove(at: 7)
            digits.remove(at: 4)
        }
        guard digits.count == 8, let year = number(digits[0..<4]), let month = number(digits[4..<6]),
            let day = number(digits[6..<8]), (1...12).contains(month)
        else { return nil }
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        guard (1...days).contains(day) else { return nil }
        ordinal = year * 10000 + month * 100 + day
    }

    /// From the count of days since 1970-01-01, in the Gregorian calendar; nil outside the years 1 to 9999.
    public init?(dayNumber: Int) {
        guard (-719_162...2_932_896).contains(dayNumber) else { return nil }
        // Years that begin in March end with the day that some of them lack; 400 of them always have 146,097 days.
        let day = dayNumber + 719_468
        let era = day / 146_097
        let dayOfEra = day % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        ordinal = year * 10_000 + month * 100 + dayOfYear - (153 * shifted + 2) / 5 + 1
    }

    /// Days since 1970-01-01.
    public var dayNumber: Int {
        let month = ordinal / 100 % 100
        let year = ordinal / 10_000 - (month <= 2 ? 1 : 0)
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + ordinal % 100 - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// So many days later; nil outside the calendar.
    public func adding(days: Int) -> DICOMDate? { DICOMDate(dayNumber: dayNumber + days) }

    /// Earlier days are less.
    public static func < (left: DICOMDate, right: DICOMDate) -> Bool { left.ordinal < right.ordinal }

    /// The date as `YYYYMMDD`.
    public var text: String {
        let digits = String(ordinal)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// A time of day (VR TM, PS3.5 table 6.2-1), compared by meaning: `2230` is `223000`.
///
/// A time written without minutes or seconds stands for the whole hour or minute, so it has a first and a last moment.
public struct DICOMTime: Hashable, Sendable {
    /// First moment it stands for, in microseconds after midnight.
    let first: Int
    /// Last moment it stands for.
    let last: Int

    /// Whole seconds after midnight.
    public var secondsOfDay: Int { first / 1_000_000 }

    /// `HHMMSS` of seconds after midnight.
    public static func text(secondsOfDay: Int) -> String {
        let parts = [secondsOfDay / 3_600, secondsOfDay / 60 % 60, secondsOfDay % 60]
        return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
    }

    /// From `HH`, `HHMM`, `HHMMSS`, with a fraction of up to six digits, or with the colons of older versions.
    ///
    /// Nil when it is no time of day. Second 60 is accepted as a leap second.
    public init?<Text: StringProtocol>(_ text: Text) {
        let parts = text.trimmingBlanks().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first else { return nil }
        var digits = Array(whole.utf8)
        if digits.count == 8 || digits.count == 5, digits[2] == UInt8(ascii: ":") {
            guard digits.count == 5 || digits[5] == UInt8(ascii: ":") else { return nil }
            digits.removeAll { $0 == UInt8(ascii: ":") }
        }
        guard digits.count == 2 || digits.count == 4 || digits.count == 6, let hour = number(digits[0..<2]), hour < 24
        else { return nil }
        var start = hour * 3600
        if digits.count >= 4 {
            guard let minute = number(digits[2..<4]), minute < 60 else { return nil }
            start += minute * 60
        }
        if digits.count == 6 {
            guard let second = number(digits[4..<6]), second <= 60 else { return nil }
            start += second
        }
        var moment = start * 1_000_000
        if parts.count == 2 {
            let fraction = Array(parts[1].utf8)
            guard digits.count == 6, (1...6).contains(fraction.count), let value = number(fraction[...]) else {
                return nil
            }
            moment += (fraction.count..<6).reduce(value) { scaled, _ in scaled * 10 }
        }
        first = moment
        // A fraction is exact; seconds stand for themselves.
        let span = digits.count == 2 ? 3_600_000_000 : digits.count == 4 ? 60_000_000 : 1
        last = moment + span - 1
    }
}

/// The value of ASCII digits; nil when there is anything else.
private func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
}
