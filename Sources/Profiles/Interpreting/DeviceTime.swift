/// A time as devices write it: `YYYYMMDD[HH[MM[SS[.f]]]][+ZZZZ]` (LIS02-A2 5.6.2, HL7 v2 section 2.A.22).
enum DeviceTime: Equatable {
    /// Nothing was written.
    case none
    /// ISO 8601: a moment with its offset from UTC, or a date alone when no more is known.
    case known(String)
    /// Something was written that is no time.
    case impossible

    /// - Parameters:
    ///   - text: what the device wrote.
    ///   - forms: how this device writes times besides; tried first.
    ///   - clock: its time zone; nil when that is unknown, then only a time with an offset of its own can be placed.
    init(_ text: String?, forms: [DateForm] = [], clock: inout ZoneClock?) {
        guard let text, !text.isEmpty else {
            self = .none
            return
        }
        for form in forms {
            guard let fields = form.read(text), fields.isPossible else { continue }
            if !form.hasTime {
                self = .known(fields.date(digits: 8))
            } else if clock != nil {
                self = .known(fields.moment(offset: clock?.offset(atLocal: fields.secondsAsUTC) ?? 0))
            } else {
                self = .impossible
            }
            return
        }
        let bytes = Array(text.utf8)
        let digits = bytes.prefix { (0x30...0x39).contains($0) }
        guard [4, 6, 8, 10, 12, 14].contains(digits.count), let fields = TimeFields(digits), fields.isPossible else {
            self = digits.allSatisfy { $0 == 0x30 } && digits.count == bytes.count ? .none : .impossible
            return
        }
        var rest = bytes[digits.count...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (0x30...0x39).contains($0) }
        }
        if digits.count <= 8 {
            self = rest.isEmpty ? .known(fields.date(digits: digits.count)) : .impossible
        } else if !rest.isEmpty {
            self = Self.offset(rest).map { .known(fields.moment(offset: $0)) } ?? .impossible
        } else if clock != nil {
            let offset = clock?.offset(atLocal: fields.secondsAsUTC) ?? 0
            self = .known(fields.moment(offset: offset))
        } else {
            self = .impossible
        }
    }

    /// `+0530` in seconds.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count == 5, let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hours = TimeFields.number(bytes.dropFirst().prefix(2)),
            let minutes = TimeFields.number(bytes.suffix(2)),
            hours <= 14, minutes < 60
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }
}

/// The parts of a time.
struct TimeFields {
    var year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0

    init() {}

    init?(_ digits: ArraySlice<UInt8>) {
        guard let year = Self.number(digits.prefix(4)) else { return nil }
        self.year = year
        func part(_ index: Int, default value: Int) -> Int {
            let at = digits.startIndex + 4 + index * 2
            guard at + 2 <= digits.endIndex else { return value }
            let (tens, ones) = (digits[at] &- 0x30, digits[at + 1] &- 0x30)
            return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : -1
        }
        month = part(0, default: 1)
        day = part(1, default: 1)
        hour = part(2, default: 0)
        minute = part(3, default: 0)
        second = part(4, default: 0)
    }

    static func number(_ digits: some Sequence<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }

    var isPossible: Bool {
        guard year >= 1900, (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        return day <= days && hour < 24 && minute < 60 && second < 61
    }

    /// Seconds since 1970 if the local time were UTC, by Hinnant's civil-to-days algorithm (public domain).
    var secondsAsUTC: Int {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    func date(digits: Int) -> String {
        var out: [UInt8] = []
        Self.pad(year, 4, into: &out)
        if digits >= 6 { Self.pad(month, 2, after: "-", into: &out) }
        if digits >= 8 { Self.pad(day, 2, after: "-", into: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    func moment(offset: Int) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(25)
        Self.pad(year, 4, into: &out)
        Self.pad(month, 2, after: "-", into: &out)
        Self.pad(day, 2, after: "-", into: &out)
        Self.pad(hour, 2, after: "T", into: &out)
        Self.pad(minute, 2, after: ":", into: &out)
        Self.pad(second, 2, after: ":", into: &out)
        Self.pad(abs(offset) / 3_600, 2, after: offset < 0 ? "-" : "+", into: &out)
        Self.pad(abs(offset) / 60 % 60, 2, after: ":", into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private static func pad(_ value: Int, _ width: Int, after mark: Unicode.Scalar? = nil, into out: inout [UInt8]) {
        if let mark { out.append(UInt8(ascii: mark)) }
        var scale = width == 4 ? 1_000 : 10
        while scale > 0 {
            out.append(0x30 + UInt8(value / scale % 10))
            scale /= 10
        }
    }
}
