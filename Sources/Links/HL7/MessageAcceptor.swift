import Core
import HL7
import Profiles

/// What goes back for a message once it is durable.
struct Acceptance: Sendable {
    /// The content of the answer, nil when none is wanted.
    var reply: [UInt8]?
    /// Messages of ours that follow it (the orders a query asked for).
    var following: [OutboundMessage] = []
}

/// What a peer's message says about one of ours.
struct PeerAnswer: Sendable {
    /// MSA-2.
    var controlID: String
    /// What it says.
    var answer: HL7Exchange.Answer
    /// What it wants to hear itself (CA, in enhanced mode).
    var acknowledgement: [UInt8]?
}

/// Takes one HL7 message in and says, once it is durable, what to answer.
///
/// `done` runs exactly once, on any thread. Messages of one connection are handed over in their order, and answers leave
/// in that order. `fault` is set when the framing was broken: such bytes may be cut off, so they are kept and held but
/// never understood, even if they look like a message.
protocol MessageAcceptor: Sendable {
    func accept(
        _ message: [UInt8], fault: String?, received: Timestamp, done: @escaping @Sendable (Acceptance) -> Void)

    /// Journals what came of a message whose connection ended first. It was never acknowledged, so the peer sends it
    /// again: nobody needs to look at it, and nothing in it is understood.
    func keep(abandoned bytes: [UInt8], received: Timestamp)

    /// What a message says about ours in flight; nil when it is no answer but a message of its own.
    func answer(in message: [UInt8], to inFlight: OutboundMessage?) -> PeerAnswer?
}

extension MessageAcceptor {
    /// A listener that sends nothing is answered nothing.
    func answer(in message: [UInt8], to inFlight: OutboundMessage?) -> PeerAnswer? { nil }
}

/// Makes control ids for the messages we send (MSH-10): the process's start and a count.
final class ControlIDs: Sendable {
    private let prefix: String
    private let count = NIOLockedCount()

    init(started: Timestamp) { prefix = "L" + String(started.microseconds / 1_000_000, radix: 36).uppercased() }

    func next() -> String { prefix + "-" + String(count.next(), radix: 36).uppercased() }
}

extension Journal {
    /// Journals the beginning of an HL7 message that will be sent again; a failure loses nothing, for the same reason.
    func keepAbandoned(_ bytes: [UInt8], of device: DeviceID, received: Timestamp) {
        let ending = MessageEnding.incomplete(
            reason: "the connection was lost in the middle of it", processableText: 0)
        append(JournalEntry(device: device, wire: .hl7, bytes: bytes, ending: ending, received: received)) { _ in }
    }
}
