/// What we send: messages wait, start when the line is free, and each has one outcome.
extension LinkMachine {
    mutating func post(_ letter: Letter) -> [Action] {
        if isLost { return [.finished(number: letter.number, .failed(.linkLost))] }
        guard !letter.frames.isEmpty else { return [.finished(number: letter.number, .failed(.noFrames))] }
        guard letters.count < limits.queuedSends else {
            return [.finished(number: letter.number, .failed(.queueFull))]
        }
        letters.append(letter)
        guard letters.count == 1, isFree, senderTimer == .stopped else { return [] }
        return startFirst()
    }

    /// Takes a message back that was not tried yet.
    mutating func withdraw(_ number: Int) -> [Action] {
        guard let index = letters.firstIndex(where: { $0.number == number }), index > 0 || sender.isIdle else {
            return []
        }
        letters.remove(at: index)
        return [.finished(number: number, .failed(.withdrawn))]
    }

    private mutating func startFirst() -> [Action] {
        guard let first = letters.first else { return [] }
        return send(.start(frames: first.frames))
    }

    mutating func senderTimerFired() -> [Action] {
        let purpose = senderTimer
        senderTimer = .stopped
        switch purpose {
        case .stopped: return [.note(.lateTimer)]
        case .interruptPause, .failurePause: return isFree ? startFirst() : []
        case .turnaround, .sender:
            guard isFree else {
                isSenderOverdue = true
                return []
            }
            isSenderOverdue = false
            return sender.isIdle ? startFirst() : send(.timerFired)
        }
    }

    mutating func send(_ event: LinkSender.Event) -> [Action] {
        var actions: [Action] = []
        for action in sender.handle(event) {
            switch action {
            case .sendControl(let character): actions.append(.sendControl(character))
            case .sendFrame(let bytes): actions.append(.sendFrame(bytes))
            case .startTimer(let duration):
                senderTimer = .sender
                actions.append(.startTimer(.sender, duration))
            case .stopTimer:
                if senderTimer != .stopped { actions.append(.stopTimer(.sender)) }
                senderTimer = .stopped
            case .note(let note): actions.append(.note(note))
            case .finished(let outcome): actions += finish(outcome)
            }
        }
        return actions
    }

    private mutating func finish(_ outcome: LinkSender.Outcome) -> [Action] {
        isSenderOverdue = false
        guard let letter = letters.first else { return [] }
        switch outcome {
        case .delivered(let interruptRequested):
            letters.removeFirst()
            let told = Action.finished(number: letter.number, .delivered)
            return interruptRequested ? [told] + pause(.interruptPause, timers.interruptPause) : [told]
        case .yielded where letter.yields + 1 < limits.enquiryAttempts:
            letters[0].yields += 1
            return []
        case .yielded: return fail(letter, .enquiryRefused)
        case .failed(let failure): return fail(letter, failure)
        }
    }

    private mutating func fail(_ letter: Letter, _ failure: LinkSender.Failure) -> [Action] {
        letters.removeFirst()
        // A refusal may have been a contention, in which a computer owes the instrument more time.
        let isLong = failure == .enquiryRefused && role == .computer
        return [.finished(number: letter.number, .failed(failure))]
            + pause(.failurePause, isLong ? max(timers.busy, timers.contentionComputer) : timers.busy)
    }

    mutating func pause(_ purpose: SenderTimer, _ duration: Duration) -> [Action] {
        senderTimer = purpose
        return [.startTimer(.sender, duration)]
    }
}
