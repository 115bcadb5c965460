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
        guard !hasTooMany, query.admits(candidate), let entry = stations.entry(candidate, for: caller),
            WorklistMatching.matches(query, entry)
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
        if let span = query.span, !span.contains(entry) { return false }
        return query.conditions.allSatisfy { attribute, condition in
            if query.span != nil, attribute == .startDate || attribute == .startTime { return true }
            return matches(condition, entry.values(of: attribute))
        } && query.codes.allSatisfy { sequence, conditions in matches(conditions, entry.codes(in: sequence)) }
    }

    /// The keys of the query that do not match, in the order of their names: what removed the entry.
    ///
    /// A date and a time that are one span are told as the date.
    public static func mismatches(_ query: WorklistQuery, _ entry: WorklistEntry) -> [WorklistKey] {
        var found: [WorklistKey] = []
        if let span = query.span, !span.contains(entry) { found.append(.attribute(.startDate)) }
        for (attribute, condition) in query.conditions {
            if query.span != nil, attribute == .startDate || attribute == .startTime { continue }
            if !matches(condition, entry.values(of: attribute)) { found.append(.attribute(attribute)) }
        }
        for (sequence, conditions) in query.codes {
            let codes = entry.codes(in: sequence)
            if matches(conditions, codes) { continue }
            let parts = conditions.keys.filter { part in
                !matches(conditions.filter { $0.key == part }, codes)
            }
            found += (parts.isEmpty ? Array(conditions.keys) : parts).map { .code(sequence, $0) }
        }
        return found.sorted { $0.name < $1.name }
    }

    private static func matches(_ condition: WorklistCondition, _ values: [String]) -> Bool {
        values.contains { condition.matches($0) }
    }

    /// One item must satisfy all of them (PS3.4 section C.2.2.2.6).
    private static func matches(_ conditions: [WorklistCodePart: WorklistCondition], _ codes: [WorklistCode]) -> Bool {
        codes.contains { code in conditions.allSatisfy { $0.value.matches(code.text(of: $0.key)) } }
    }

    /// Date and time are of fixed length and the accession settles equals, so that the order is always the same.
    static func order(_ entry: WorklistEntry) -> String {
        let name = NameFolding.folded(entry.patientName.components)
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
