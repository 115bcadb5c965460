/// The entries that answer a query, and how many were kept back.
public struct WorklistAnswer: Sendable, Hashable {
    /// In order of start date, start time and name: many consoles do not sort.
    public var entries: [WorklistEntry]
    /// Entries that matched but lack an attribute of type 1, by the attributes they lack.
    public var withheld: [WorklistAttribute: Int]
}

/// Matching of worklist entries (PS3.4 sections C.2.2.2 and K.6.1.2), as functions of their arguments.
public enum WorklistMatching {
    /// The answer to a query: what the requestor may see, matches, and is complete.
    public static func answer(
        _ query: WorklistQuery, for caller: WorklistCaller, from candidates: [WorklistEntry]
    ) -> WorklistAnswer {
        var found: [(key: String, entry: WorklistEntry)] = []
        var withheld: [WorklistAttribute: Int] = [:]
        for entry in candidates where caller.maySee(entry) && matches(query, entry) {
            let missing = entry.missingAttributes
            guard missing.isEmpty else {
                for attribute in missing { withheld[attribute, default: 0] += 1 }
                continue
            }
            found.append((order(entry), entry))
        }
        found.sort { $0.key < $1.key }
        return WorklistAnswer(entries: found.map(\.entry), withheld: withheld)
    }

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
    private static func order(_ entry: WorklistEntry) -> String {
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
