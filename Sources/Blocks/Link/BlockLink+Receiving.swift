extension BlockLink {
    // MARK: - Tokens

    mutating func take(_ token: BlockToken) -> [Action] {
        switch token {
        case .junk(let bytes): return [.note(.junk(bytes: bytes.count))]
        case .control(let byte): return take(control: byte)
        case .block(let block): return take(block)
        }
    }

    private mutating func take(control byte: UInt8) -> [Action] {
        if isAwaitingAnswer, let answered = answered(by: byte) { return answered }
        guard let answer = dialogue.answers[byte] else { return [.note(.unexpected(byte))] }
        return answer.isEmpty || isLost ? [] : [.sendBytes(answer)]
    }

    private mutating func take(_ block: Block) -> [Action] {
        guard block.isAccepted(by: framing) else { return refuse(.refused(block.verdict)) }
        var notes: [Action] = []
        if block.verdict != .good { notes = [.note(.suspicious(block.verdict))] }
        let reply = dialogue.replies.first { $0.to.holds(for: block.text) }
        if let reply, !reply.isKept { return notes + [.note(.polled)] + answer(with: reply.text, isPoll: true) }
        guard isAccepting else { return notes + refuse(.busy) }
        guard dialogue.series != nil else { return notes + keep(block, .complete, reply?.text) }
        return notes + keepInSeries(block, reply?.text)
    }

    private func refuse(_ note: BlockNote) -> [Action] {
        (dialogue.bad.map { isLost ? [] : [.sendBytes($0)] } ?? []) + [.note(note)]
    }

    /// The good answer, and behind it a text of ours.
    mutating func answer(with text: [UInt8]?, isPoll: Bool = false) -> [Action] {
        guard !isLost else { return [] }
        var actions: [Action] = dialogue.good.map { [.sendBytes($0)] } ?? []
        if isPoll, sendsWhenPolled, !letters.isEmpty, !isAwaitingAnswer { return actions + sendNext() }
        if let text { actions.append(.sendBytes(framing.framed(text))) }
        return actions
    }

    // MARK: - Messages

    private mutating func keepInSeries(_ block: Block, _ reply: [UInt8]?) -> [Action] {
        guard let series = dialogue.series else { return [] }
        let begins = series.begins.holds(for: block.text)
        if open != nil, begins { return close(.restarted, then: .take(block)) }
        if let open, open.bytes + block.wire.count > limits.messageBytes { return close(.tooLong, then: .take(block)) }
        let ends = series.ends.holds(for: block.text)
        // A block of no series stands alone.
        return keep(block, ends || (open == nil && !begins) ? .complete : .open, reply)
    }

    private mutating func keep(_ block: Block, _ ending: BlockSave.Ending, _ reply: [UInt8]?) -> [Action] {
        var message = open ?? Open(number: messages + 1, parts: 0, bytes: 0)
        if open == nil { messages += 1 }
        let stop: [Action] = open == nil ? [] : [.stopTimer(.receiver)]
        message.bytes += block.wire.count
        let save = save(message, block.wire, ending)
        // Counted when it is durable: a block that could not be stored comes again.
        open = message.parts > 0 ? Open(number: message.number, parts: message.parts, bytes: message.bytes) : nil
        state = .saving(save, .answer(reply))
        guard let within = dialogue.answerWithin, !isLost else { return stop + [.save(save)] }
        answerTime = .running
        return [.save(save), .startTimer(.receiver, within)]
    }

    /// Ends the open message as it stands.
    mutating func close(_ reason: BlockSave.Reason, then after: After) -> [Action] {
        guard let message = open else { return [] }
        let save = save(message, [], .incomplete(reason))
        open = nil
        state = .saving(save, after)
        return [.stopTimer(.receiver), .save(save), .note(.incomplete(reason))]
    }

    private mutating func save(_ message: Open, _ bytes: [UInt8], _ ending: BlockSave.Ending) -> BlockSave {
        saves += 1
        return BlockSave(
            token: BlockSaveToken(number: saves), message: message.number, part: message.parts, bytes: bytes,
            ending: ending, messageBytes: message.bytes)
    }

    // MARK: - Outcomes

    mutating func settle(_ token: BlockSaveToken, isSaved: Bool) -> [Action] {
        guard case .saving(let save, let after) = state, save.token == token else { return [.note(.unknownSave)] }
        state = .ready
        let stop: [Action] = answerTime == .running ? [.stopTimer(.receiver)] : []
        if answerTime == .running { answerTime = .unmeasured }
        return stop + (isSaved ? saved(save, after) : failed(save, after))
    }

    /// Whether the device has stopped waiting for the answer that is due now.
    private mutating func isAnswerTooLate() -> Bool {
        defer { answerTime = .unmeasured }
        return answerTime == .over
    }

    private mutating func saved(_ save: BlockSave, _ after: After) -> [Action] {
        open =
            save.ending == .open
            ? Open(number: save.message, parts: save.part + 1, bytes: save.messageBytes) : nil
        var actions: [Action] = []
        switch after {
        // A late answer would be taken for that to the next block.
        case .answer(let reply): actions = isAnswerTooLate() ? [.note(.answerTooLate)] : answer(with: reply)
        case .take(let block): return take(.block(block))
        case .rest: break
        }
        if open != nil {
            if isLost { return actions + close(.linkLost, then: .rest) }
            if let within = dialogue.series?.within { actions.append(.startTimer(.receiver, within)) }
        }
        return actions
    }

    private mutating func failed(_ save: BlockSave, _ after: After) -> [Action] {
        let note = Action.note(.saveFailed(message: save.message))
        if case .answer = after, let bad = dialogue.bad {
            let refusal = isAnswerTooLate() ? Action.note(.answerTooLate) : .sendBytes(bad)
            // The device sends it again; what was stored of the message before stays open.
            if save.part > 0 {
                open = Open(number: save.message, parts: save.part, bytes: save.messageBytes - save.bytes.count)
                if isLost { return [note] + close(.linkLost, then: .rest) }
                let timer = dialogue.series.map { [Action.startTimer(.receiver, $0.within)] } ?? []
                return [refusal, note] + timer
            }
            return isLost ? [note] : [refusal, note]
        }
        // The last chance was that one.
        if isLost { return [note] + giveUp(save, after) }
        state = .waiting(save, after)
        if dialogue.answerWithin != nil { answerTime = .over }
        return [note, .startTimer(.receiver, timers.saveRetry)]
    }

    private mutating func giveUp(_ save: BlockSave, _ after: After) -> [Action] {
        switch after {
        case .take(let block): return take(.block(block))
        case .answer where save.part > 0:
            // What was stored of the message before may be understood.
            open = Open(number: save.message, parts: save.part, bytes: save.messageBytes - save.bytes.count)
            return close(.linkLost, then: .rest)
        case .answer, .rest: return []
        }
    }

    private mutating func saveAgain(_ save: BlockSave, _ after: After) -> [Action] {
        saves += 1
        let again = BlockSave(
            token: BlockSaveToken(number: saves), message: save.message, part: save.part, bytes: save.bytes,
            ending: save.ending, messageBytes: save.messageBytes)
        state = .saving(again, after)
        return [.save(again)]
    }

    // MARK: - Time and loss

    mutating func receiverTimerFired() -> [Action] {
        switch state {
        case .waiting(let save, let after): return saveAgain(save, after)
        case .ready where open != nil: return close(.silence, then: .rest)
        case .saving where answerTime == .running:
            answerTime = .over
            return []
        case .ready, .saving: return [.note(.lateTimer)]
        }
    }

    mutating func lose() -> [Action] {
        isLost = true
        let unsent = loseLetters()
        switch state {
        case .ready: return unsent + close(.linkLost, then: .rest)
        case .saving:
            defer { answerTime = .unmeasured }
            return unsent + (answerTime == .running ? [.stopTimer(.receiver)] : [])
        case .waiting(let save, let after): return unsent + [.stopTimer(.receiver)] + saveAgain(save, after)
        }
    }
}
