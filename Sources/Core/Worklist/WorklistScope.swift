/// What a modality may see of the worklist, whatever it asks.
public enum WorklistScope: String, Sendable, Hashable, CaseIterable, Codable {
    /// Steps scheduled for its own AE title.
    case ownAE = "own-ae"
    /// Steps of its kind of modality.
    case modality
    /// Steps at its location.
    case location
    /// Every step.
    case all
}

/// The requestor as the configuration knows it.
public struct WorklistCaller: Sendable, Hashable, Codable {
    /// Its AE title.
    public var aeTitle: String
    /// Its modality code; without one, the scope `modality` shows nothing.
    public var modality: String?
    /// Its location; without one, the scope `location` shows nothing.
    public var location: String?
    /// What it may see.
    public var scope: WorklistScope

    /// A requestor.
    public init(aeTitle: String, modality: String? = nil, location: String? = nil, scope: WorklistScope = .ownAE) {
        self.aeTitle = aeTitle
        self.modality = modality
        self.location = location
        self.scope = scope
    }

    /// Whether the scope lets this requestor see the entry.
    public func maySee(_ entry: WorklistEntry) -> Bool {
        switch scope {
        case .all: true
        case .ownAE: entry.stationAETitles.contains { $0.trimmingBlanks() == aeTitle.trimmingBlanks() }
        case .modality: modality.map { !$0.isEmpty && $0 == entry.modality.trimmingBlanks() } ?? false
        case .location: location.map { !$0.isEmpty && $0 == entry.location.trimmingBlanks() } ?? false
        }
    }
}

/// What a store can look up in an index before entries are compared one by one: every entry that matches satisfies all
/// of it, though not every entry that satisfies it matches.
///
/// Nil does not restrict.
public struct WorklistPreselection: Sendable, Hashable, HoldsPatientData {
    /// Start date not before, `YYYYMMDD`.
    public var earliestDate: String?
    /// Start date not after, `YYYYMMDD`.
    public var latestDate: String?
    /// Modality, exactly.
    public var modality: String?
    /// One of the scheduled station AE titles, exactly; an entry that names no station satisfies it too, since one may be
    /// assigned to it.
    public var stationAETitle: String?
    /// Accession number, exactly.
    public var accession: String?
    /// Patient ID, exactly.
    public var patientID: String?
    /// What the patient's name must match.
    ///
    /// The store keeps every name folded, so that an entry that cannot match is never decoded.
    public var name: WorklistNameKey?
    /// Whether steps that have begun are wanted besides those that are scheduled.
    public var includesStarted = false
    /// Whether steps that are done or withdrawn are wanted as well, for people who look for one.
    public var includesEveryState = false

    /// No restriction until set.
    public init() {}

    /// The same for a query in another zone, by whose clocks a start may be some days off.
    public func widened(days: Int) -> WorklistPreselection {
        var wider = self
        wider.earliestDate = earliestDate.flatMap { DICOMDate($0)?.adding(days: -days)?.text }
        wider.latestDate = latestDate.flatMap { DICOMDate($0)?.adding(days: days)?.text }
        return wider
    }

    /// From a query and what its requestor may see.
    public init(_ query: WorklistQuery, for caller: WorklistCaller) {
        if case .dates(let from, let through)? = query.conditions[.startDate] {
            earliestDate = from?.text
            latestDate = through?.text
        } else if let window = query.window {
            earliestDate = window.first.text
            latestDate = window.last.text
        }
        modality = Self.single(query.conditions[.modality]) ?? (caller.scope == .modality ? caller.modality : nil)
        stationAETitle =
            Self.single(query.conditions[.stationAETitle])
            ?? (caller.scope == .ownAE ? caller.aeTitle.trimmingBlanks() : nil)
        accession = Self.single(query.conditions[.accession])
        patientID = Self.single(query.conditions[.patientID])
        if case .name(let pattern)? = query.conditions[.patientName] { name = WorklistNameKey(pattern: pattern) }
    }

    private static func single(_ condition: WorklistCondition?) -> String? {
        guard case .text(let patterns)? = condition, patterns.count == 1 else { return nil }
        return patterns.first?.literal
    }
}

/// A patient's name as a query's key, to be compared with names that were folded when they were stored.
public struct WorklistNameKey: Sendable, Hashable, HoldsPatientData {
    let pattern: NamePattern

    /// A name (component groups separated by `=`) as it is stored for comparison: without case and accents.
    public static func folded(_ name: String) -> String { NameFolding.folded(name) }

    /// Whether a folded name matches.
    public func matches(folded name: String) -> Bool { pattern.matches(folded: name) }

    /// Whether a folded name matches, given as UTF-8.
    public func matches(folded name: UnsafeBufferPointer<UInt8>) -> Bool { pattern.matches(foldedBytes: name) }
}

/// Whole days around today that a query is cut to which names no date.
public struct WorklistWindow: Sendable, Hashable, Codable {
    /// Days before today.
    public var past: Int
    /// Days after today.
    public var future: Int

    /// Some days around today.
    public init(past: Int, future: Int) {
        self.past = past
        self.future = future
    }

    /// The first and the last day.
    public func days(around today: DICOMDate) -> (first: DICOMDate?, last: DICOMDate?) {
        (today.adding(days: -past), today.adding(days: future))
    }
}

/// Where the entries come from.
///
/// It is asked on the association's own thread, so it may block, and must be safe to ask from several.
public protocol WorklistSource: Sendable {
    /// Hands each entry that is still to be performed and satisfies the preselection to `body`, in any order, until it
    /// says false.
    func candidates(for preselection: WorklistPreselection, _ body: (WorklistEntry) throws -> Bool) throws
}
