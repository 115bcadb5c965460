import Core

/// Times as a device reads and writes them: `YYYYMMDDHHMMSS` in its own time zone (LIS02-A2 5.6.2, HL7 v2 TS).
struct DeviceClock {
    private var zone: ZoneClock?

    init(_ profile: Profile, _ facility: Facility) { zone = ZoneClock(profile.timeZone ?? facility.timeZone) }

    /// A moment as the device writes it.
    func text(_ moment: Timestamp) -> String { moment.compact(offsetSeconds: offset(moment)) }

    /// A moment given in ISO 8601, as the device writes it; empty when there is none.
    func text(iso: String?) -> String { iso.flatMap(Self.moment).map(text) ?? "" }

    /// A date `YYYY-MM-DD` (or shorter) as the device writes it; empty when there is none.
    static func date(_ iso: String?) -> String { iso.map { $0.filter { $0 != "-" } } ?? "" }

    /// A moment the device wrote; a date alone is its first moment, or with `isEnd` the first of the next day.
    ///
    /// Nil when there is none or it is impossible.
    mutating func moment(_ text: String?, isEnd: Bool = false) -> Timestamp? {
        guard case .known(let iso) = DeviceTime(text, clock: &zone) else { return nil }
        if let moment = Self.moment(iso) { return moment }
        guard iso.utf8.count == 10, let day = Self.seconds(iso + "T00:00:00") else { return nil }
        let midnight = day + (isEnd ? 86_400 : 0)
        return Timestamp(microseconds: Int64(midnight - (zone?.offset(atLocal: midnight) ?? 0)) * 1_000_000)
    }

    private func offset(_ moment: Timestamp) -> Int {
        zone?.offset(at: Int(moment.microseconds / 1_000_000)) ?? 0
    }

    /// `2026-11-22T09:10:00+05:30`, seconds optional, a fraction passed over, `Z` for UTC; nil for anything else.
    static func moment(_ iso: String) -> Timestamp? {
        var rest = Substring(iso)
        guard let zoneStart = rest.dropFirst(11).firstIndex(where: { "+-Z".contains($0) }) else { return nil }
        let zone = rest[zoneStart...]
        rest = rest[..<zoneStart]
        if let point = rest.firstIndex(of: ".") { rest = rest[..<point] }
        let clock = rest.utf8.count == 16 ? rest + ":00" : rest
        guard let local = seconds(String(clock)), let offset = offset(zone) else { return nil }
        return Timestamp(microseconds: Int64(local - offset) * 1_000_000)
    }

    private static func offset(_ text: Substring) -> Int? {
        if text == "Z" { return 0 }
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1...2]),
            let minutes = number(bytes[4...5])
        else { return nil }
        return (hours * 60 + minutes) * (bytes[0] == UInt8(ascii: "-") ? -60 : 60)
    }

    /// Seconds since 1970 of `YYYY-MM-DDTHH:MM:SS` as if it were UTC (H. Hinnant's civil-to-days algorithm).
    private static func seconds(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 19, let year = number(bytes[0...3]), let month = number(bytes[5...6]),
            let day = number(bytes[8...9]), let hour = number(bytes[11...12]), let minute = number(bytes[14...15]),
            let second = number(bytes[17...18]), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
