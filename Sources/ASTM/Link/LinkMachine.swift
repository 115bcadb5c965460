/// A whole duplex link (LIS01-A2 6.2 to 6.5) as one pure machine: a `LinkReceiver` and a `LinkSender` that share the line.
///
/// The line belongs to nobody, to the other side (the receiver is at work) or to us (the sender is). Whatever waits to be
/// sent starts as soon as it belongs to nobody. Where both ask at once the instrument goes first (6.2.7.1): the computer
/// receives and its message is sent afterwards. After a NAK to ENQ the sender waits; the line is neutral meanwhile, and an
/// ENQ that comes is received like any other.
public struct LinkMachine: DuplexLink {
    /// The clocks of a link; at most one of each runs.
    public enum Timer: Hashable, Sendable, CaseIterable {
        /// Of what we receive.
        case receiver
        /// Of what we send.
        case sender
    }

    /// What can happen.
    public enum Event: Equatable, Sendable {
        /// The decoder saw something. Not while `isWaitingForSave`.
        case token(LinkToken)
        /// This timer, as it was started last, ran out.
        case timerFired(Timer)
        /// The bytes are durable.
        case saved(SaveToken)
        /// The bytes are not durable.
        case saveFailed(SaveToken)
        /// The connection ended or the line is dead; what came before was handed in. The machine sends nothing any more.
        case linkLost
        /// Send this message when the line is free: `FrameEncoder`'s frames, numbered from 1; for bare records the text.
        /// `number` is the caller's and comes back in `finished`, once for every `send`.
        case send(number: Int, frames: [[UInt8]])
        /// The message of the `send` with this number is no longer wanted; once it is on the wire nothing changes.
        case withdraw(number: Int)
    }

    /// What to do, in this order.
    public enum Action: Equatable, Sendable {
        /// Send ENQ, ACK, NAK or EOT.
        case sendControl(ControlCharacter)
        /// Send these bytes.
        case sendFrame([UInt8])
        /// Make these bytes durable and report the outcome.
        case save(Save)
        /// Start this timer, or start it again. A duration of zero fires after the bytes already here were handed in.
        case startTimer(Timer, Duration)
        /// Stop this timer.
        case stopTimer(Timer)
        /// The message of the `send` with this number has arrived, or has not.
        case finished(number: Int, Delivery)
        /// Close the connection.
        case hangUp
        /// For the trace and the counters.
        case note(LinkNote)
    }

    /// How a `send` ended.
    public enum Delivery: Hashable, Sendable {
        /// The other side accepted every frame.
        case delivered
        /// Nothing is known to have arrived; the whole message is to be sent again, or not, as the caller decides.
        case failed(LinkSender.Failure)
    }

    /// What the sender's timer was started for.
    enum SenderTimer: Hashable, Sendable {
        /// It does not run.
        case stopped
        /// For the sender itself: a reply, or its waits after NAK and contention.
        case sender
        /// The line became neutral: our turn, unless the other side's ENQ is here already.
        case turnaround
        /// The receiver asked us to let it send (6.3.5); ends early when it does.
        case interruptPause
        /// A message was given up: the other side may be busy, or its answer late. The next one waits, so that such an
        /// answer is not taken for that to its ENQ.
        case failurePause
    }

    /// What the receiver's timer was started for; see `receive`.
    enum ReceiverTimer: Hashable, Sendable {
        /// For the receiver itself, or it does not run.
        case receiver
        /// A save is under way, and the sender waits.
        case answerDue
        /// A save is under way, and the sender may have given up.
        case overdue
        /// This answer comes late and is held back: it is let go when another token comes.
        case holding(ControlCharacter)
    }

    /// One message to be sent.
    struct Letter: Sendable {
        let number: Int
        let frames: [[UInt8]]
        /// How often the other side got the line instead.
        var yields = 0
    }

    let role: LinkSender.Role
    let limits: LinkLimits
    let timers: LinkTimers
    var receiver: LinkReceiver
    var sender: LinkSender
    /// What waits; the first is being sent while the sender is not idle.
    var letters: [Letter] = []
    var senderTimer = SenderTimer.stopped
    var receiverTimer = ReceiverTimer.receiver
    /// The sender's timer ran out while the other side had the line.
    var isSenderOverdue = false
    var isLost = false

    /// - Parameters:
    ///   - role: decides contentions.
    ///   - limits: `messageBytes`, `meaninglessCharacters`, the attempts and `queuedSends` are used here.
    ///   - timers: all but those of bare records.
    ///   - options: how the device's link differs.
    public init(
        role: LinkSender.Role, limits: LinkLimits = LinkLimits(), timers: LinkTimers = LinkTimers(),
        options: LinkOptions = LinkOptions()
    ) {
        self.role = role
        self.limits = limits
        self.timers = timers
        receiver = LinkReceiver(limits: limits, timers: timers, options: options)
        sender = LinkSender(role: role, limits: limits, timers: timers)
    }

    /// A save is under way: hand in no tokens until its outcome is reported (back-pressure).
    public var isWaitingForSave: Bool { receiver.isWaitingForSave }

    /// Nobody has the line: no message is being received, none of ours is on the wire.
    public var isNeutral: Bool { receiver.isNeutral && (sender.isIdle || sender.isWaiting) }

    /// A message of ours is on the wire, or has been tried and waits for its next attempt.
    public var isSending: Bool { !sender.isIdle }

    /// Messages of ours without an outcome so far, at most `LinkLimits.queuedSends`.
    public var queuedSends: Int { letters.count }

    /// While `false`, ENQ is answered with NAK (6.2.6); a running transfer goes on.
    public var isAccepting: Bool {
        get { receiver.isAccepting }
        set { receiver.isAccepting = newValue }
    }

    /// Set it to ask the sender for the line: the next good frame is answered with EOT (6.3.5). Cleared when sent.
    public var interruptWanted: Bool {
        get { receiver.interruptWanted }
        set { receiver.interruptWanted = newValue }
    }

    /// Takes one event and says what to do; in no state does an event trap.
    public mutating func handle(_ event: Event) -> [Action] {
        var actions: [Action]
        switch event {
        case .token(let token): actions = handle(token)
        case .timerFired(.receiver): actions = receiverTimerFired()
        case .timerFired(.sender): actions = senderTimerFired()
        case .saved(let token): actions = settle(.saved(token))
        case .saveFailed(let token): actions = settle(.saveFailed(token))
        case .linkLost: actions = lose()
        case .send(let number, let frames): actions = post(Letter(number: number, frames: frames))
        case .withdraw(let number): actions = withdraw(number)
        }
        actions += turn()
        return actions
    }
}

extension LinkMachine.Action: PrintsRedacted {
    /// The action without the bytes of a frame or a save.
    public var description: String {
        switch self {
        case .sendControl(let character): "send \(character)"
        case .sendFrame(let bytes): "send frame, \(bytes.count) bytes"
        case .save(let save): save.description
        case .startTimer(let timer, let duration): "start \(timer) timer \(duration)"
        case .stopTimer(let timer): "stop \(timer) timer"
        case .finished(let number, let delivery): "finished \(number) \(delivery)"
        case .hangUp: "hang up"
        case .note(let note): "note \(note)"
        }
    }
}

extension LinkMachine.Event: PrintsRedacted {
    /// The event without the text of a frame.
    public var description: String {
        switch self {
        case .token(let token): token.description
        case .timerFired(let timer): "\(timer) timer fired"
        case .saved(let token): "saved \(token.number)"
        case .saveFailed(let token): "save \(token.number) failed"
        case .linkLost: "link lost"
        case .send(let number, let frames): "send \(number), \(frames.count) frames"
        case .withdraw(let number): "withdraw \(number)"
        }
    }
}

extension LinkMachine: PrintsRedacted {
    /// Where the link stands.
    public var description: String { "link, \(receiver), \(sender), \(letters.count) to send" }
}
