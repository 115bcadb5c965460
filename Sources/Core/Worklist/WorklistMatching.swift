/// The entries that answer a query, and how many were kept back.
public struct WorklistAnswer: Sendable, Hashable {
    /// In order of start date, start time and name: many consoles do not sort.
    public var entries: [WorklistEntry]
    /// How many entries matched but cannot be served, by what is in the way.
    public var withheld: [WorklistObstacle: Int]
}

/// Gathers the answer to one query from entries that come one at a time, so that the whole worklist is never in memory.
public struct WorklistGathering: Sendable {
    private let query: WorklistQuery
    private let caller: WorklistCaller
    private let stations: WorklistStations
    private let limit: Int
    private var found: [(key: String, entry: WorklistEntry)] = []
    private var withheld: [WorklistObstacle: Int] = [:]
    /// Whether more than `limit` entries match: an answer cut short would hide patients, so there is none.
    public private(set) var hasTooMany = false

    /// Nothing gathered yet; more than `limit` matches are too many.
    public init(_ query: WorklistQuery, for caller: WorklistCaller, stations: WorklistStations, limit: Int) {
        self.query = query
        self.caller = caller
        self.stations = stations
        self.limit = limit
    }

    /// Takes the next entry.
    public mutating func take(_ candidate: WorklistEntry) {
        guard !hasTooMany, let entry = stations.entry(candidate, for: caller), WorklistMatching.matches(query, entry)
        else { return }
        let obstacles = entry.obstacles
        guard obstacles.isEmpty else {
            for obstacle in obstacles { withheld[obstacle, default: 0] += 1 }
            return
        }
        if found.count == limit {
            hasTooMany = true
            found = []
        } else {
            found.append((WorklistMatching.order(entry), entry))
        }
    }

    /// What was gathered, in order.
    public var answer: WorklistAnswer {
        WorklistAnswer(entries: found.sorted { $0.key < $1.key }.map(\.entry), withheld: withheld)
    }
}

/// Matching of worklist entries (PS3.4 sections C.2.2.2 and K.6.1.2), as functions of their arguments.
public enum WorklistMatching {
    /// Whether every key of the query matches.
    ///
    /// An attribute that the entry does not have matches no key.
    public static func matches(_ query: WorklistQuery, _ entry: WorklistEntry) -> Bool {
        let span = CombinedSpan(query)
        if let span, !span.contains(entry) { return false }
        return query.conditions.allSatisfy { attribute, condition in
            if span != nil, attribute == .startDate || attribute == .startTime { return true }
            return entry.values(of: attribute).contains { condition.matches($0) }
        }
    }

    /// Date and time are of fixed length and the accession settles equals, so that the order is always the same.
    static func order(_ entry: WorklistEntry) -> String {
        let name = NamePattern.folded(entry.patientName.components)
        return "\(entry.startDate) \(entry.startTime) \(name) \(entry.accession) \(entry.stepID)"
    }
}

extension WorklistCondition {
    /// Whether one value satisfies it.
    func matches(_ value: String) -> Bool {
        switch self {
        case .text(let patterns): patterns.contains { $0.matches(value.trimmingBlanks()) }
        case .name(let pattern): pattern.matches(value)
        case .uids(let uids): uids.contains(value.trimmingBlanks())
        case .dates(let from, let through):
            DICOMDate(value).map { date in (from.map { $0 <= date } ?? true) && (through.map { date <= $0 } ?? true) }
                ?? false
        case .times(let from, let through, _):
            DICOMTime(value).map { time in
                (from.map { $0.first <= time.first } ?? true) && (through.map { time.first <= $0.last } ?? true)
            } ?? false
        }
    }
}

/// A date key together with a time range is one span in the worklist model: July 5 to 7 with 10:00 to 18:00 means from
/// July 5, 10:00 to July 7, 18:00 (PS3.4 table K.6-1), not three daily windows as in Query/Retrieve.
private struct CombinedSpan {
    let from: (DICOMDate, Int)?
    let through: (DICOMDate, Int)?

    init?(_ query: WorklistQuery) {
        guard case .dates(let firstDate, let lastDate)? = query.conditions[.startDate],
            case .times(let firstTime, let lastTime, isRange: true)? = query.conditions[.startTime]
        else { return nil }
        from = firstDate.map { ($0, firstTime?.first ?? 0) }
        through = lastDate.map { ($0, lastTime?.last ?? Int.max) }
    }

    func contains(_ entry: WorklistEntry) -> Bool {
        guard let date = DICOMDate(entry.startDate), let time = DICOMTime(entry.startTime) else { return false }
        return (from.map { $0 <= (date, time.first) } ?? true) && (through.map { (date, time.first) <= $0 } ?? true)
    }
}
