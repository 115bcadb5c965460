import CDCMTK

/// Why an A-ASSOCIATE-RQ is refused before the toolkit parses it.
///
/// The raw value travels through the bridge and back.
enum AssociateRequestFault: UInt8, Error, CaseIterable {
    case tooLarge = 1
    case badLengths
    case protocolVersion
    case calledTitle
    case callingTitle
    case applicationContext
    case repeatedItem
    case missingItem
    case badContext
    case tooManyContexts
    case tooManyTransferSyntaxes
    case tooManyUserItems
    case badUserItem

    /// What the peer is told.
    enum Answer: Hashable {
        /// A-ASSOCIATE-RJ (PS3.8 table 9-21), permanent.
        case reject(source: UInt8, reason: UInt8)
        /// A-ABORT as service provider (PS3.8 table 9-26).
        case abort(reason: UInt8)
    }

    var answer: Answer {
        switch self {
        case .protocolVersion: .reject(source: 2, reason: 2)
        case .applicationContext: .reject(source: 1, reason: 2)
        case .callingTitle: .reject(source: 1, reason: 3)
        case .calledTitle: .reject(source: 1, reason: 7)
        case .repeatedItem: .abort(reason: 5)
        case .tooLarge, .badLengths, .missingItem, .badContext, .tooManyContexts, .tooManyTransferSyntaxes,
            .tooManyUserItems, .badUserItem:
            .abort(reason: 6)
        }
    }

    /// For the log.
    func sentence(_ limits: AssociateRequestLimits = AssociateRequestLimits()) -> String {
        switch self {
        case .tooLarge: "it is longer than \(limits.maxBytes) bytes"
        case .badLengths: "its lengths do not add up"
        case .protocolVersion: "it asks for another version of the protocol"
        case .calledTitle: "the called AE title has characters that no title may have"
        case .callingTitle: "the calling AE title has characters that no title may have"
        case .applicationContext: "it names another application context than DICOM's"
        case .repeatedItem: "an item that may come once comes twice"
        case .missingItem: "the application context, every presentation context or the user information is missing"
        case .badContext: "a presentation context is malformed or its id is used twice"
        case .tooManyContexts: "it proposes more than \(limits.maxContexts) presentation contexts"
        case .tooManyTransferSyntaxes:
            "one presentation context proposes more than \(limits.maxTransferSyntaxes) transfer syntaxes"
        case .tooManyUserItems: "its user information has more than \(limits.maxUserItems) items"
        case .badUserItem: "an item of its user information is malformed"
        }
    }

    /// The same for the bridge.
    var refusal: cdcmtk_refusal {
        switch answer {
        case .reject(let source, let reason):
            cdcmtk_refusal(fault: rawValue, result: 1, source: source, reason: reason)
        case .abort(let reason): cdcmtk_refusal(fault: rawValue, result: 0, source: 2, reason: reason)
        }
    }
}

/// How much an A-ASSOCIATE-RQ may hold.
struct AssociateRequestLimits: Hashable, Sendable {
    /// The whole PDU, bytes: room for as many contexts, transfer syntaxes and items as the other limits allow.
    var maxBytes = 256 * 1024
    /// Presentation contexts: as many as there are odd numbers in a byte (PS3.8 section 9.3.2.2).
    var maxContexts = 128
    /// Transfer syntaxes of one context: as many as the toolkit's own arrays take.
    var maxTransferSyntaxes = 50
    /// Items of the user information: a role and an extended negotiation for each context, and the single ones.
    var maxUserItems = 2 * 128 + 8
    /// A UID, bytes (PS3.5 section 9.1).
    var maxUIDBytes = 64
}
