import Core

/// A modality that may open associations.
public struct RadiologyModality: Sendable, Hashable, Codable {
    /// The device's id in the configuration; logs name it.
    public var id: String
    /// What it may see of the worklist, with its AE title.
    public var caller: WorklistCaller
    /// How it is served the worklist.
    public var worklist = WorklistProfile()
    /// In which character sets it is answered.
    public var characterSets = ResponseCharacterSets()
    /// What it must do to be let in.
    public var rules: CallerRules
    /// How strictly its performed procedure steps are looked at.
    public var mpps = PerformedStepStrictness.lenient

    /// A modality.
    public init(id: String, caller: WorklistCaller, rules: CallerRules = CallerRules()) {
        self.id = id
        self.caller = caller
        self.rules = rules
    }
}

/// Limits of the association server.
///
/// Times are whole seconds.
public struct RadiologyLimits: Sendable, Hashable, Codable {
    /// Associations at a time; one more is rejected as transient, local limit exceeded.
    public var maxAssociations = 32
    /// Associations at a time from one address; one more is rejected likewise.
    public var maxAssociationsPerAddress = 8
    /// Threads beyond `maxAssociations` that stay free to reject, and to wait for peers that say nothing.
    public var spareAcceptors = 16
    /// TCP connections at a time from one address, silent ones included; one more is closed at once.
    public var maxConnectionsPerAddress = 16
    /// From TCP accept to the end of the A-ASSOCIATE-RQ (ACSE, ARTIM timer), seconds.
    public var associationTimeout = 10
    /// From the first to the last byte of one message (DIMSE), seconds.
    public var messageTimeout = 30
    /// An association without a message for so long is aborted, seconds.
    public var idleTimeout = 120
    /// Until the peer takes what is sent, seconds.
    public var writeTimeout = 30
    /// Largest PDU we announce, bytes (4,096 to 131,072).
    public var maxPDUBytes = 131_072
    /// Largest command set, bytes.
    public var maxCommandBytes = 16 * 1024
    /// Largest data set of a query, bytes.
    public var maxDataSetBytes = 1024 * 1024
    /// Largest data set of N-CREATE and N-SET, bytes: the end of an examination names each of its images.
    public var maxStepBytes = 8 * 1024 * 1024
    /// Nesting and number of its elements.
    public var dataSet = DataSetLimits()
    /// Matches of one query; a query with more is refused with A700 rather than cut short.
    public var maxMatches = 20_000
    /// Search for the matches of one query, seconds; then it is refused with A700.
    public var queryTimeout = 30
    /// Stack of an association's thread, bytes.
    public var threadStackBytes = 16 * 1024 * 1024
    /// What the process may allocate beside its threads' stacks, bytes.
    ///
    /// A worklist of the most matches on every association at once stays well within it.
    public var maxMemoryBytes = 1024 * 1024 * 1024
    /// What associations get to finish when the server stops, seconds.
    public var stopGrace = 3

    /// The defaults.
    public init() {}

    /// What the whole process may allocate, bytes: its threads serve two ports, in clear and over TLS.
    public var processMemoryBytes: Int { maxMemoryBytes + 2 * acceptors * threadStackBytes }
}

/// What the radiology side needs to know.
public struct RadiologyConfiguration: Sendable, Hashable, Codable {
    /// Our AE title; associations that call another are rejected.
    public var aeTitle: String
    /// Who may call, by AE title.
    public var modalities: [RadiologyModality]
    /// The limits.
    public var limits = RadiologyLimits()
    /// IANA zone of the hospital's clocks, in which the worklist's dates and times are.
    public var timeZone = "UTC"
    /// Whether AE titles are the same in capitals and small letters.
    public var ignoresCase = false
    /// TLS; nil where it is not spoken.
    public var tls: AssociationTLS?
    /// What gives orders without a station theirs.
    public var stationRules: [StationRule] = []

    /// A configuration with the default limits.
    public init(aeTitle: String, modalities: [RadiologyModality]) {
        self.aeTitle = aeTitle
        self.modalities = modalities
    }

    /// The modalities together, for orders that name no station.
    var stations: WorklistStations { WorklistStations(modalities.map(\.caller), rules: stationRules) }

    /// The modality that calls itself so.
    ///
    /// Spaces at both ends of an AE title are not significant (PS3.5 table 6.2-1).
    func modality(calling title: String) -> RadiologyModality? {
        guard !title.trimmingBlanks().isEmpty else { return nil }
        return modalities.first { isSame($0.caller.aeTitle, title) }
    }

    /// Whether two AE titles are the same here.
    func isSame(_ title: String, _ other: String) -> Bool {
        let (title, other) = (title.trimmingBlanks(), other.trimmingBlanks())
        // Titles are ASCII.
        return ignoresCase ? title.lowercased() == other.lowercased() : title == other
    }

    /// The certificates that modalities are pinned to.
    var pins: [CertificatePin] { modalities.compactMap { $0.rules.tls?.pin } }
}
