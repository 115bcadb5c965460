import Core
import Profiles

/// What a simulated peer says, as a pure machine above the conversation: an analyser's part, or a host's.
protocol SimulatedPart: Sendable {
    mutating func handle(_ event: PartEvent, now: Timestamp) -> [PartAction]
}

/// What can happen.
enum PartEvent: Sendable, Equatable, HoldsPatientData {
    /// A connection is there.
    case connected
    /// A whole message came.
    case message([UInt8])
    /// Ask for the orders of this specimen; nil: for all.
    case ask(String?)
    /// How a message of the part's own fared.
    case sent(number: Int, SimulationOutcome)
    /// The part's timer ran out.
    case timerFired
    /// The connection ended.
    case lineLost
}

/// What to do, in this order.
enum PartAction: Sendable, Equatable, HoldsPatientData {
    /// Send this; `number` comes back in `sent`.
    case send(number: Int, OutboundMessage)
    /// Answer the message that came.
    case reply([UInt8])
    /// Start the only timer, or start it again.
    case startTimer(Duration)
    case stopTimer
    /// Tell the person at the simulator.
    case told(SimulationNews)
}

/// What a simulated peer tells the person who started it.
public enum SimulationNews: Sendable, Equatable, HoldsPatientData {
    /// A connection began.
    case connected
    /// A connection ended.
    case disconnected
    /// The analyser: what became of a query; nil asked for all.
    case answered(specimen: String?, QueryOutcome)
    /// The analyser: orders came unasked.
    case orders(HostTold)
    /// The host: a message came, and this is what is in it.
    case message(bytes: [UInt8], summary: String, isAccepted: Bool)
    /// The host: a query came; what it asked for, and how many orders the answer holds.
    case query(bytes: [UInt8], asked: String, orders: Int, remarks: [String])
    /// The host: how an order fared that was sent unasked, or nil where it is not for this device.
    case order(accession: String, SimulationOutcome?)
    /// The host: an order that was asked for did not arrive.
    case undelivered(SimulationOutcome)
}

/// What became of a query.
public enum QueryOutcome: Sendable, Equatable, HoldsPatientData {
    /// Orders came.
    case orders([ToldOrder])
    /// The host knows of none.
    case nothingOrdered
    /// The host did not take the query, or refused it; its words.
    case refused(String)
    /// No answer, or not all of it; why.
    case unanswered(String)
}

/// What both parts need to write messages.
struct SimulatedVoice: Sendable {
    let profile: Profile
    let facility: Facility
    let refuses: Bool
    let times: SimulatedTimes
    let controlIDs: ControlIDs

    func context(_ now: Timestamp, attempts: [Int64: Int] = [:]) -> DialogueContext {
        DialogueContext(
            facility: facility, now: now, attempt: { attempts[$0] ?? 1 },
            controlID: { [controlIDs] in controlIDs.next() })
    }
}
