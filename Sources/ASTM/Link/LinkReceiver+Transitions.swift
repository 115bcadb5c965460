extension LinkReceiver {
    /// Counts what leads nowhere; a frame or EOT starts over.
    mutating func isOneTooMany(_ token: LinkToken) -> Bool {
        switch token {
        case .enq where isNeutral && isAccepting: return false
        case .enq where !isNeutral && lastAccepted != nil && options.enquiryInTransfer == .restart: return false
        case .enq, .ack, .nak:
            meaningless += 1
            return meaningless > limits.meaninglessCharacters
        case .frame, .eot:
            meaningless = 0
            return false
        case .badFrame, .text, .junk: return false
        }
    }

    // MARK: - Neutral

    mutating func inNeutral(_ token: LinkToken) -> [Action] {
        switch token {
        case .enq:
            guard isAccepting else { return [.send(.nak), .note(.refused)] }
            if let reason = progress?.unsavedEnd { return close(reason, then: .answerEnquiry) }
            return beginTransfer()
        case .frame(let frame): return [.note(.frameWithoutEnquiry(number: frame.number))]
        case .badFrame(let fault): return [.note(.badFrame(fault.reason))]
        default: return [.note(ignored(token))]
        }
    }

    private mutating func beginTransfer() -> [Action] {
        state = .transfer
        lastAccepted = nil
        return [.send(.ack), .startTimer(timers.receive)]
    }

    // MARK: - Transfer phase

    mutating func inTransfer(_ token: LinkToken) -> [Action] {
        switch token {
        case .frame(let frame): return receive(frame)
        case .badFrame(let fault):
            // Characters before the next STX or EOT are ignored (6.5.1.1); what follows gets the answer.
            if fault.reason == .truncated { return [.note(.badFrame(.truncated))] }
            return refuse(.badFrame(fault.reason))
        case .eot: return close(.eotBeforeTerminator, then: .rest)
        case .enq where options.enquiryInTransfer == .refuse && lastAccepted != nil:
            return [.send(.nak), .note(.refused)]
        case .enq:
            let actions = close(.restartedByEnquiry, then: .answerEnquiry)
            return actions + [.note(.restartedByEnquiry)]
        default: return [.note(ignored(token))]
        }
    }

    private mutating func receive(_ frame: Frame) -> [Action] {
        if let lastAccepted, frame.number == lastAccepted {
            return [
                .send(.ack), .startTimer(timers.receive), .note(.duplicateFrame(number: frame.number)),
            ]
        }
        let expected = ((lastAccepted ?? 0) + 1) & 7
        guard frame.number == expected else {
            return refuse(.outOfSequence(expected: expected, received: frame.number))
        }
        return accept(frame)
    }

    private mutating func accept(_ frame: Frame) -> [Action] {
        let isInterruption = Self.withText(of: frame) { progress?.scanner.isInterrupted(by: $0) ?? false }
        if isInterruption { return close(.headerBeforeTerminator, then: .acceptFrame(frame)) }
        guard (progress?.wireBytes ?? 0) + frame.wire.count <= limits.messageBytes else {
            return refuse(.messageTooLong(limit: limits.messageBytes))
        }
        if progress == nil {
            messages += 1
            progress = Progress(message: messages)
        }
        // Taken out and put back, so that the bytes are appended in place.
        guard var message = progress.take() else { return [] }
        let before = message.scanner
        message.unsaved.append(contentsOf: frame.wire)
        message.unsavedFrames += 1
        message.wireBytes += frame.wire.count
        _ = Self.withText(of: frame) { message.scanner.scan($0, isFinal: frame.isFinal) }
        let isComplete = message.scanner.isComplete
        let mustSave = options.savesEveryFrame || isComplete || message.scanner.droppedInFrame
        progress = message
        guard mustSave else { return acknowledge(frame) }
        return startSave(isComplete ? .complete : .open, then: .answerFrame(frame, before: before))
    }

    private mutating func acknowledge(_ frame: Frame) -> [Action] {
        lastAccepted = frame.number
        var actions: [Action] = [.send(interruptWanted ? .eot : .ack), .startTimer(timers.receive)]
        if interruptWanted {
            interruptWanted = false
            actions.append(.note(.interruptRequested))
        }
        switch frame.checksum {
        case .wrong, .missing: actions.append(.note(.suspiciousChecksum(number: frame.number)))
        case .valid, .notChecked: break
        }
        if frame.hasRestrictedCharacters { actions.append(.note(.restrictedCharacters(number: frame.number))) }
        return actions
    }

    private func refuse(_ note: LinkNote) -> [Action] {
        [.send(.nak), .startTimer(timers.receive), .note(note)]
    }

    private func ignored(_ token: LinkToken) -> LinkNote {
        switch token {
        case .enq: .unexpected(.enq)
        case .eot: .unexpected(.eot)
        case .ack: .unexpected(.ack)
        case .nak: .unexpected(.nak)
        case .text(let bytes), .junk(let bytes): .junk(bytes: bytes.count)
        case .frame(let frame): .frameWithoutEnquiry(number: frame.number)
        case .badFrame(let fault): .badFrame(fault.reason)
        }
    }

    // MARK: - Saving

    /// Ends the open message, if there is one, and goes on.
    mutating func close(_ reason: Save.Reason, then next: Next) -> [Action] {
        guard let progress, progress.part > 0 || progress.unsavedFrames > 0 else {
            self.progress = nil
            switch next {
            case .answerEnquiry: return beginTransfer()
            case .answerFrame, .acceptFrame, .rest:
                state = .neutral
                return [.stopTimer]
            }
        }
        return startSave(.incomplete(reason), then: next) + [.note(.incomplete(reason))]
    }

    private mutating func startSave(_ ending: Save.Ending, then next: Next) -> [Action] {
        guard var message = progress.take() else { return [] }
        saves += 1
        let scanner = message.scanner
        let isWhole =
            switch ending {
            case .complete, .incomplete(.headerBeforeTerminator): true
            case .incomplete(.eotBeforeTerminator): scanner.endsRecord
            case .open, .incomplete: false
            }
        // Whoever had an ACK for each frame and never sends L sends nothing again: its whole records count.
        let kept = options.savesEveryFrame ? max(scanner.processable, scanner.wholeRecords) : scanner.processable
        let processable = isWhole ? scanner.textLength : kept
        let save = Save(
            token: SaveToken(number: saves), message: message.message, part: message.part, bytes: message.unsaved,
            frames: message.unsavedFrames, ending: ending, textLength: scanner.textLength,
            processableText: processable,
            isUnreadable: ending == .incomplete(.eotBeforeTerminator) && processable == 0 && scanner.hasContent)
        message.unsaved = []
        message.unsavedFrames = 0
        progress = message
        state = .saving(Saving(save: save, next: next))
        return [.stopTimer, .save(save)]
    }

    mutating func saved(_ saving: Saving) -> [Action] {
        switch saving.next {
        case .answerFrame(let frame, _):
            if saving.save.ending == .complete { progress = nil } else { progress?.part += 1 }
            state = .transfer
            return saving.isLost ? close(.linkLost, then: .rest) : acknowledge(frame)
        case .acceptFrame(let frame):
            progress = nil
            state = .transfer
            return saving.isLost ? close(.linkLost, then: .rest) : accept(frame)
        case .answerEnquiry:
            progress = nil
            state = .neutral
            return saving.isLost ? [] : beginTransfer()
        case .rest:
            progress = nil
            state = .neutral
            return []
        }
    }

    mutating func failed(_ saving: Saving) -> [Action] {
        let note = Action.note(.saveFailed(message: saving.save.message))
        progress?.unsaved = saving.save.bytes
        progress?.unsavedFrames = saving.save.frames
        switch saving.next {
        case .answerFrame(let frame, let before):
            // As if the frame had never come: the retransmission must find the state it would have found.
            progress?.scanner = before
            progress?.unsaved.removeLast(frame.wire.count)
            progress?.unsavedFrames -= 1
            progress?.wireBytes -= frame.wire.count
            if saving.save.frames == 1, saving.save.part == 0 {
                progress = nil
                messages -= 1
            }
            state = .transfer
            if saving.isLost { return [note] + close(.linkLost, then: .rest) }
            return [.send(.nak), .startTimer(timers.receive), note]
        case .acceptFrame:
            state = .transfer
            if saving.isLost { return [note] + close(.linkLost, then: .rest) }
            return [.send(.nak), .startTimer(timers.receive), note]
        case .answerEnquiry, .rest:
            if case .incomplete(let reason) = saving.save.ending { progress?.unsavedEnd = reason }
            state = .neutral
            if case .answerEnquiry = saving.next, !saving.isLost { return [.send(.nak), note] }
            return [note]
        }
    }

    private static func withText<Result>(
        of frame: Frame, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        frame.wire.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[frame.textRange])) }
    }
}
