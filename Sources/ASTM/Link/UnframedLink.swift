/// A link of bare records over TCP, without ENQ, frames and acknowledgements, as a pure machine.
///
/// A message runs from its first record to L, to the next H, to `LinkTimers.unframed` of silence or to the loss of the
/// link; then it is saved, in one part. Nothing can be refused, so a save that failed is tried again, and meanwhile the
/// peer feels that nothing is read. What we send is on the wire at once and counts as delivered: nobody confirms it.
public struct UnframedLink: DuplexLink {
    /// The vocabulary is that of `LinkMachine`; of the tokens `text` has a meaning.
    public typealias Event = LinkMachine.Event
    /// The vocabulary is that of `LinkMachine`; of the control characters none is sent.
    public typealias Action = LinkMachine.Action

    /// Where the link stands.
    enum State: Sendable {
        /// No message is open. A record leads to `receiving`.
        case neutral
        /// A message is open. L, H, the timer, the limit and a lost link lead to `saving`.
        case receiving
        /// A message has ended and is not yet durable. Success leads to `neutral`, or to `receiving` with the header that
        /// ended it; failure to `waiting`.
        case saving(Save, then: [UInt8]?)
        /// The save failed. The timer and a lost link lead to `saving`.
        case waiting(Save, then: [UInt8]?)
    }

    let limits: LinkLimits
    let timers: LinkTimers
    var state = State.neutral
    /// The open message as received.
    var text: [UInt8] = []
    /// The last token was a piece of a record without its end.
    var isInRecord = false
    /// The record the last piece belongs to is no part of a message.
    var isSkipping = false
    var scanner = RecordScanner()
    var messages = 0
    var saves = 0
    var isLost = false

    /// Has no effect: without acknowledgement nothing can be refused.
    public var isAccepting = true
    /// Has no effect: there is no line to ask for.
    public var interruptWanted = false

    /// - Parameters:
    ///   - limits: `messageBytes` is used here.
    ///   - timers: `unframed` and `saveRetry` are used here.
    public init(limits: LinkLimits = LinkLimits(), timers: LinkTimers = LinkTimers()) {
        self.limits = limits
        self.timers = timers
    }

    /// A save is under way or about to be tried again: hand in no tokens until its outcome is reported (back-pressure).
    public var isWaitingForSave: Bool {
        switch state {
        case .saving, .waiting: true
        case .neutral, .receiving: false
        }
    }

    /// No message is open.
    public var isNeutral: Bool {
        if case .neutral = state { true } else { false }
    }

    /// Never: what we send is on the wire at once.
    public var isSending: Bool { false }

    /// None: what we send is on the wire at once.
    public var queuedSends: Int { 0 }

    /// Takes one event and says what to do; in no state does an event trap.
    public mutating func handle(_ event: Event) -> [Action] {
        switch (event, state) {
        case (.token(let token), .neutral), (.token(let token), .receiving): return take(token)
        case (.token, .saving), (.token, .waiting): return [.note(.tokenDuringSave)]
        case (.timerFired(.receiver), .receiving): return end(.incomplete(.receiveTimeout))
        case (.timerFired(.receiver), .waiting(let save, let next)): return ask(again: save, then: next)
        case (.timerFired, _): return [.note(.lateTimer)]
        case (.saved(let token), .saving(let save, let next)) where save.token == token: return saved(then: next)
        case (.saveFailed(let token), .saving(let save, let next)) where save.token == token:
            return failed(save, then: next)
        case (.saved, _), (.saveFailed, _): return [.note(.unknownSave)]
        case (.linkLost, _): return lose()
        case (.send(let number, let frames), _): return send(number: number, frames: frames)
        // It is on the wire already.
        case (.withdraw, _): return []
        }
    }
}

extension UnframedLink: PrintsRedacted {
    /// Where the link stands.
    public var description: String {
        "unframed link, \(isNeutral ? "neutral" : isWaitingForSave ? "saving" : "receiving"), \(messages) messages"
    }
}
