import Core
import Profiles

/// One side of a line as a pure machine: bytes, timers and what is to be said in, writes and whole messages out. The
/// analyser's and the host's are the same; what they say is the part's (`SimulatedPart`).
protocol SimulatedConversation: Sendable {
    mutating func handle(_ event: ConversationEvent) -> [ConversationAction]
}

/// The clocks of a conversation; at most one of each runs.
enum ConversationTimer: Hashable, Sendable, CaseIterable {
    /// Of what we receive.
    case receiver
    /// Of what we send.
    case sender
    /// Of a frame or record whose end is missing.
    case trailer
}

/// What can happen.
enum ConversationEvent: Sendable, Equatable, HoldsPatientData {
    /// Bytes came.
    case bytes([UInt8])
    /// This message is to be sent when it is its turn; `number` comes back in `finished`.
    case send(number: Int, OutboundMessage)
    /// The answer to the message received last (HL7).
    case reply([UInt8])
    case timerFired(ConversationTimer)
    /// The connection ended.
    case lineLost
}

/// What to do, in this order.
enum ConversationAction: Sendable, Equatable, HoldsPatientData {
    /// Write one piece.
    case write([UInt8])
    case startTimer(ConversationTimer, Duration)
    case stopTimer(ConversationTimer)
    /// A whole message came: LIS02 record text, or the content of one MLLP block.
    case received([UInt8])
    /// A message is done with.
    case finished(number: Int, SimulationOutcome)
    /// Close the connection.
    case hangUp
}
