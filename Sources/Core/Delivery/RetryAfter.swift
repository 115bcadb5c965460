/// Reads `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date in the form of section 5.6.7's IMF-fixdate.
/// Anything else is nil, so that garbage is the same as no header. A date gone by is a wait of zero.
public func retryAfter(_ header: String, now: Timestamp) -> Duration? {
    let text = header.trimmingBlanks()
    if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
        return Int(text).map { .seconds(min($0, 86_400)) }
    }
    guard let date = fixdate(text) else { return nil }
    let (wait, overflow) = date.microseconds.subtractingReportingOverflow(now.microseconds)
    return overflow ? nil : .microseconds(max(0, wait))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
private func fixdate(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])),
        let day = Int(parts[1]), (1...31).contains(day), let year = Int(parts[3]), (1970...9999).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":").map { Int($0) ?? -1 }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
    else { return nil }
    // Days from civil (H. Hinnant, public domain), for years from 1970 on; March is month 0.
    let shifted = (month + 10) % 12
    let y = month < 2 ? year - 1 : year
    let dayOfYear = (153 * shifted + 2) / 5 + day - 1
    let days = y / 400 * 146_097 + (y % 400) * 365 + (y % 400) / 4 - (y % 400) / 100 + dayOfYear - 719_468
    let seconds = days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
    return Timestamp(microseconds: Int64(seconds) * 1_000_000)
}
