/// A moment on the wall clock: microseconds since 1970-01-01T00:00:00Z. Used for what people read ("received at");
/// deadlines and back-off use a monotonic clock.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Microseconds since the epoch.
    public let microseconds: Int64

    /// A moment from its microseconds since the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Earlier moments come first.
    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    /// The moment so many microseconds later; an overflow stays at the last moment that can be written.
    public func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(duration.wholeMicroseconds)
        return Timestamp(microseconds: overflow ? .max : sum)
    }

    /// ISO 8601 in UTC with milliseconds: `2026-11-22T09:31:07.250Z`.
    public var iso8601: String { iso8601(offsetSeconds: 0) }

    /// ISO 8601 with milliseconds at a fixed offset from UTC in seconds (`19800` is `+05:30`).
    public func iso8601(offsetSeconds: Int) -> String {
        let civil = CivilTime(self, offsetSeconds: offsetSeconds)
        let zone: String
        if offsetSeconds == 0 {
            zone = "Z"
        } else {
            let minutes = abs(offsetSeconds) / 60
            zone = (offsetSeconds < 0 ? "-" : "+") + pad(minutes / 60, 2) + ":" + pad(minutes % 60, 2)
        }
        return "\(pad(civil.year, 4))-\(pad(civil.month, 2))-\(pad(civil.day, 2))T\(pad(civil.hour, 2)):"
            + "\(pad(civil.minute, 2)):\(pad(civil.second, 2)).\(pad(civil.millisecond, 3))\(zone)"
    }

    /// `YYYYMMDDHHMMSS`, the form of HL7 v2 (section 2.A.22) and LIS02-A2 (section 5.6.2), at an offset in seconds.
    public func compact(offsetSeconds: Int = 0) -> String {
        let civil = CivilTime(self, offsetSeconds: offsetSeconds)
        return pad(civil.year, 4) + pad(civil.month, 2) + pad(civil.day, 2)
            + pad(civil.hour, 2) + pad(civil.minute, 2) + pad(civil.second, 2)
    }
}

/// A moment as the parts of the Gregorian calendar.
public struct CivilTime: Equatable, Sendable {
    /// Calendar and clock parts; `millisecond` is 0 to 999.
    public let year, month, day, hour, minute, second, millisecond: Int

    /// The parts of `moment` at an offset from UTC in seconds (H. Hinnant's days-to-civil algorithm, public domain).
    public init(_ moment: Timestamp, offsetSeconds: Int) {
        let shifted = moment.microseconds.addingReportingOverflow(Int64(offsetSeconds) * 1_000_000).partialValue
        let (seconds, micros) = floorDivide(shifted, 1_000_000)
        let (days, secondOfDay) = floorDivide(seconds, 86_400)
        let z = days + 719_468
        let (era, dayOfEra) = floorDivide(z, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
        self.month = Int(month)
        self.day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        self.hour = Int(secondOfDay / 3_600)
        self.minute = Int(secondOfDay % 3_600 / 60)
        self.second = Int(secondOfDay % 60)
        self.millisecond = Int(micros / 1_000)
    }
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let quotient = value >= 0 ? value / divisor : -((-(value + 1)) / divisor) - 1
    return (quotient, value - quotient * divisor)
}

private func pad(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
}

extension Duration {
    /// The duration in whole microseconds, rounded down; out-of-range values stay at the largest or smallest.
    public var wholeMicroseconds: Int64 {
        let (whole, attoseconds) = components
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return whole < 0 ? .min : .max }
        return scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000).partialValue
    }
}
