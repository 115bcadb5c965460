/// How a device writes a time where it is not the standard's `YYYYMMDDHHMMSS`: `dd-MM-yyyy HH:mm`.
///
/// Two letters are two digits, one letter one or two: `yyyy` or `yy` (2000 to 2099), `MM`, `dd`, `HH`, `mm`, `ss`; `MMM` is
/// a month's English name in three letters, `hh` and `AM` an hour of twelve and its half of the day. Everything else stands
/// for itself; a blank for any run of blanks.
struct DateForm: Hashable, Sendable {
    private enum Part: Hashable {
        case number(Place, digits: ClosedRange<Int>)
        case monthName
        case halfOfDay
        case blank
        case literal(UInt8)
    }

    private enum Place { case year, shortYear, month, day, hour, hourOfTwelve, minute, second }

    /// As written in the profile.
    let source: String
    private let parts: [Part]
    /// Whether it says an hour.
    let hasTime: Bool

    /// Most characters of a form.
    static let longest = 40

    private static let letters: [(String, Part)] = [
        ("yyyy", .number(.year, digits: 4...4)), ("yy", .number(.shortYear, digits: 2...2)), ("MMM", .monthName),
        ("MM", .number(.month, digits: 2...2)), ("M", .number(.month, digits: 1...2)),
        ("dd", .number(.day, digits: 2...2)), ("d", .number(.day, digits: 1...2)),
        ("HH", .number(.hour, digits: 2...2)), ("H", .number(.hour, digits: 1...2)),
        ("hh", .number(.hourOfTwelve, digits: 2...2)), ("h", .number(.hourOfTwelve, digits: 1...2)),
        ("mm", .number(.minute, digits: 2...2)), ("m", .number(.minute, digits: 1...2)),
        ("ss", .number(.second, digits: 2...2)), ("s", .number(.second, digits: 1...2)), ("AM", .halfOfDay),
        (" ", .blank),
    ]

    /// A form as written; nil when it does not say year, month and day, once each.
    init?(_ source: String) {
        guard source.utf8.count <= Self.longest else { return nil }
        var rest = Substring(source)
        var parts: [Part] = []
        while !rest.isEmpty {
            if let (letters, part) = Self.letters.first(where: { rest.hasPrefix($0.0) }) {
                parts.append(part)
                rest.removeFirst(letters.count)
            } else {
                parts += rest.removeFirst().utf8.map { .literal($0) }
            }
        }
        func count(_ places: Place...) -> Int {
            parts.count {
                if case .number(let place, _) = $0 { places.contains(place) } else { false }
            }
        }
        let months = count(.month) + parts.count { $0 == .monthName }
        let hours = count(.hour, .hourOfTwelve)
        guard count(.year, .shortYear) == 1, months == 1, count(.day) == 1, hours <= 1, count(.minute) <= hours,
            count(.second) <= count(.minute), parts.count(where: { $0 == .halfOfDay }) == count(.hourOfTwelve)
        else { return nil }
        self.source = source
        self.parts = parts
        hasTime = hours == 1
    }

    /// The parts of a time; nil when the text is not of this form.
    func read(_ text: String) -> TimeFields? {
        var rest = text.utf8[...]
        var fields = TimeFields()
        var isAfternoon: Bool?
        for part in parts {
            switch part {
            case .literal(let byte):
                guard rest.popFirst() == byte else { return nil }
            case .blank:
                guard rest.first == 0x20 || rest.first == 0x09 else { return nil }
                rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
            case .monthName:
                guard let month = Self.month(rest.prefix(3)) else { return nil }
                fields.month = month
                rest = rest.dropFirst(3)
            case .halfOfDay:
                switch String(Substring(rest.prefix(2))).uppercased() {
                case "AM": isAfternoon = false
                case "PM": isAfternoon = true
                default: return nil
                }
                rest = rest.dropFirst(2)
            case .number(let place, let digits):
                let found = rest.prefix(digits.upperBound).prefix { (0x30...0x39).contains($0) }
                guard digits.contains(found.count), let value = TimeFields.number(found) else { return nil }
                Self.set(value, place, &fields)
                if place == .hourOfTwelve, !(1...12).contains(value) { return nil }
                rest = rest.dropFirst(found.count)
            }
        }
        guard rest.isEmpty else { return nil }
        if let isAfternoon { fields.hour = fields.hour % 12 + (isAfternoon ? 12 : 0) }
        return fields
    }

    private static func set(_ value: Int, _ place: Place, _ fields: inout TimeFields) {
        switch place {
        case .year: fields.year = value
        case .shortYear: fields.year = 2_000 + value
        case .month: fields.month = value
        case .day: fields.day = value
        case .hour, .hourOfTwelve: fields.hour = value
        case .minute: fields.minute = value
        case .second: fields.second = value
        }
    }

    private static func month(_ name: Substring.UTF8View.SubSequence) -> Int? {
        let names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        return names.firstIndex(of: String(Substring(name)).uppercased()).map { $0 + 1 }
    }
}
