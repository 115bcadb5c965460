import Core
import Foundation

/// Shows moments in one time zone.
///
/// Listings carry ISO 8601 in UTC; people read the clock on their wall.
public struct WallClock: Sendable {
    private let zone: TimeZone
    private let now: Date

    /// A clock for a zone by its IANA name.
    ///
    /// - Parameter zoneName: `Asia/Kolkata`; a name nobody knows falls back to UTC, which `zoneName` then says.
    public init(zoneName: String, now: Timestamp) {
        zone = TimeZone(identifier: zoneName) ?? .gmt
        self.now = Date(timeIntervalSince1970: Double(now.microseconds) / 1_000_000)
    }

    /// The zone's name, for people.
    public var zoneName: String { zone.identifier }

    /// `09:31` for today, `21 Nov 09:31` for another day, with the year for another year.
    ///
    /// Text that is no moment stays.
    public func short(_ iso8601: String) -> String {
        guard let moment = parse(iso8601) else { return iso8601 }
        let (then, today) = (parts(moment), parts(now))
        let time = "\(pad(then.hour)):\(pad(then.minute))"
        let month = Self.months[then.month - 1]
        if then.year != today.year { return "\(then.day) \(month) \(then.year) \(time)" }
        return (then.month, then.day) == (today.month, today.day) ? time : "\(then.day) \(month) \(time)"
    }

    /// `22 Nov 2026, 09:31:07 (Asia/Kolkata)`.
    public func full(_ iso8601: String) -> String {
        guard let moment = parse(iso8601) else { return iso8601 }
        let then = parts(moment)
        return "\(then.day) \(Self.months[then.month - 1]) \(then.year), "
            + "\(pad(then.hour)):\(pad(then.minute)):\(pad(then.second)) (\(zone.identifier))"
    }

    /// `22 Nov 2026` and `09:31:07.250`; text that is no moment is the time.
    public func precise(_ iso8601: String) -> (day: String, time: String) {
        guard let moment = parse(iso8601) else { return ("", iso8601) }
        // To the nearest millisecond: seconds of a `Date` hold it only nearly.
        let then = parts(moment.addingTimeInterval(0.0005))
        let millisecond = String(1_000 + then.millisecond).dropFirst()
        return (
            "\(then.day) \(Self.months[then.month - 1]) \(then.year)",
            "\(pad(then.hour)):\(pad(then.minute)):\(pad(then.second)).\(millisecond)"
        )
    }

    /// `just now`, `4 min ago`, `3 h ago`, `2 days ago`; nil when it is no moment, or lies ahead.
    public func ago(_ iso8601: String) -> String? {
        guard let moment = parse(iso8601) else { return nil }
        let seconds = now.timeIntervalSince(moment)
        switch seconds {
        case ..<(-60): return nil
        case ..<60: return "just now"
        case ..<3_600: return "\(Int(seconds / 60)) min ago"
        case ..<86_400: return "\(Int(seconds / 3_600)) h ago"
        case ..<172_800: return "yesterday"
        default: return "\(Int(seconds / 86_400)) days ago"
        }
    }

    /// The time on the wall now, `09:31:07`.
    public var time: String {
        let parts = parts(now)
        return "\(pad(parts.hour)):\(pad(parts.minute)):\(pad(parts.second))"
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private func parts(_ date: Date) -> CivilTime {
        let seconds = date.timeIntervalSince1970
        // Far beyond any calendar a listing shows, and within what the conversion can carry.
        let bounded = min(max(seconds, -62_135_596_800), 253_402_300_799)
        return CivilTime(
            Timestamp(microseconds: Int64(bounded * 1_000_000)), offsetSeconds: zone.secondsFromGMT(for: date))
    }

    private func parse(_ text: String) -> Date? {
        if let date = try? Date(text, strategy: .iso8601.time(includingFractionalSeconds: true)) { return date }
        return try? Date(text, strategy: .iso8601)
    }

    private func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
