extension UnframedLink {
    // MARK: - Records

    mutating func take(_ token: LinkToken) -> [Action] {
        switch token {
        case .text(let bytes) where isLost: return [.note(.junk(bytes: bytes.count))]
        case .text(let bytes): return take(bytes)
        case .enq: return [.note(.unexpected(.enq))]
        case .eot: return [.note(.unexpected(.eot))]
        case .ack: return [.note(.unexpected(.ack))]
        case .nak: return [.note(.unexpected(.nak))]
        case .frame(let frame): return [.note(.frameWithoutEnquiry(number: frame.number))]
        case .badFrame(let fault): return [.note(.badFrame(fault.reason))]
        case .junk(let bytes): return [.note(.junk(bytes: bytes.count))]
        }
    }

    private mutating func take(_ piece: [UInt8]) -> [Action] {
        let isContinuation = isInRecord
        let hasEnd = piece.last == Byte.cr || piece.last == Byte.lf
        let isInterruption =
            !isContinuation
            && piece.withUnsafeBufferPointer { bytes in
                BareRecord.content(of: bytes, beginsMessage: false).map { scanner.isInterrupted(by: $0) } ?? false
            }
        if isInterruption { return end(.incomplete(.headerBeforeTerminator), then: piece) }
        if !text.isEmpty, text.count + piece.count > limits.messageBytes {
            return end(.incomplete(.tooLong), then: piece) + [.note(.messageTooLong(limit: limits.messageBytes))]
        }
        isInRecord = !hasEnd
        if !isContinuation { isSkipping = piece.count > limits.messageBytes || !belongs(piece) }
        if isSkipping { return [.note(.junk(bytes: piece.count))] }
        if text.isEmpty { messages += 1 }
        text.append(contentsOf: piece)
        scan(piece, isContinuation: isContinuation, hasEnd: hasEnd)
        // The last record of some devices has no end; `RecordDecoder.flush` gives it when the line is silent.
        if scanner.isComplete || (!hasEnd && scanner.isInTerminator) { return end(.complete) }
        state = .receiving
        return [.startTimer(.receiver, timers.unframed)]
    }

    /// Every line belongs to an open message; outside one only a record does.
    private func belongs(_ piece: [UInt8]) -> Bool {
        guard text.isEmpty else { return true }
        return piece.withUnsafeBufferPointer { bytes in
            BareRecord.content(of: bytes, beginsMessage: true).map { BareRecord.begins($0) } ?? false
        }
    }

    private mutating func scan(_ piece: [UInt8], isContinuation: Bool, hasEnd: Bool) {
        piece.withUnsafeBufferPointer { bytes in
            guard !isContinuation else {
                _ = scanner.scan(bytes, isFinal: hasEnd)
                return
            }
            guard let content = BareRecord.content(of: bytes, beginsMessage: text.count == piece.count) else { return }
            _ = scanner.scan(content, isFinal: hasEnd)
        }
    }

    // MARK: - Saving

    /// Ends the open message, if there is one. What still comes of a record cut off by it is passed over.
    mutating func end(_ ending: Save.Ending, then next: [UInt8]? = nil) -> [Action] {
        guard !text.isEmpty else { return [] }
        // Read back as it will be, so that both agree on what may be processed.
        let read = LinkTranscript.messages(in: text).messages.first
        let length = read?.text.count ?? 0
        saves += 1
        let save = Save(
            token: SaveToken(number: saves), message: messages, part: 0, bytes: text, frames: 0, ending: ending,
            textLength: length, processableText: min(length, read?.processableText ?? 0), isUnreadable: false)
        text = []
        scanner = RecordScanner()
        isSkipping = true
        state = .saving(save, then: next)
        var actions: [Action] = [.stopTimer(.receiver), .save(save)]
        if case .incomplete(let reason) = ending { actions.append(.note(.incomplete(reason))) }
        return actions
    }

    mutating func ask(again save: Save, then next: [UInt8]?) -> [Action] {
        saves += 1
        let again = Save(
            token: SaveToken(number: saves), message: save.message, part: save.part, bytes: save.bytes,
            frames: save.frames, ending: save.ending, textLength: save.textLength,
            processableText: save.processableText, isUnreadable: save.isUnreadable)
        state = .saving(again, then: next)
        return [.save(again)]
    }

    mutating func saved(then next: [UInt8]?) -> [Action] {
        state = .neutral
        guard let next else { return [] }
        let actions = take(next)
        guard isLost, case .receiving = state else { return actions }
        return end(.incomplete(.linkLost))
    }

    mutating func failed(_ save: Save, then next: [UInt8]?) -> [Action] {
        let note = Action.note(.saveFailed(message: save.message))
        guard !isLost else {
            // The last chance was that one. Nothing was acknowledged, and the rest may have better luck.
            return [note] + saved(then: next)
        }
        state = .waiting(save, then: next)
        return [note, .startTimer(.receiver, timers.saveRetry)]
    }

    // MARK: - Loss and sending

    mutating func lose() -> [Action] {
        isLost = true
        switch state {
        case .neutral, .saving: return []
        case .receiving: return end(.incomplete(.linkLost))
        case .waiting(let save, let next): return [.stopTimer(.receiver)] + ask(again: save, then: next)
        }
    }

    func send(number: Int, frames: [[UInt8]]) -> [Action] {
        if isLost { return [.finished(number: number, .failed(.linkLost))] }
        guard !frames.isEmpty else { return [.finished(number: number, .failed(.noFrames))] }
        return frames.map { .sendFrame($0) } + [.finished(number: number, .delivered)]
    }
}
