/// A service that is asked of a peer: an abstract syntax with its name.
public struct RequestedService: Hashable, Sendable {
    /// SOP class UID.
    public let uid: String
    /// Its name (PS3.4, PS3.6 table A-1).
    public let name: String

    /// Verification (PS3.4 Annex A).
    public static let verification = RequestedService(uid: SOPClass.verification, name: "Verification")
    /// Modality Worklist (PS3.4 Annex K).
    public static let worklist = RequestedService(uid: SOPClass.modalityWorklist, name: "Modality Worklist")
    /// Modality Performed Procedure Step (PS3.4 section F.7).
    public static let performedStep = RequestedService(
        uid: SOPClass.performedProcedureStep, name: "Modality Performed Procedure Step")
    /// Secondary Capture Image Storage (PS3.4 table B.5-1).
    public static let secondaryCapture = RequestedService(
        uid: "1.2.840.10008.5.1.4.1.1.7", name: "Secondary Capture Image Storage")
}

/// Why a peer could not be used.
public struct RequestorFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether and when trying again makes sense.
    public enum Kind: Hashable, Sendable {
        /// No association: nobody listens, or nobody answers. It may be up later.
        case unreachable
        /// A-ASSOCIATE-RJ, transient (PS3.8 table 9-21).
        case rejectedForNow
        /// A-ASSOCIATE-RJ, permanent: the set-up of one side is to be changed.
        case rejectedForGood
        /// The association stood, but the service was not accepted.
        case serviceNotAccepted
        /// The association ended or fell silent before the answer: what was asked may have been done.
        case interrupted
        /// The peer broke the protocol.
        case protocolError
    }

    /// What kind.
    public let kind: Kind
    /// One sentence for people: which peer, what happened.
    public let description: String

    /// A failure.
    public init(kind: Kind, description: String) {
        self.kind = kind
        self.description = description
    }
}
