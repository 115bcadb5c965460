import Core

extension WriteSession {
    /// A rerun: results of the same order, specimen, device and code that ran earlier become `superseded`.
    ///
    /// They stay, and what was queued of them is still sent first.
    func supersede(by results: [LabResult], of id: ReportID, specimen: String, device: Int64, order: Int64) throws {
        let posted = results.filter { ($0.state == .posted || $0.state == .stored) && $0.observation.performed != nil }
        guard !posted.isEmpty else { return }
        let earlier = try query(
            "SELECT id FROM report WHERE specimen = ? AND device = ? AND results > 0 AND order_id = ? AND id <> ?"
        ).all([.text(specimen), .int(device), .int(order), .int(id.number)]) { ReportID($0.int(0)) }
        let update = try query("UPDATE result SET state = ? WHERE report = ? AND position = ?")
        let byCode = Dictionary(grouping: posted, by: \.observation.code)
        for report in earlier {
            for stored in try StoredResult.all(database, report) where !stored.isReplaced {
                let former = stored.result
                guard former.state == .posted || former.state == .stored,
                    byCode[former.observation.code]?.contains(where: { $0.isRerun(of: former) }) == true
                else { continue }
                try update.run([.code(ResultState.superseded), .int(report.number), .int(stored.position)])
            }
        }
    }
}

extension LabResult {
    /// Whether this is the same test as `former`, run later.
    func isRerun(of former: LabResult) -> Bool {
        guard id != former.id, observation.code == former.observation.code,
            let later = observation.performed, let before = former.observation.performed
        else { return false }
        return RunMoment.isLater(later, than: before)
    }
}

/// Compares run times as written: ISO 8601, with or without offset.
enum RunMoment {
    /// Whether `one` is certainly later; false when the two cannot be compared.
    static func isLater(_ one: String, than other: String) -> Bool {
        guard let first = parts(one), let second = parts(other) else { return false }
        // Without an offset both are the device's own clock; one with and one without cannot be compared.
        guard (first.offset == nil) == (second.offset == nil) else { return false }
        return first.seconds - (first.offset ?? 0) > second.seconds - (second.offset ?? 0)
    }

    /// Seconds on the wall clock it names, and its offset from UTC in seconds.
    private static func parts(_ text: String) -> (seconds: Int, offset: Int?)? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes[4] == dash, bytes[7] == dash, bytes[10] == UInt8(ascii: "T"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month)
        else { return nil }
        // Days of the civil calendar (H. Hinnant's algorithm, public domain).
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let yearOfEra = shifted - era * 400
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
        let zone = bytes[19...].drop { $0 == UInt8(ascii: ".") || digit.contains($0) }
        if zone.isEmpty { return (seconds, nil) }
        if Array(zone) == [UInt8(ascii: "Z")] { return (seconds, 0) }
        let fields = Array(zone)
        guard fields.count == 6, fields[0] == dash || fields[0] == UInt8(ascii: "+"),
            let hours = number(fields[1..<3]), let minutes = number(fields[4..<6])
        else { return nil }
        return (seconds, (fields[0] == dash ? -1 : 1) * (hours * 3_600 + minutes * 60))
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in digits {
            guard digit.contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static let dash = UInt8(ascii: "-")
    private static let digit = UInt8(ascii: "0")...UInt8(ascii: "9")
}
