import Core

/// What an analyser asks of us (LIS02-A2 Q record; HL7 QRY^Q02, QBP^Q11, QBP^Z01, QBP^Z03).
public struct HostQuery: Sendable, HoldsPatientData {
    /// Which orders it wants.
    public enum Wanted: Hashable, Sendable {
        /// The open orders of these specimens, in this order; none of an empty list. At most
        /// `DialogueLimits.specimensPerQuery`.
        case specimens([String])
        /// All open orders it has not reported on, received in this span.
        case all(from: Timestamp?, to: Timestamp?)
        /// None any more: it gives up an earlier query.
        case cancel
    }

    /// Which orders.
    public var wanted: Wanted
    /// The query as received, for what its answer echoes: LIS02 record text, or one HL7 message.
    public var bytes: [UInt8]

    /// A query.
    public init(wanted: Wanted, bytes: [UInt8]) {
        self.wanted = wanted
        self.bytes = bytes
    }
}

/// What a query and its answer may hold.
public struct DialogueLimits: Sendable {
    /// Most specimens one query is answered for; the rest is told in a remark.
    public static let specimensPerQuery = 500
}

/// A message on its way to a device.
public struct OutboundMessage: Hashable, Sendable, HoldsPatientData {
    /// LIS02 record text, each record ended by CR; or the content of one MLLP block.
    public var content: [UInt8]
    /// MSH-10, which the peer's MSA-2 must equal; nil in ASTM.
    public var controlID: String?
    /// Whether an application answer is awaited before the next message may go (HL7).
    public var awaitsAnswer: Bool
    /// `Dispatch.number` of what it tells; empty in an answer to a query.
    public var dispatches: [Int64]

    /// A message.
    public init(content: [UInt8], controlID: String? = nil, awaitsAnswer: Bool = true, dispatches: [Int64] = []) {
        self.content = content
        self.controlID = controlID
        self.awaitsAnswer = awaitsAnswer
        self.dispatches = dispatches
    }
}

/// How a query is answered.
public struct QueryAnswer: Sendable, HoldsPatientData {
    /// HL7: goes out at once in place of the application acknowledgement (QCK^Q02, RSP^K11, RSP^Z02); nil: the usual
    /// acknowledgement. A commit acknowledgement that MSH-15 asks for goes before it.
    public var reply: [UInt8]?
    /// What follows, one after the other, each when the one before was answered.
    public var following: [OutboundMessage]
    /// What a person should know, for the device's page: sentences without names and identifiers.
    public var remarks: [String]
    /// The orders it tells of, by their number.
    public var told: Set<Int64>

    /// An answer.
    public init(
        reply: [UInt8]? = nil, following: [OutboundMessage] = [], remarks: [String] = [], told: Set<Int64> = []
    ) {
        self.told = told
        self.reply = reply
        self.following = following
        self.remarks = remarks
    }
}

/// What a device said to a message of ours.
public enum DeviceResponse: Hashable, Sendable, HoldsPatientData {
    /// It took it.
    case accepted
    /// It did not, with its words and codes.
    case refused(String)
}

/// What answers and orders are made with, besides profile and order.
public struct DialogueContext: Sendable {
    /// Where the device stands.
    public var facility: Facility
    /// The time now.
    public var now: Timestamp
    /// A new MSH-10 (or H.3): at most 20 letters and digits, never given twice.
    public var controlID: @Sendable () -> String
    /// For the number of an order: how often it was sent to this device, this time included. Raised, durably, before it
    /// is asked for. Only needed where `Profile.numbersAttempts`.
    public var attempt: @Sendable (_ order: Int64) -> Int

    /// A context.
    public init(
        facility: Facility, now: Timestamp, attempt: @escaping @Sendable (_ order: Int64) -> Int = { _ in 1 },
        controlID: @escaping @Sendable () -> String
    ) {
        self.facility = facility
        self.now = now
        self.attempt = attempt
        self.controlID = controlID
    }
}
