/// Our messages to a peer over one connection, one in flight, as a pure machine: events in, actions out.
///
/// An answer counts only for the message whose MSH-10 it names in MSA-2. Where none comes in time the connection is
/// closed: an answer that comes late must never be taken for that of the next message.
public struct HL7Exchange: Sendable {
    /// A message to be sent.
    public struct Request: Equatable, Sendable {
        /// Names it in `Action.finished`.
        public var number: Int
        /// Its MSH-10.
        public var controlID: String
        /// Its bytes, without the MLLP block.
        public var bytes: [UInt8]
        /// Whether an answer is awaited; without one it counts as delivered when it was sent.
        public var awaitsAnswer: Bool

        /// - Parameters:
        ///   - number: names it in `Action.finished`.
        ///   - controlID: its MSH-10.
        ///   - bytes: its bytes, without the MLLP block.
        ///   - awaitsAnswer: whether an answer is awaited.
        public init(number: Int, controlID: String, bytes: [UInt8], awaitsAnswer: Bool) {
            self.number = number
            self.controlID = controlID
            self.bytes = bytes
            self.awaitsAnswer = awaitsAnswer
        }
    }

    /// What the peer says about a message.
    public enum Answer: Hashable, Sendable {
        /// CA: it is stored; what becomes of it is said later (enhanced mode).
        case committed
        /// AA, or an application answer that takes it.
        case accepted
        /// AE, AR, CE, CR, or an application answer that refuses it; the peer's words.
        case refused(String)
    }

    /// What can happen.
    public enum Event: Equatable, Sendable {
        /// Send this when the ones before it are done.
        case send(Request)
        /// An answer with this MSA-2 came.
        case answered(controlID: String, Answer)
        /// The timer ran out.
        case timerFired
        /// The connection ended.
        case linkLost
    }

    /// What to do, in this order.
    public enum Action: Equatable, Sendable {
        /// Send these bytes in an MLLP block.
        case send([UInt8])
        /// Start the only timer, or start it again.
        case startTimer(Duration)
        /// Stop the timer.
        case stopTimer
        /// A message is done with.
        case finished(number: Int, Outcome)
        /// Close the connection.
        case hangUp
        /// An answer that belongs to no message in flight was ignored.
        case strayAnswer
    }

    /// How a message fared.
    public enum Outcome: Hashable, Sendable {
        /// The peer took it, or it wants no answer.
        case accepted
        /// The peer refused it, with its words.
        case refused(String)
        /// No answer came in time.
        case unanswered
        /// The connection ended before the peer answered.
        case linkLost
        /// The connection ended before it was sent.
        case notSent
        /// Too many wait already (`HL7Exchange.mostWaiting`).
        case queueFull
    }

    private enum State: Sendable {
        /// Nothing is in flight; `send` leads to `awaiting` where an answer is awaited.
        case idle
        /// The answer to this is awaited: it, the timer or the end of the connection leads to the next, or to `idle`.
        case awaiting(Request)
        /// The connection is gone.
        case lost
    }

    /// Most messages that wait for their turn.
    public static let mostWaiting = 64

    private let answerTime: Duration
    private var state = State.idle
    private var waiting: [Request] = []

    /// - Parameter answerTime: how long an answer, or the next one after a commit answer, may take.
    public init(answerTime: Duration = .seconds(30)) { self.answerTime = answerTime }

    /// The message whose answer is awaited.
    public var inFlight: Request? {
        if case .awaiting(let request) = state { request } else { nil }
    }

    /// Takes one event and says what to do.
    public mutating func handle(_ event: Event) -> [Action] {
        switch (event, state) {
        case (.send(let request), .lost): return [.finished(number: request.number, .notSent)]
        case (.send(let request), _) where waiting.count >= Self.mostWaiting:
            return [.finished(number: request.number, .queueFull)]
        case (.send(let request), .awaiting):
            waiting.append(request)
            return []
        case (.send(let request), .idle):
            waiting.append(request)
            return next()
        case (.answered(let id, let answer), .awaiting(let request)) where id == request.controlID:
            return answered(request, answer)
        case (.answered, _): return [.strayAnswer]
        case (.timerFired, .awaiting(let request)):
            return [.hangUp] + end(with: .unanswered, request)
        case (.timerFired, .idle), (.timerFired, .lost): return []
        case (.linkLost, .awaiting(let request)): return [.stopTimer] + end(with: .linkLost, request)
        case (.linkLost, .idle):
            state = .lost
            return []
        case (.linkLost, .lost): return []
        }
    }

    private mutating func answered(_ request: Request, _ answer: Answer) -> [Action] {
        switch answer {
        case .committed: return [.startTimer(answerTime)]
        case .accepted: return [.stopTimer, .finished(number: request.number, .accepted)] + next()
        case .refused(let words): return [.stopTimer, .finished(number: request.number, .refused(words))] + next()
        }
    }

    /// Sends what waits, up to the first message that awaits an answer.
    private mutating func next() -> [Action] {
        state = .idle
        var actions: [Action] = []
        while !waiting.isEmpty {
            let request = waiting.removeFirst()
            actions.append(.send(request.bytes))
            if request.awaitsAnswer {
                state = .awaiting(request)
                return actions + [.startTimer(answerTime)]
            }
            actions.append(.finished(number: request.number, .accepted))
        }
        return actions
    }

    private mutating func end(with outcome: Outcome, _ request: Request) -> [Action] {
        state = .lost
        defer { waiting = [] }
        return [.finished(number: request.number, outcome)]
            + waiting.map { .finished(number: $0.number, .notSent) }
    }
}

extension HL7Exchange.Request: PrintsRedacted {
    /// Number and length; never the bytes.
    public var description: String { "request \(number), \(bytes.count) bytes" }
}

extension HL7Exchange.Event: PrintsRedacted {
    /// The event without bytes and words of the peer.
    public var description: String {
        switch self {
        case .send(let request): "send \(request)"
        case .answered(_, .committed): "answered: committed"
        case .answered(_, .accepted): "answered: accepted"
        case .answered(_, .refused): "answered: refused"
        case .timerFired: "timer fired"
        case .linkLost: "link lost"
        }
    }
}

extension HL7Exchange.Action: PrintsRedacted {
    /// The action without bytes and words of the peer.
    public var description: String {
        switch self {
        case .send(let bytes): "send \(bytes.count) bytes"
        case .startTimer(let duration): "start timer \(duration)"
        case .stopTimer: "stop timer"
        case .finished(let number, .refused): "finished \(number): refused"
        case .finished(let number, let outcome): "finished \(number): \(outcome)"
        case .hangUp: "hang up"
        case .strayAnswer: "stray answer"
        }
    }
}

extension HL7Exchange: PrintsRedacted {
    /// Where it stands.
    public var description: String {
        let word =
            switch state {
            case .idle: "idle"
            case .awaiting: "awaiting an answer"
            case .lost: "lost"
            }
        return "exchange, \(word), \(waiting.count) waiting"
    }
}
