import Core
import Foundation

/// A value of Timezone Offset From UTC (0008,0201): `+0530` (PS3.3 section C.12.1.1.8).
struct UTCOffset: Hashable, Sendable {
    /// East of UTC.
    let minutes: Int

    init(minutes: Int) { self.minutes = minutes }

    /// From `&ZZXX`, -1200 to +1400; nil when it is not of that form.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[1...].allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text.dropFirst()),
            number % 100 < 60
        else { return nil }
        let size = number / 100 * 60 + number % 100
        minutes = bytes[0] == UInt8(ascii: "-") ? -size : size
        guard (-720...840).contains(minutes) else { return nil }
    }

    /// As the element holds it.
    var text: String {
        let size = abs(minutes)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (minutes < 0 ? "-" : "+") + two(size / 60) + two(size % 60)
    }
}

/// The hospital's wall clock.
struct FacilityClock: Sendable {
    /// Days that an offset can move a start by.
    static let daysOfShift = 1

    private let zone: TimeZone

    /// Of an IANA zone; UTC when it is unknown, which the configuration's reader does not let pass.
    init(_ name: String) { zone = TimeZone(identifier: name) ?? .gmt }

    /// The calendar day at a moment.
    func day(at moment: Timestamp) -> DICOMDate? {
        let seconds = Int(moment.microseconds / 1_000_000)
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        return DICOMDate(dayNumber: floorDivide(seconds + zone.secondsFromGMT(for: date), 86_400))
    }

    /// The zone's offset when the clock on the wall shows a date and time.
    func offset(at date: DICOMDate, _ time: DICOMTime) -> UTCOffset {
        let wall = date.dayNumber * 86_400 + time.secondsOfDay
        // Near a change of summer time the first guess may be an hour off; the second is then right.
        var offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(wall)))
        offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(wall - offset)))
        return UTCOffset(minutes: offset / 60)
    }

    /// The entry with its start as a clock in another zone shows it.
    func entry(_ entry: WorklistEntry, in zone: UTCOffset) -> WorklistEntry {
        guard let date = DICOMDate(entry.startDate), let time = DICOMTime(entry.startTime) else { return entry }
        let shift = (zone.minutes - offset(at: date, time).minutes) * 60
        guard shift != 0 else { return entry }
        let wall = date.dayNumber * 86_400 + time.secondsOfDay + shift
        guard let day = DICOMDate(dayNumber: floorDivide(wall, 86_400)) else { return entry }
        var moved = entry
        moved.startDate = day.text
        moved.startTime = DICOMTime.text(secondsOfDay: wall - day.dayNumber * 86_400)
        return moved
    }

    private func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }
}
