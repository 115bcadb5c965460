/// What a modality would get of the worklist.
public struct WorklistExplanation: Sendable, Codable, Equatable, HoldsPatientData {
    /// The modality's AE title.
    public var ae: String
    /// The moment it is evaluated for, ISO 8601 UTC.
    public var at: String
    /// Where the keys come from: `last query`, `given keys` or `no query yet`.
    public var source: String
    /// When the modality asked last, ISO 8601 UTC; empty when it has not.
    public var asked: String
    /// How that query ended: `FF00` hexadecimal status, `0000` for success; empty when it has not asked.
    public var status: String
    /// Entries it was sent then.
    public var sent: Int
    /// Characters that went out as `?` then.
    public var replaced: Int
    /// The keys that are not empty, `0040,0002 = 20261125`.
    public var keys: [String]
    /// What else there is to say of the query, a sentence each.
    public var remarks: [String]
    /// How many entries it would get.
    public var shown: Int
    /// How many others each thing removed: `state`, `missing`, `scope`, `window`, `key`.
    public var removed: [String: Int]
    /// The entries: those it would get in their order, then the others, nearest first.
    public var entries: [WorklistExplanationRow]

    /// An explanation of a query; its entries are added.
    public init(ae: String, at: String, source: String) {
        (self.ae, self.at, self.source) = (ae, at, source)
        (asked, status, sent, replaced, keys, remarks) = ("", "", 0, 0, [], [])
        (shown, removed, entries) = (0, [:], [])
    }
}

/// One scheduled step, and whether a modality would get it.
public struct WorklistExplanationRow: Sendable, Codable, Equatable, HoldsPatientData {
    /// Accession.
    public var accession: String
    /// Scheduled Procedure Step ID.
    public var step: String
    /// MRN.
    public var mrn: String
    /// Name in its components.
    public var patient: String
    /// Modality code.
    public var modality: String
    /// Station AE titles.
    public var station_ae: String
    /// Start in the facility's time, `20261125 101500`.
    public var scheduled: String
    /// One of `StepState`.
    public var state: String
    /// Whether the modality would get it.
    public var shown: Bool
    /// `state`, `missing`, `scope`, `window` or `key`; empty when it is shown.
    public var removed_by: String
    /// The tags of the keys that do not match.
    public var keys: [String]
    /// Why it is not shown, a sentence; empty when it is.
    public var what: String

    /// A step that is shown.
    public init(_ entry: WorklistEntry) {
        accession = entry.accession
        step = entry.stepID
        mrn = entry.patientID
        patient = entry.patientName.text
        modality = entry.modality
        station_ae = entry.stationAETitles.joined(separator: ", ")
        scheduled = entry.startTime.isEmpty ? entry.startDate : "\(entry.startDate) \(entry.startTime)"
        state = entry.state.rawValue
        (shown, removed_by, keys, what) = (true, "", [], "")
    }
}
