extension BlockLink {
    /// Whether a device that polls takes our messages only when it asks.
    var sendsWhenPolled: Bool { dialogue.replies.contains { !$0.isKept && $0.text != nil } }

    mutating func post(_ letter: Letter) -> [Action] {
        if isLost { return [.finished(number: letter.number, .failed(.linkLost))] }
        guard !letter.blocks.isEmpty else { return [.finished(number: letter.number, .failed(.noBlocks))] }
        guard letters.count < limits.queuedSends else {
            return [.finished(number: letter.number, .failed(.queueFull))]
        }
        letters.append(letter)
        return []
    }

    mutating func withdraw(_ number: Int) -> [Action] {
        guard let index = letters.firstIndex(where: { $0.number == number }), index > 0 || isUntouched else {
            return []
        }
        letters.remove(at: index)
        return [.finished(number: number, .failed(.withdrawn))]
    }

    /// Nothing of the first letter has left.
    private var isUntouched: Bool { letters.first.map { $0.index == 0 && $0.attempts == 0 } ?? true }

    /// Sends what is next, as long as no save is under way and no answer awaited.
    mutating func sendNext() -> [Action] {
        var actions: [Action] = []
        while state == .ready, !isLost, !isAwaitingAnswer, var letter = letters.first {
            letter.attempts += 1
            actions.append(.sendBytes(framing.framed(letter.blocks[letter.index])))
            guard !dialogue.isAnswered else {
                letters[0] = letter
                isAwaitingAnswer = true
                return actions + [.startTimer(.sender, timers.answer)]
            }
            letter.index += 1
            letters[0] = letter
            if letter.index == letter.blocks.count {
                letters.removeFirst()
                actions.append(.finished(number: letter.number, .delivered))
            }
            if sendsWhenPolled { break }
        }
        return actions
    }

    /// What a control character says to our block on the wire; nil when it says nothing.
    mutating func answered(by byte: UInt8) -> [Action]? {
        guard var letter = letters.first else { return nil }
        if [byte] == dialogue.good ?? [0x06] {
            isAwaitingAnswer = false
            letter.index += 1
            letter.attempts = 0
            letters[0] = letter
            guard letter.index == letter.blocks.count else { return [.stopTimer(.sender)] }
            letters.removeFirst()
            return [.stopTimer(.sender), .finished(number: letter.number, .delivered)]
        }
        guard [byte] == dialogue.bad ?? [0x15] else { return nil }
        isAwaitingAnswer = false
        return [.stopTimer(.sender)] + giveUpIfTried(.refused(block: letter.index))
    }

    mutating func senderTimerFired() -> [Action] {
        guard isAwaitingAnswer, let letter = letters.first else { return [.note(.lateTimer)] }
        isAwaitingAnswer = false
        return giveUpIfTried(.unanswered(block: letter.index))
    }

    private mutating func giveUpIfTried(_ failure: Failure) -> [Action] {
        guard let letter = letters.first, letter.attempts >= limits.attempts else { return [] }
        letters.removeFirst()
        return [.finished(number: letter.number, .failed(failure))]
    }

    mutating func loseLetters() -> [Action] {
        defer { letters = [] }
        let stop: [Action] = isAwaitingAnswer ? [.stopTimer(.sender)] : []
        isAwaitingAnswer = false
        return stop + letters.map { .finished(number: $0.number, .failed(.linkLost)) }
    }
}
