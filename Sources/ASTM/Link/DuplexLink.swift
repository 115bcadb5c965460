/// A link that receives and sends, as a pure machine, so that one handler can drive either kind: `LinkMachine` with frames,
/// `UnframedLink` without.
public protocol DuplexLink: Sendable, PrintsRedacted {
    /// A save is under way: hand in no tokens until its outcome is reported (back-pressure).
    var isWaitingForSave: Bool { get }
    /// Nobody has the line: no message is being received, none of ours is on the wire.
    var isNeutral: Bool { get }
    /// A message of ours is on the wire, or has been tried and waits for its next attempt.
    var isSending: Bool { get }
    /// Messages of ours without an outcome so far, at most `LinkLimits.queuedSends`.
    var queuedSends: Int { get }
    /// While `false`, ENQ is answered with NAK (busy or cannot store, LIS01-A2 6.2.6); a running transfer goes on.
    var isAccepting: Bool { get set }
    /// Set it to ask the sender for the line, for something urgent: the next good frame is answered with EOT, which the
    /// sender takes as ACK and as a request to interrupt (6.3.5). Cleared when sent. Many senders ignore it.
    var interruptWanted: Bool { get set }
    /// Takes one event and says what to do.
    mutating func handle(_ event: LinkMachine.Event) -> [LinkMachine.Action]
}
