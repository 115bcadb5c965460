/// The sending side of the link (LIS01-A2 6.2, 6.3 and 6.5) as a pure machine: events in, actions out.
///
/// One `start` delivers one transfer phase. After `finished` the machine is idle and may be started again.
public struct LinkSender: Sendable {
    /// Who we are, which decides a contention (6.2.7.1): the instrument has priority.
    public enum Role: Sendable, Hashable {
        /// The information system: yields.
        case computer
        /// The analyser: asks again.
        case instrument
    }

    /// What can happen.
    public enum Event: Equatable, Sendable {
        /// Deliver these frames (`FrameEncoder`, numbers from 1).
        case start(frames: [[UInt8]])
        /// The decoder saw something.
        case token(LinkToken)
        /// The timer started last ran out.
        case timerFired
        /// The connection ended or the line is dead.
        case linkLost
    }

    /// What to do, in this order.
    public enum Action: Equatable, Sendable {
        /// Send ENQ or EOT.
        case sendControl(ControlCharacter)
        /// Send these bytes.
        case sendFrame([UInt8])
        /// Start the only timer, or start it again.
        case startTimer(Duration)
        /// Stop the timer.
        case stopTimer
        /// The attempt is over.
        case finished(Outcome)
        /// For the trace and the counters.
        case note(LinkNote)
    }

    /// How an attempt ended.
    public enum Outcome: Hashable, Sendable {
        /// Every frame was accepted. When the receiver asked for an interrupt, stay off the line for
        /// `LinkTimers.interruptPause`, or until it has sent.
        case delivered(interruptRequested: Bool)
        /// The other side got the line: hand the ENQ just seen to the receiver, start again when it is neutral.
        case yielded
        /// Nothing was delivered for certain; the whole message is to be sent again.
        case failed(Failure)
    }

    /// Why an attempt failed.
    public enum Failure: Hashable, Sendable {
        /// There was nothing to send.
        case noFrames
        /// No answer to ENQ.
        case enquiryUnanswered
        /// ENQ was refused, or met the other side's, `LinkLimits.enquiryAttempts` times.
        case enquiryRefused
        /// No answer to the frame at this index.
        case frameUnanswered(Int)
        /// The frame at this index was refused `LinkLimits.frameAttempts` times.
        case frameRefused(Int)
        /// `LinkLimits.queuedSends` messages wait already.
        case queueFull
        /// It was taken back before it was tried (`LinkMachine.Event.withdraw`).
        case withdrawn
        /// The connection ended or the line is dead.
        case linkLost
    }

    private enum State: Sendable {
        /// Nothing to do; `start` leads to `establishing`.
        case idle
        /// ENQ sent: ACK leads to `transferring`, NAK to `busy`, ENQ to `yielding` (computer) or `backingOff`.
        case establishing
        /// The receiver was busy: the timer leads to `establishing`.
        case busy
        /// Contention, instrument: the timer leads to `establishing`.
        case backingOff
        /// Contention, computer: the instrument's next ENQ ends the attempt, the timer leads to `establishing`.
        case yielding
        /// Frame at `index` sent for the `attempt`th time: ACK and EOT lead on, anything else repeats it.
        case transferring(index: Int, attempt: Int)
    }

    private let role: Role
    private let limits: LinkLimits
    private let timers: LinkTimers
    private var state = State.idle
    private var frames: [[UInt8]] = []
    private var enquiries = 0
    private var isInterruptRequested = false

    /// - Parameters:
    ///   - role: decides contentions.
    ///   - limits: `frameAttempts` and `enquiryAttempts` are used here.
    ///   - timers: all but `receive`.
    public init(role: Role, limits: LinkLimits = LinkLimits(), timers: LinkTimers = LinkTimers()) {
        self.role = role
        self.limits = limits
        self.timers = timers
    }

    /// Nothing is being sent.
    public var isIdle: Bool {
        if case .idle = state { true } else { false }
    }

    /// Something is to be sent, but the line is neutral for now: the receiver was busy, or both asked at once.
    ///
    /// An ENQ of the other side is for the receiver; only the timer leads on (see `isYielding`).
    public var isWaiting: Bool {
        switch state {
        case .busy, .backingOff, .yielding: true
        case .idle, .establishing, .transferring: false
        }
    }

    /// Contention, computer: the instrument's next ENQ ends the attempt, so this machine must see it.
    public var isYielding: Bool {
        if case .yielding = state { true } else { false }
    }

    /// Takes one event and says what to do.
    ///
    /// `start` while not idle, and anything else while idle, changes nothing.
    public mutating func handle(_ event: Event) -> [Action] {
        switch (event, state) {
        case (.start(let frames), .idle):
            guard !frames.isEmpty else { return [.finished(.failed(.noFrames))] }
            self.frames = frames
            enquiries = 0
            isInterruptRequested = false
            return enquire()
        case (.start, _): return []
        case (.linkLost, .idle), (.timerFired, .idle): return []
        case (.linkLost, _): return [.stopTimer] + finish(.failed(.linkLost))
        case (.token(let token), .idle), (.token(let token), .busy), (.token(let token), .backingOff):
            return ignore(token)
        case (.token(let token), .establishing): return answerToEnquiry(token)
        case (.token(let token), .yielding):
            guard token == .enq else { return ignore(token) }
            return [.stopTimer] + finish(.yielded)
        case (.token(let token), .transferring(let index, let attempt)):
            return answerToFrame(token, index: index, attempt: attempt)
        case (.timerFired, .busy), (.timerFired, .backingOff), (.timerFired, .yielding): return enquire()
        case (.timerFired, .establishing):
            return [.sendControl(.eot)] + finish(.failed(.enquiryUnanswered))
        case (.timerFired, .transferring(let index, _)):
            return [.sendControl(.eot)] + finish(.failed(.frameUnanswered(index)))
        }
    }

    // MARK: - Establishment

    private mutating func enquire() -> [Action] {
        enquiries += 1
        state = .establishing
        return [.sendControl(.enq), .startTimer(timers.reply)]
    }

    private mutating func answerToEnquiry(_ token: LinkToken) -> [Action] {
        switch token {
        case .ack: return send(index: 0, attempt: 1)
        case .nak:
            guard enquiries < limits.enquiryAttempts else {
                return [.stopTimer, .sendControl(.eot)] + finish(.failed(.enquiryRefused))
            }
            state = .busy
            return [.startTimer(timers.busy)]
        case .enq:
            switch role {
            case .computer where enquiries < limits.enquiryAttempts:
                state = .yielding
                return [.startTimer(timers.contentionComputer), .note(.contention)]
            case .instrument where enquiries < limits.enquiryAttempts:
                state = .backingOff
                return [.startTimer(timers.contentionInstrument), .note(.contention)]
            case .computer, .instrument:
                return [.stopTimer, .note(.contention)] + finish(.failed(.enquiryRefused))
            }
        case .eot, .frame, .badFrame, .text, .junk: return ignore(token)
        }
    }

    // MARK: - Transfer phase

    private mutating func send(index: Int, attempt: Int) -> [Action] {
        state = .transferring(index: index, attempt: attempt)
        return [.sendFrame(frames[index]), .startTimer(timers.reply)]
    }

    private mutating func answerToFrame(_ token: LinkToken, index: Int, attempt: Int) -> [Action] {
        switch token {
        case .ack: return advance(from: index)
        case .eot:
            isInterruptRequested = true
            return advance(from: index) + [.note(.interruptRequested)]
        case .junk(let bytes) where bytes.allSatisfy({ $0 == Byte.cr || $0 == Byte.lf || $0 == 0 }):
            // Some devices end their ACK like a line.
            return ignore(token)
        case .nak, .enq, .frame, .badFrame, .text, .junk:
            guard attempt < limits.frameAttempts else {
                return [.stopTimer, .sendControl(.eot)] + finish(.failed(.frameRefused(index)))
            }
            return send(index: index, attempt: attempt + 1)
        }
    }

    private mutating func advance(from index: Int) -> [Action] {
        guard index + 1 < frames.count else {
            return [.stopTimer, .sendControl(.eot)]
                + finish(.delivered(interruptRequested: isInterruptRequested))
        }
        return send(index: index + 1, attempt: 1)
    }

    private mutating func finish(_ outcome: Outcome) -> [Action] {
        state = .idle
        frames = []
        return [.finished(outcome)]
    }

    private func ignore(_ token: LinkToken) -> [Action] {
        switch token {
        case .enq: [.note(.unexpected(.enq))]
        case .eot: [.note(.unexpected(.eot))]
        case .ack: [.note(.unexpected(.ack))]
        case .nak: [.note(.unexpected(.nak))]
        case .frame(let frame): [.note(.frameWithoutEnquiry(number: frame.number))]
        case .badFrame(let fault): [.note(.badFrame(fault.reason))]
        case .text(let bytes), .junk(let bytes): [.note(.junk(bytes: bytes.count))]
        }
    }
}

extension LinkSender.Action: PrintsRedacted {
    /// The action without the bytes of a frame.
    public var description: String {
        switch self {
        case .sendControl(let character): "send \(character)"
        case .sendFrame(let bytes): "send frame, \(bytes.count) bytes"
        case .startTimer(let duration): "start timer \(duration)"
        case .stopTimer: "stop timer"
        case .finished(let outcome): "finished \(outcome)"
        case .note(let note): "note \(note)"
        }
    }
}

extension LinkSender.Event: PrintsRedacted {
    /// The event without the bytes of its frames.
    public var description: String {
        switch self {
        case .start(let frames): "start, \(frames.count) frames"
        case .token(let token): token.description
        case .timerFired: "timer fired"
        case .linkLost: "link lost"
        }
    }
}

extension LinkSender: PrintsRedacted {
    /// Where the link stands.
    public var description: String { "link sender, \(isIdle ? "idle" : "busy"), \(frames.count) frames" }
}
