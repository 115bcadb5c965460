/// A command set and the data set that follows it, if one does.
struct DIMSEMessage: Hashable {
    var command: CommandSet
    /// In the context's transfer syntax; nil when the command announces none.
    var data: [UInt8]?
}

/// What happens to an exchange.
enum ExchangeEvent: Hashable {
    /// The association stands and the request is to go out.
    case begin
    /// A whole message came.
    case message(DIMSEMessage)
    /// No message came, or no more can.
    case lost(Association.End)
}

/// What is to be done for an exchange.
enum ExchangeAction<Answer: Hashable>: Hashable {
    case send(DIMSEMessage)
    /// A match of a query: its data set.
    case match([UInt8])
    /// It is over and this came of it.
    case finish(Answer)
    /// It cannot go on, nor can the association, which is to be aborted.
    case fail(ExchangeFault)
}

/// A request and what answers it, as seen by the one that asks: pure, with the association around it.
protocol Exchange {
    associatedtype Answer: Hashable
    mutating func handle(_ event: ExchangeEvent) -> [ExchangeAction<Answer>]
}

/// Why an exchange does not come to an answer.
enum ExchangeFault: Error, Hashable {
    /// The association ended, or nothing came in time.
    case lost(Association.End)
    /// What came is not what the protocol allows here.
    case protocolError(String)

    /// What happened, for people; `service` is what was asked for.
    func sentence(_ service: String) -> String {
        switch self {
        case .lost(.silent): "no answer to \(service) in time"
        case .lost(.released): "the peer released the association instead of answering \(service)"
        case .lost(.aborted): "the peer aborted the association instead of answering \(service)"
        case .lost(.closed): "the peer closed the connection instead of answering \(service)"
        case .lost(.failed(let why)): "\(service) was not answered: \(why)"
        case .protocolError(let why): "the answer to \(service) breaks the protocol: \(why)"
        }
    }
}

/// What a response to a request said (PS3.7 Annex C).
public struct DIMSEReply: Hashable, Sendable {
    /// Status (0000,0900).
    public var status: UInt16
    /// Error Comment (0000,0902).
    public var comment: String?
    /// Error ID (0000,0903).
    public var errorID: UInt16?
    /// Offending Element or Attribute Identifier List: what a refusal is about.
    public var attributes: [Tag] = []
    /// Affected SOP Instance UID (0000,1000).
    public var instanceUID: String?

    /// A reply with a status alone.
    public init(status: UInt16, comment: String? = nil) {
        self.status = status
        self.comment = comment
    }

    init(_ response: CommandSet) {
        status = response.status ?? 0
        comment = response.errorComment
        errorID = response.errorID
        attributes = response.attributes + [response.offendingElement].compactMap { $0 }
        instanceUID = response.affectedSOPInstanceUID
    }
}

/// Checks that a response belongs to a request.
enum ResponseCheck {
    /// Nil when it does.
    static func fault(_ message: DIMSEMessage, to request: CommandSet) -> ExchangeFault? {
        let command = message.command
        guard command.field == request.field | CommandSet.Field.response else {
            return .protocolError("another message came in its place (command field \(hex(command.field)))")
        }
        guard command.respondsTo == request.messageID else {
            return .protocolError("it names another request")
        }
        guard command.status != nil else { return .protocolError("it has no status") }
        return nil
    }

    /// Four digits and an `H`, as the standard writes a status.
    static func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits + "H"
    }
}
