import Foundation

/// Scheduled starts in the facility's own time zone, as modalities ask for them.
struct FacilityTime {
    /// IANA name; an unknown one leaves each time as it was written.
    let timeZone: String

    /// `YYYYMMDD` and `HHMMSS` of an ISO 8601 time; a date alone gives no time.
    ///
    /// Nil when it is neither.
    func start(of scheduled: String) -> (date: String, time: String?)? {
        let bytes = Array(scheduled.utf8)
        guard bytes.count >= 10, let date = Self.digits(bytes, [0, 1, 2, 3, 5, 6, 8, 9]) else { return nil }
        guard bytes.count >= 16, let clock = Self.digits(bytes, [11, 12, 14, 15]) else { return (date, nil) }
        let hasSeconds = bytes.count >= 19 && bytes[16] == UInt8(ascii: ":")
        let seconds = hasSeconds ? Self.digits(bytes, [17, 18]) ?? "00" : "00"
        let zone = scheduled.utf8.dropFirst(hasSeconds ? 19 : 16).drop { $0 == UInt8(ascii: ".") || Self.isDigit($0) }
        // Without an offset it is the facility's own time already.
        guard !zone.isEmpty, let offset = Self.offset(Array(zone)), let here = TimeZone(identifier: timeZone),
            let moment = Self.moment(date + clock + seconds)
        else { return (date, clock + seconds) }
        let instant = Date(timeIntervalSince1970: moment - Double(offset))
        let local = instant.addingTimeInterval(Double(here.secondsFromGMT(for: instant)))
        var utc = Calendar(identifier: .gregorian)
        utc.timeZone = .gmt
        let parts = utc.dateComponents([.year, .month, .day, .hour, .minute, .second], from: local)
        return (
            Self.padded(parts.year, 4) + Self.padded(parts.month, 2) + Self.padded(parts.day, 2),
            Self.padded(parts.hour, 2) + Self.padded(parts.minute, 2) + Self.padded(parts.second, 2)
        )
    }

    private static func moment(_ compact: String) -> Double? {
        let digits = Array(compact.utf8)
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
        var utc = Calendar(identifier: .gregorian)
        utc.timeZone = .gmt
        let parts = DateComponents(
            year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10),
            minute: number(10..<12), second: number(12..<14))
        return utc.date(from: parts)?.timeIntervalSince1970
    }

    private static func offset(_ zone: [UInt8]) -> Int? {
        if zone == [UInt8(ascii: "Z")] { return 0 }
        guard zone.count == 6 || zone.count == 5, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            let text = digits(zone, zone.count == 6 ? [1, 2, 4, 5] : [1, 2, 3, 4]), let number = Int(text)
        else { return nil }
        let seconds = number / 100 * 3_600 + number % 100 * 60
        return zone[0] == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func digits(_ bytes: [UInt8], _ places: [Int]) -> String? {
        var text: [UInt8] = []
        for place in places {
            guard place < bytes.count, isDigit(bytes[place]) else { return nil }
            text.append(bytes[place])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func padded(_ number: Int?, _ width: Int) -> String {
        let digits = String(number ?? 0)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
