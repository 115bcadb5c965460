/// Durations and sizes. A number without its unit is a mistake, never a guess.
extension YAMLValue {
    /// A duration with its unit: `500ms`, `15s`, `2m`, `1h`, `7d`.
    public func duration(in range: ClosedRange<Duration>? = nil) -> Duration? {
        guard let (number, unit) = quantity(),
            let scale = ["ms": Int64(1), "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000][unit]
        else { return wrong("\(seen) is not a duration; write a number with its unit, like 500ms, 15s, 2m, 1h or 7d") }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: scale)
        if overflow { return wrong("\(seen) is too long") }
        let duration = Duration.milliseconds(milliseconds)
        if let range, !range.contains(duration) {
            return wrong("\(seen) is out of range; \(range.lowerBound) to \(range.upperBound) is possible")
        }
        return duration
    }

    /// A size in bytes with its unit: `512B`, `64KiB`, `4MiB`, `1GiB`, or in powers of ten `kB`, `MB`, `GB`.
    public func byteSize(in range: ClosedRange<Int>? = nil) -> Int? {
        let scales = [
            "B": Int64(1), "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
            "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
        ]
        guard let (number, unit) = quantity(), let scale = scales[unit] else {
            return wrong("\(seen) is not a size; write a number with its unit, like 512B, 64KiB, 4MiB or 1GiB")
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
        guard !overflow, let size = Int(exactly: bytes) else { return wrong("\(seen) is too large") }
        if let range, !range.contains(size) {
            return wrong("\(seen) is out of range; \(range.lowerBound) to \(range.upperBound) bytes are possible")
        }
        return size
    }

    private func quantity() -> (number: Int64, unit: String)? {
        guard let text = node.scalar else { return nil }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        return (number, text.dropFirst(digits.count).trimmingPrefix { $0 == " " }.description)
    }
}
