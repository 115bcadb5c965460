/// What an entry of a link's trace is.
public enum TraceKind: String, Sendable, Codable, CaseIterable {
    /// Bytes the device sent.
    case received = "in"
    /// Bytes we sent.
    case sent = "out"
    /// What the link's machine decided.
    case verdict
    /// A connection began.
    case opened
    /// A connection ended.
    case closed
}

/// One entry of a link's trace, for commands and pages. The bytes of a device hold patient data.
public struct TraceRow: Sendable, Codable, Equatable, HoldsPatientData {
    /// Counts the entries of this device since start, from 1, without a gap.
    public var sequence: Int64
    /// When, ISO 8601 UTC with milliseconds.
    public var at: String
    /// Counts the connections of this device since start, from 1.
    public var connection: Int
    /// What it is.
    public var kind: TraceKind
    /// Bytes as `EscapedBytes` writes them; of other entries the words.
    public var text: String

    /// A row.
    public init(sequence: Int64, at: String, connection: Int, kind: TraceKind, text: String) {
        self.sequence = sequence
        self.at = at
        self.connection = connection
        self.kind = kind
        self.text = text
    }
}

/// Some entries of a device's trace, oldest first.
public struct TracePage: Sendable, Codable, Equatable, HoldsPatientData {
    /// The device's configured name.
    public var device: String
    /// Its profile's id.
    public var profile: String
    /// The entries.
    public var rows: [TraceRow]
    /// What to ask for next, as `after`.
    public var next: Int64
    /// How many entries between `after` and the first row are no longer kept.
    public var lost: Int64

    /// A page.
    public init(device: String, profile: String, rows: [TraceRow] = [], next: Int64 = 0, lost: Int64 = 0) {
        self.device = device
        self.profile = profile
        self.rows = rows
        self.next = next
        self.lost = lost
    }
}
