import Core
import GRDB

extension Store {
    /// The story of an accession, MRN, `M1`, `S1`, `H1`, `D1` or result id; nil when nothing is known under it.
    public func explain(_ subject: String) async throws(StoreError) -> Explanation? {
        let asked = subject.trimmingBlanks()
        guard !asked.isEmpty else { return nil }
        let limit = settings.limits.explainedItems
        let stations = settings.stations
        return try await readers.read { database in
            let scope = try ExplainScope(database, subject: asked, limit: limit)
            guard !scope.isEmpty else { return nil }
            var story = Story(database: database, scope: scope, stations: stations)
            try story.tellOrders()
            try story.tellDispatches()
            try story.tellMessages()
            try story.tellReports()
            try story.tellPerformed()
            try story.tellHolds()
            try story.tellDeliveries()
            return Explanation(subject: asked, steps: story.inOrder, raw: story.raw)
        }
    }
}

/// The steps of an explanation while they are gathered.
struct Story {
    let database: Database
    let scope: ExplainScope
    let stations: WorklistStations?
    /// Raw messages, oldest first.
    var raw: [String] = []
    private var steps: [(at: Timestamp, rank: Int, step: ExplainStep)] = []

    init(database: Database, scope: ExplainScope, stations: WorklistStations?) {
        self.database = database
        self.stations = stations
        self.scope = scope
    }

    /// Oldest first; steps of one moment in the order in which a result walks.
    var inOrder: [ExplainStep] {
        steps.enumerated().sorted { one, other in
            (one.element.at, one.element.rank, one.offset) < (other.element.at, other.element.rank, other.offset)
        }.map(\.element.step)
    }

    mutating func tell(_ at: Timestamp, _ kind: StepKind, _ what: String, _ reference: String) {
        let step = ExplainStep(at: at.iso8601, step: kind.word, what: what, reference: reference)
        steps.append((at, kind.rawValue, step))
    }
}

/// The kinds of step, in the order in which a result walks through the house.
enum StepKind: Int {
    case order, step, amended, cancelled, unseen, asked, sent, passed, received, understood, performed, resend, matched,
        held,
        reason, corrected, superseded
    case rejected, released, assigned, posted, retried, skipped, withdrawn, retry, ambiguous, parked, refused,
        delivered, due

    var word: String { "\(self)" }

    init(_ act: Act) {
        switch act {
        case .released: self = .released
        case .rejected: self = .rejected
        case .assigned: self = .assigned
        case .retried: self = .retried
        case .skipped: self = .skipped
        case .reasonChanged: self = .reason
        case .resolved: self = .matched
        case .withdrawn: self = .withdrawn
        }
    }

    init(_ outcome: AttemptOutcome) {
        switch outcome {
        case .delivered: self = .delivered
        case .retry: self = .retry
        case .ambiguous: self = .ambiguous
        case .parked: self = .parked
        case .dead: self = .refused
        }
    }
}
