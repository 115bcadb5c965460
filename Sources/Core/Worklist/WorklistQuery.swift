/// A key that cannot be understood: the requestor's mistake, and the end of this query only (status A900).
public struct WorklistQueryError: Error, Hashable, Sendable {
    /// What the key is about.
    public let key: WorklistKey
    /// What is wrong, without the key's content.
    public let reason: String
}

/// What a key asks of an attribute.
enum WorklistCondition: Hashable, Sendable {
    case text([TextPattern])
    case name(NamePattern)
    case uids([String])
    case dates(from: DICOMDate?, through: DICOMDate?)
    case times(from: DICOMTime?, through: DICOMTime?, isRange: Bool)
}

/// The keys of one worklist query that exclude something.
///
/// Empty keys, and keys that match everything, are left out: they only ask for the attribute to be returned.
public struct WorklistQuery: Hashable, Sendable, HoldsPatientData {
    let conditions: [WorklistAttribute: WorklistCondition]
    /// One item must satisfy all conditions on its sequence (PS3.4 section C.2.2.2.6).
    let codes: [WorklistCodeSequence: [WorklistCodePart: WorklistCondition]]
    /// Date and time taken together, where the query has both so.
    let span: WorklistSpan?
    /// The days it is cut to because it names none.
    private(set) var window: Window?

    /// Days, both included.
    struct Window: Hashable, Sendable {
        let first: DICOMDate
        let last: DICOMDate
    }

    /// From the text of each key, decoded to Unicode, values of a list separated by `\`.
    public init(keys: [WorklistKey: String]) throws(WorklistQueryError) {
        var conditions: [WorklistAttribute: WorklistCondition] = [:]
        var codes: [WorklistCodeSequence: [WorklistCodePart: WorklistCondition]] = [:]
        for (key, text) in keys {
            guard let condition = try Self.condition(key, text) else { continue }
            switch key {
            case .attribute(let attribute): conditions[attribute] = condition
            case .code(let sequence, let part): codes[sequence, default: [:]][part] = condition
            }
        }
        self.conditions = conditions
        self.codes = codes
        span = WorklistSpan(conditions)
    }

    /// From keys of attributes alone.
    public init(_ keys: [WorklistAttribute: String]) throws(WorklistQueryError) {
        var all: [WorklistKey: String] = [:]
        for (attribute, text) in keys { all[.attribute(attribute)] = text }
        try self.init(keys: all)
    }

    /// Whether nothing is excluded.
    public var isUniversal: Bool { conditions.isEmpty && codes.isEmpty }

    /// Whether it says anything of the start date.
    public var namesDate: Bool { conditions[.startDate] != nil }

    /// The query cut to a window of days, unless it names a date itself.
    public func cut(to window: WorklistWindow?, today: DICOMDate?) -> WorklistQuery {
        guard let window, let today, !namesDate else { return self }
        let days = window.days(around: today)
        guard let first = days.first, let last = days.last else { return self }
        var cut = self
        cut.window = Window(first: first, last: last)
        return cut
    }

    /// Whether a window cuts it.
    public var isCut: Bool { window != nil }

    /// Whether date and time are one span.
    public var joinsDateAndTime: Bool { span != nil }

    /// Whether the window it is cut to lets the entry through.
    public func admits(_ entry: WorklistEntry) -> Bool {
        guard let window else { return true }
        return DICOMDate(entry.startDate).map { window.first <= $0 && $0 <= window.last } ?? false
    }

    /// Component groups of a name, each as long as a value.
    static let nameGroups = 3
    /// Values of a list; without a limit one query could keep a processor busy for minutes.
    static let listValues = 100

    private static func condition(
        _ key: WorklistKey, _ text: String
    ) throws(WorklistQueryError) -> WorklistCondition? {
        try checkSize(key, text)
        let text = text.trimmingBlanks()
        guard !text.allSatisfy({ $0 == "*" }) else { return nil }
        switch key.matching {
        case .text, .code:
            let values = values(key, text)
            return values.isEmpty ? nil : .text(values.map(TextPattern.init))
        case .name:
            return NamePattern(text).map { .name($0) }
        case .uid:
            let values = values(key, text)
            guard values.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E } }) else {
                throw WorklistQueryError(key: key, reason: "not a UID")
            }
            return values.isEmpty ? nil : .uids(values)
        case .date:
            let (from, through, _) = try bounds(key, text, what: "date") { DICOMDate($0) }
            return .dates(from: from, through: through)
        case .time:
            let (from, through, isRange) = try bounds(key, text, what: "time") { DICOMTime($0) }
            return .times(from: from, through: through, isRange: isRange)
        }
    }

    private static func values(_ key: WorklistKey, _ text: String) -> [String] {
        guard key.isList else { return text.isEmpty ? [] : [text] }
        return text.split(separator: "\\").map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
    }

    private static func checkSize(_ key: WorklistKey, _ text: String) throws(WorklistQueryError) {
        // A name's groups with the delimiters between them.
        let isName = key.matching == .name
        let value = key.valueCharacters
        let longest = isName ? nameGroups * value + nameGroups - 1 : value
        var values = 1
        var characters = 0
        for scalar in text.unicodeScalars {
            if scalar == "\\", key.isList {
                values += 1
                characters = 0
            } else {
                characters += 1
            }
            guard values <= listValues else {
                throw WorklistQueryError(key: key, reason: "more than \(listValues) values")
            }
            guard characters <= longest else {
                throw WorklistQueryError(key: key, reason: "more than \(longest) characters")
            }
        }
    }

    /// `a`, `a-b`, `a-` or `-b` (PS3.4 section C.2.2.2.5.1).
    private static func bounds<Moment>(
        _ key: WorklistKey, _ text: String, what: String, read: (Substring) -> Moment?
    ) throws(WorklistQueryError) -> (from: Moment?, through: Moment?, isRange: Bool) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        var moments: [Moment?] = []
        for part in parts {
            if part.trimmingBlanks().isEmpty {
                moments.append(nil)
            } else if let moment = read(part) {
                moments.append(moment)
            } else {
                throw WorklistQueryError(key: key, reason: "no \(what) or range of \(what)s")
            }
        }
        switch moments.count {
        case 1: return (moments[0], moments[0], false)
        case 2 where moments[0] != nil || moments[1] != nil: return (moments[0], moments[1], true)
        default: throw WorklistQueryError(key: key, reason: "no \(what) or range of \(what)s")
        }
    }
}

/// A date key together with a time range is one span in the worklist model: July 5 to 7 with 10:00 to 18:00 means from
/// July 5, 10:00 to July 7, 18:00 (PS3.4 table K.6-1), not three daily windows as in Query/Retrieve.
struct WorklistSpan: Hashable, Sendable {
    private struct Moment: Hashable, Sendable {
        let date: DICOMDate
        let time: Int
    }

    private let from: Moment?
    private let through: Moment?

    init?(_ conditions: [WorklistAttribute: WorklistCondition]) {
        guard case .dates(let firstDate, let lastDate)? = conditions[.startDate],
            case .times(let firstTime, let lastTime, isRange: true)? = conditions[.startTime]
        else { return nil }
        from = firstDate.map { Moment(date: $0, time: firstTime?.first ?? 0) }
        through = lastDate.map { Moment(date: $0, time: lastTime?.last ?? Int.max) }
    }

    func contains(_ entry: WorklistEntry) -> Bool {
        guard let date = DICOMDate(entry.startDate), let time = DICOMTime(entry.startTime) else { return false }
        return (from.map { ($0.date, $0.time) <= (date, time.first) } ?? true)
            && (through.map { (date, time.first) <= ($0.date, $0.time) } ?? true)
    }
}
