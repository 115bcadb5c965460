import Core

/// What the console asks of the radiology side about worklists.
public protocol WorklistExplaining: Sendable {
    /// Which entries a modality would get, and what removed each of the others.
    func explain(_ request: WorklistExplainRequest) async -> WorklistExplainOutcome
}

/// What is to be explained.
public struct WorklistExplainRequest: Sendable, Equatable, HoldsPatientData {
    /// A configured modality, by AE title or id.
    public var ae: String
    /// The moment for what goes by the day: ISO 8601, with or without offset; nil for now.
    public var at: String?
    /// Only this accession.
    public var accession: String?
    /// Keys in place of those of the last query, `0040,0002=20261125`; nil for those of the last query.
    public var keys: [String]?
    /// Most entries told, of those that are shown and of the others.
    public var limit: Int

    /// A request.
    public init(
        ae: String, at: String? = nil, accession: String? = nil, keys: [String]? = nil, limit: Int = 1_000
    ) {
        self.ae = ae
        self.at = at
        self.accession = accession
        self.keys = keys
        self.limit = limit
    }
}

/// How it went.
public enum WorklistExplainOutcome: Sendable {
    case explained(WorklistExplanation)
    /// Why not, and what to do.
    case refused(String)
}
