import Core
import HL7
import Profiles

/// HL7 in MLLP blocks: our own messages one after the other, each until its answer; messages of the other side to the
/// part, whose replies go out at once.
struct MLLPConversation: SimulatedConversation {
    private let profile: Profile
    private let answerTime: Duration
    private var decoder = MLLPDecoder()
    private var exchange: HL7Exchange
    private var waiting: [Int: OutboundMessage] = [:]

    init(profile: Profile, times: SimulatedTimes) {
        self.profile = profile
        answerTime = times.answer
        exchange = HL7Exchange(answerTime: times.answer)
    }

    mutating func handle(_ event: ConversationEvent) -> [ConversationAction] {
        switch event {
        case .bytes(let bytes):
            decoder.append(bytes)
            var actions: [ConversationAction] = []
            while let token = decoder.next() {
                // What broke off is not answered: the other side waits in vain and sends it again.
                if case .message(let message) = token { actions += take(message) }
            }
            return actions
        case .send(let number, let message):
            waiting[number] = message
            return carryOut(
                exchange.handle(
                    .send(
                        HL7Exchange.Request(
                            number: number, controlID: message.controlID ?? "", bytes: message.content,
                            awaitsAnswer: message.awaitsAnswer))))
        case .reply(let answer): return [.write(MLLP.frame(answer))]
        case .timerFired(.sender): return carryOut(exchange.handle(.timerFired))
        case .timerFired(.receiver), .timerFired(.trailer): return []
        case .lineLost: return carryOut(exchange.handle(.linkLost))
        }
    }

    private mutating func take(_ bytes: [UInt8]) -> [ConversationAction] {
        var actions: [ConversationAction] = []
        if let answered = verdict(bytes) {
            actions = carryOut(exchange.handle(.answered(controlID: answered.controlID, answered.answer)))
        }
        return actions + [.received(bytes)]
    }

    /// What a message says about ours in flight; nil when it is no answer.
    private func verdict(_ bytes: [UInt8]) -> (controlID: String, answer: HL7Exchange.Answer)? {
        guard let message = try? HL7Message.parse(bytes), HL7Turn.isAnswer(message),
            let received = ReceivedAcknowledgement(message)
        else { return nil }
        let inFlight = exchange.inFlight.flatMap { waiting[$0.number] }
        guard let inFlight, received.controlID == inFlight.controlID ?? "" else {
            return (received.controlID, .committed)
        }
        switch profile.response(in: bytes, to: inFlight) {
        case nil: return (received.controlID, .committed)
        case .accepted?: return (received.controlID, .accepted)
        case .refused(let words)?:
            let isPlain = message.first("ORC") == nil
            let plain = "\(received.codeText) \(received.text ?? "without a reason")"
            return (received.controlID, .refused(isPlain ? plain : words))
        }
    }

    private mutating func carryOut(_ actions: [HL7Exchange.Action]) -> [ConversationAction] {
        actions.compactMap { action in
            switch action {
            case .send(let bytes): .write(MLLP.frame(bytes))
            case .startTimer(let duration): .startTimer(.sender, duration)
            case .stopTimer: .stopTimer(.sender)
            case .finished(let number, let outcome): finished(number, outcome)
            case .hangUp: .hangUp
            case .strayAnswer: nil
            }
        }
    }

    private mutating func finished(_ number: Int, _ outcome: HL7Exchange.Outcome) -> ConversationAction {
        waiting[number] = nil
        switch outcome {
        case .accepted: return .finished(number: number, .accepted)
        case .refused(let words): return .finished(number: number, .refused(words))
        case .unanswered:
            let micros = answerTime.wholeMicroseconds
            let isWhole = micros % 1_000_000 == 0
            let text = isWhole ? answerTime.inSeconds : "\(micros / 1_000) ms"
            return .finished(number: number, .lost("no answer within \(text)"))
        case .linkLost, .notSent: return .finished(number: number, .lost("the other side closed the connection"))
        case .queueFull: return .finished(number: number, .refused("too much waits to be sent already"))
        }
    }
}
