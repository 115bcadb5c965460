/// What we receive: the `LinkReceiver`'s events and actions, and the answers whose save took too long.
///
/// A sender that has waited 15 s ends the transfer with EOT and may ask again at once. An ACK on its way then would be
/// taken for the answer to that ENQ, each further one for the answer to a frame it does not belong to, and a damaged frame
/// would count as accepted. So an answer that is late is held back until it is clear that the sender still waits.
extension LinkMachine {
    mutating func receive(_ event: LinkReceiver.Event) -> [Action] {
        let isLetGo = letsGo(event)
        if isLetGo { receiverTimer = .receiver }
        let before = receiver.saveUnderWay
        var actions = translate(receiver.handle(event))
        if isLost { return actions }
        if let save = receiver.saveUnderWay, save != before {
            // The receiver's own timer rests; the time the sender waits runs on from the first of several saves.
            actions.removeAll { $0 == .stopTimer(.receiver) }
            guard receiverTimer == .receiver else { return actions }
            receiverTimer = .answerDue
            return actions + [.startTimer(.receiver, timers.answerDue)]
        }
        if isLetGo, !actions.contains(where: \.isReceiverTimer) {
            actions.append(receiver.isNeutral ? .stopTimer(.receiver) : .startTimer(.receiver, timers.receive))
        }
        return actions
    }

    /// The outcome of a save.
    mutating func settle(_ event: LinkReceiver.Event) -> [Action] {
        let before = receiver.saveUnderWay
        var actions = receive(event)
        guard before != nil, receiver.saveUnderWay == nil, !isLost else { return actions }
        let timer = receiverTimer
        receiverTimer = .receiver
        if timer == .overdue, let character = actions.lazy.compactMap(\.control).first {
            receiverTimer = .holding(character)
            actions.removeAll { $0.isReceiverTimer || $0.control != nil }
            return [.startTimer(.receiver, timers.lateAnswer)] + actions
        }
        if timer == .answerDue, !actions.contains(where: \.isReceiverTimer) {
            return [.stopTimer(.receiver)] + actions
        }
        return actions
    }

    mutating func receiverTimerFired() -> [Action] {
        switch receiverTimer {
        case .receiver, .overdue: return receive(.timerFired)
        case .answerDue:
            receiverTimer = .overdue
            return []
        case .holding(let character):
            receiverTimer = .receiver
            let answer = Action.sendControl(character)
            return receiver.isNeutral ? [answer] : [answer, .startTimer(.receiver, timers.receive)]
        }
    }

    /// Whether the sender has shown that it no longer waits for the answer held back.
    private func letsGo(_ event: LinkReceiver.Event) -> Bool {
        guard case .holding = receiverTimer, case .token(let token) = event else { return false }
        switch token {
        case .enq, .eot, .frame: return true
        case .badFrame(let fault): return fault.reason != .truncated
        case .ack, .nak, .text, .junk: return false
        }
    }

    private func translate(_ actions: [LinkReceiver.Action]) -> [Action] {
        actions.map { action in
            switch action {
            case .send(let character): .sendControl(character)
            case .save(let save): .save(save)
            case .startTimer(let duration): .startTimer(.receiver, duration)
            case .stopTimer: .stopTimer(.receiver)
            case .hangUp: .hangUp
            case .note(let note): .note(note)
            }
        }
    }
}

extension LinkMachine.Action {
    fileprivate var isReceiverTimer: Bool {
        switch self {
        case .startTimer(.receiver, _), .stopTimer(.receiver): true
        default: false
        }
    }

    fileprivate var control: ControlCharacter? {
        if case .sendControl(let character) = self { character } else { nil }
    }
}
