/// The last worklist query of a modality, as it was sent and answered.
public struct WorklistQueryRecord: Sendable, Hashable, HoldsPatientData {
    /// Who asked.
    public var aeTitle: String
    /// When.
    public var at: Timestamp
    /// The identifier's bytes; nil when there were more than are kept.
    public var identifier: [UInt8]?
    /// UID of the transfer syntax they are in.
    public var transferSyntax: String
    /// Status of the last response (PS3.4 table K.4-1).
    public var status: UInt16
    /// Pending responses sent.
    public var matches: Int
    /// Characters that had to be replaced in them.
    public var replaced: Int

    /// Most bytes of an identifier that are kept; real ones have a few hundred.
    public static let identifierBytes = 16 * 1024

    /// A query; an identifier that is too long to be kept is left out.
    public init(
        aeTitle: String, at: Timestamp, identifier: [UInt8]?, transferSyntax: String, status: UInt16, matches: Int = 0,
        replaced: Int = 0
    ) {
        self.aeTitle = aeTitle
        self.at = at
        self.identifier = identifier.flatMap { $0.count <= Self.identifierBytes ? $0 : nil }
        self.transferSyntax = transferSyntax
        self.status = status
        self.matches = matches
        self.replaced = replaced
    }
}

/// Keeps the last worklist query of each modality.
public protocol WorklistQueryLog: Sendable {
    /// Takes a query, the last of its modality until the next one.
    ///
    /// Never blocks and never fails: it is kept in the background, and one that cannot be kept is lost.
    func note(_ query: WorklistQueryRecord)
}
