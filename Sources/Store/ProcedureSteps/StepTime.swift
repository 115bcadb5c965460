import Core
import Foundation

extension FacilityTime {
    /// ISO 8601 with offset of a modality's local date and time (VR DA and TM); the date alone without a time.
    ///
    /// - Parameter offset: Offset from UTC that the modality named (`+0530`, PS3.3 section C.12.1); else the facility's
    ///   zone decides.
    /// - Returns: Nil when there is no date.
    func iso8601(date: String, time: String, offset: String) -> String? {
        guard let day = DICOMDate(date)?.text else { return nil }
        let digits = Array(day)
        let written = "\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))"
        guard DICOMTime(time) != nil else { return written }
        // `HH`, `HHMM` or `HHMMSS`, with or without a fraction; what is not said is the beginning.
        let clock = Array(time.prefix { $0 != "." })
        let padded = clock + Array("000000").dropFirst(clock.count)
        let parts = stride(from: 0, to: 6, by: 2).map { String(padded[$0..<$0 + 2]) }
        // A leap second is the last of its minute: not every reader knows 60.
        let seconds = parts[2] == "60" ? "59" : parts[2]
        let local = "\(written)T\(parts[0]):\(parts[1]):\(seconds)"
        guard let zone = zone(named: offset) ?? zone(at: local) else { return written }
        return local + zone
    }

    private func zone(named offset: String) -> String? {
        let text = Array(offset)
        guard text.count == 5, text[0] == "+" || text[0] == "-",
            text.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        return "\(String(text[0..<3])):\(String(text[3..<5]))"
    }

    private func zone(at local: String) -> String? {
        guard let here = TimeZone(identifier: timeZone),
            let asUTC = try? Date("\(local)Z", strategy: .iso8601)
        else { return nil }
        // The offset of the moment itself; the first guess is off around a change of the clocks only.
        let guess = asUTC.addingTimeInterval(-Double(here.secondsFromGMT(for: asUTC)))
        let minutes = here.secondsFromGMT(for: guess) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(minutes < 0 ? "-" : "+")\(two(abs(minutes) / 60)):\(two(abs(minutes) % 60))"
    }
}
