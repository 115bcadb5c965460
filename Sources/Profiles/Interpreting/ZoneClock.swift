import Foundation

/// A device's wall clock: what offset from UTC its time zone had at a local time.
struct ZoneClock {
    private let zone: TimeZone
    /// Messages hold many times of one hour; asking the time zone data is the slow part.
    private var lastHour: (hour: Int, offset: Int)?

    /// - Parameter identifier: an IANA name; nil when there is no such zone.
    init?(_ identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        self.zone = zone
    }

    /// The offset in seconds at a moment, given in seconds since 1970.
    func offset(at seconds: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }

    /// The offset in seconds at a local time, given in seconds since 1970 as if it were UTC.
    mutating func offset(atLocal seconds: Int) -> Int {
        let hour = seconds / 3_600
        if let lastHour, lastHour.hour == hour { return lastHour.offset }
        // The offset before a change of clocks decides in the hour that comes twice or never.
        let guess = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds - guess)))
        lastHour = (hour, offset)
        return offset
    }
}
