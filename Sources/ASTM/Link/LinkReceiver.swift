/// The receiving side of the link (LIS01-A2 6.2 to 6.5) as a pure machine: events in, actions out.
///
/// A frame that completes a message or drops a level is acknowledged only after the save that contains it succeeded;
/// every other good frame at once (all of them with `LinkOptions.savesEveryFrame`). See `State` for the diagram.
public struct LinkReceiver: Sendable {
    /// What can happen.
    public enum Event: Equatable, Sendable {
        /// The decoder saw something. Not while `isWaitingForSave`.
        case token(LinkToken)
        /// The timer started last ran out.
        case timerFired
        /// The bytes are durable.
        case saved(SaveToken)
        /// The bytes are not durable.
        case saveFailed(SaveToken)
        /// The connection ended or the line is dead.
        case linkLost
    }

    /// What to do, in this order.
    public enum Action: Equatable, Sendable {
        /// Send one control character: ACK, NAK, or EOT to ask for an interrupt.
        case send(ControlCharacter)
        /// Make these bytes durable and report the outcome.
        case save(Save)
        /// Start the link's only timer, or start it again.
        case startTimer(Duration)
        /// Stop the timer.
        case stopTimer
        /// Close the connection.
        case hangUp
        /// For the trace and the counters.
        case note(LinkNote)
    }

    /// Where the link stands.
    enum State: Sendable {
        /// Nobody has the line. ENQ leads to `transfer` (or to `saving` when an earlier rest is still unsaved).
        case neutral
        /// The sender has the line. EOT, the timer and a lost link lead to `neutral`, by way of `saving` if a message
        /// is open; a frame that must be durable leads to `saving`.
        case transfer
        /// Received, not yet durable. The outcome leads to what `next` says.
        case saving(Saving)
    }

    /// A save under way.
    struct Saving: Sendable {
        let save: Save
        let next: Next
        /// The link was lost meanwhile.
        var isLost = false
    }

    /// What follows a save.
    enum Next: Sendable {
        /// Answer the frame with ACK, or take it back and answer NAK.
        case answerFrame(Frame, before: RecordScanner)
        /// The message before this frame is closed: accept the frame as the first of a new one.
        case acceptFrame(Frame)
        /// Answer ENQ.
        case answerEnquiry
        /// No answer.
        case rest
    }

    /// The message being received.
    struct Progress: Sendable {
        let message: Int
        var part = 0
        /// Wire bytes accepted since the last save.
        var unsaved: [UInt8] = []
        var unsavedFrames = 0
        /// Wire bytes of the whole message.
        var wireBytes = 0
        var scanner = RecordScanner()
        /// Set while the end of the message could not be saved.
        var unsavedEnd: Save.Reason?
    }

    let limits: LinkLimits
    let timers: LinkTimers
    let options: LinkOptions
    var state = State.neutral
    /// The number of the last frame accepted in this transfer phase.
    var lastAccepted: UInt8?
    var progress: Progress?
    var messages = 0
    var saves = 0
    /// Control characters in a row that led nowhere.
    var meaningless = 0

    /// While `false`, ENQ is answered with NAK (busy or cannot store, LIS01-A2 6.2.6); a running transfer goes on.
    public var isAccepting = true

    /// Set it to ask the sender for the line: the next good frame is answered with EOT, which the sender takes as ACK
    /// and as a request to interrupt (6.3.5).
    ///
    /// Cleared when sent.
    public var interruptWanted = false

    /// - Parameters:
    ///   - limits: `messageBytes` is used here.
    ///   - timers: `receive` is used here.
    ///   - options: how the device's link differs.
    public init(
        limits: LinkLimits = LinkLimits(), timers: LinkTimers = LinkTimers(), options: LinkOptions = LinkOptions()
    ) {
        self.limits = limits
        self.timers = timers
        self.options = options
    }

    /// A save is under way: hand in no tokens until its outcome is reported (back-pressure).
    public var isWaitingForSave: Bool {
        if case .saving = state { true } else { false }
    }

    /// The save whose outcome is awaited.
    var saveUnderWay: SaveToken? {
        isWaitingForSave ? SaveToken(number: saves) : nil
    }

    /// Nobody has the line.
    public var isNeutral: Bool {
        if case .neutral = state { true } else { false }
    }

    /// Takes one event and says what to do.
    public mutating func handle(_ event: Event) -> [Action] {
        if case .token(let token) = event, isOneTooMany(token) {
            return [.note(.meaningless(limit: limits.meaninglessCharacters)), .hangUp]
        }
        switch (event, state) {
        case (.token(let token), .neutral): return inNeutral(token)
        case (.token(let token), .transfer): return inTransfer(token)
        case (.token, .saving): return [.note(.tokenDuringSave)]
        case (.timerFired, .transfer): return close(.receiveTimeout, then: .rest)
        case (.timerFired, .neutral), (.timerFired, .saving): return [.note(.lateTimer)]
        case (.saved(let token), .saving(let saving)) where saving.save.token == token: return saved(saving)
        case (.saveFailed(let token), .saving(let saving)) where saving.save.token == token: return failed(saving)
        case (.saved, _), (.saveFailed, _): return [.note(.unknownSave)]
        case (.linkLost, .neutral):
            // The last chance to save an end that could not be saved.
            return progress?.unsavedEnd.map { close($0, then: .rest) } ?? []
        case (.linkLost, .transfer): return close(.linkLost, then: .rest)
        case (.linkLost, .saving(var saving)):
            saving.isLost = true
            state = .saving(saving)
            return []
        }
    }
}

extension LinkReceiver.Action: PrintsRedacted {
    /// The action without the bytes of a save.
    public var description: String {
        switch self {
        case .send(let character): "send \(character)"
        case .save(let save): save.description
        case .startTimer(let duration): "start timer \(duration)"
        case .stopTimer: "stop timer"
        case .hangUp: "hang up"
        case .note(let note): "note \(note)"
        }
    }
}

extension LinkReceiver.Event: PrintsRedacted {
    /// The event without the text of a frame.
    public var description: String {
        switch self {
        case .token(let token): token.description
        case .timerFired: "timer fired"
        case .saved(let token): "saved \(token.number)"
        case .saveFailed(let token): "save \(token.number) failed"
        case .linkLost: "link lost"
        }
    }
}

extension LinkReceiver: PrintsRedacted {
    /// Where the link stands.
    public var description: String {
        "link receiver, \(isNeutral ? "neutral" : isWaitingForSave ? "saving" : "transfer"), \(messages) messages"
    }
}
