extension LinkMachine {
    // MARK: - Tokens

    mutating func handle(_ token: LinkToken) -> [Action] {
        if isLost { return [.note(Self.afterLoss(token))] }
        // Ours is the line: what comes is the answer. While a save is under way the receiver says that it is too early.
        if receiver.isNeutral, !sender.isIdle, !sender.isWaiting { return send(.token(token)) }
        guard token == .enq, sender.isYielding, receiver.isNeutral else { return receive(.token(token)) }
        return send(.token(token)) + receive(.token(token))
    }

    private static func afterLoss(_ token: LinkToken) -> LinkNote {
        switch token {
        case .enq: .unexpected(.enq)
        case .eot: .unexpected(.eot)
        case .ack: .unexpected(.ack)
        case .nak: .unexpected(.nak)
        case .frame(let frame): .frameWithoutEnquiry(number: frame.number)
        case .badFrame(let fault): .badFrame(fault.reason)
        case .text(let bytes), .junk(let bytes): .junk(bytes: bytes.count)
        }
    }

    // MARK: - Whose turn it is

    /// The other side does not have the line, and no answer to it is held back.
    var isFree: Bool {
        if case .holding = receiverTimer { return false }
        return receiver.isNeutral
    }

    /// After every event: our turn begins when the line has become neutral, and ends before it began when the other side
    /// was quicker.
    mutating func turn() -> [Action] {
        guard !isLost else { return [] }
        guard receiver.isNeutral else {
            // An interrupt pause lasts until the other side has sent, which it now does.
            guard senderTimer == .turnaround || senderTimer == .interruptPause else { return [] }
            if senderTimer == .turnaround, !sender.isIdle { isSenderOverdue = true }
            senderTimer = .stopped
            return [.stopTimer(.sender)]
        }
        let isDue = sender.isIdle ? !letters.isEmpty : isSenderOverdue
        guard isDue, isFree, senderTimer == .stopped else { return [] }
        return pause(.turnaround, timers.turnaround)
    }

    // MARK: - Loss

    mutating func lose() -> [Action] {
        var actions: [Action] = senderTimer == .stopped ? [] : [.stopTimer(.sender)]
        let isTimed = receiverTimer != .receiver && receiverTimer != .overdue
        receiverTimer = .receiver
        senderTimer = .stopped
        isSenderOverdue = false
        isLost = true
        if !sender.isIdle { _ = sender.handle(.linkLost) }
        for letter in letters { actions.append(.finished(number: letter.number, .failed(.linkLost))) }
        letters = []
        let rest = receive(.linkLost)
        if isTimed, !rest.contains(.stopTimer(.receiver)) { actions.append(.stopTimer(.receiver)) }
        return actions + rest
    }
}
