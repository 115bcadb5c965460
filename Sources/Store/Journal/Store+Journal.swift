import Core

extension Store: Journal {
    /// Stores a part of a message; `done` runs on the writer's thread after COMMIT, or at once when it is refused.
    public func append(_ entry: JournalEntry, done: @escaping @Sendable (Result<MessageID, StoreError>) -> Void) {
        guard entry.bytes.count <= settings.limits.partBytes else {
            return done(
                .failure(.refused("\(entry.bytes.count) bytes in one part; \(settings.limits.partBytes) at most")))
        }
        writer.submit(
            Job(bytes: entry.bytes.count, guarded: false, { try $0.append(entry) }, done: done), lane: .urgent)
    }
}

extension WriteSession {
    /// Writes a part.
    ///
    /// Refuses only before it has written anything, because it runs without a savepoint.
    func append(_ entry: JournalEntry) throws -> MessageID {
        if let message = entry.message { return try appendLater(entry, to: message) }
        guard entry.part == 0 else { throw Refusal(why: "part \(entry.part) comes without the number of its message") }
        let message = try insertMessage(entry)
        let ending = StoredEnding(entry)
        try query("INSERT INTO progress (message, state, parts, processable, incomplete) VALUES (?, ?, 1, ?, ?)")
            .run([
                .int(message.number), .code(ending.progress), .int(orNull: ending.processable),
                .text(orNull: ending.incomplete),
            ])
        if let reason = entry.unreadable {
            try holdUnreadable(message, reason: reason, at: entry.received, of: entry.device, entry.bytes)
        }
        return message
    }

    /// Stores the first part's bytes under a new number.
    func insertMessage(_ entry: JournalEntry) throws -> MessageID {
        try query("INSERT INTO message (device, wire, received, bytes) VALUES (?, ?, ?, ?)")
            .run([
                .int(try number(of: entry.device)), .code(entry.wire), .int(entry.received.microseconds),
                .blob(entry.bytes),
            ])
        return MessageID(lastID)
    }

    private func appendLater(_ entry: JournalEntry, to message: MessageID) throws -> MessageID {
        let stood = try query(
            "SELECT p.state, p.parts, m.device FROM progress p JOIN message m ON m.id = p.message WHERE p.message = ?"
        ).first([.int(message.number)]) { (try $0.code(0, as: Progress.self), $0.int(1), $0.int(2)) }
        guard let (state, parts, device) = stood else { throw Refusal(why: "\(message) is not in the journal") }
        guard device == (try number(of: entry.device)) else {
            throw Refusal(why: "\(message) belongs to another device")
        }
        guard state == .open else { throw Refusal(why: "\(message) has ended: a part cannot follow") }
        guard Int64(entry.part) == parts else {
            throw Refusal(why: "part \(parts) of \(message) is expected, not part \(entry.part)")
        }
        guard entry.part < settings.limits.messageParts else {
            throw Refusal(why: "\(message) has \(parts) parts, which is the limit")
        }
        // An ending often comes without bytes of its own.
        try query("INSERT INTO message_part (message, part, received, bytes) VALUES (?, ?, ?, ?)")
            .run([
                .int(message.number), .int(Int64(entry.part)), .int(entry.received.microseconds), .blob(entry.bytes),
            ])
        let ending = StoredEnding(entry)
        try query("UPDATE progress SET state = ?, parts = ?, processable = ?, incomplete = ? WHERE message = ?")
            .run([
                .code(ending.progress), .int(parts + 1), .int(orNull: ending.processable),
                .text(orNull: ending.incomplete), .int(message.number),
            ])
        if let reason = entry.unreadable {
            try holdUnreadable(message, reason: reason, at: entry.received, of: entry.device, entry.bytes)
        }
        return message
    }

    /// Holds a message that no parser understands.
    ///
    /// A sender may repeat it for ever, because it is refused: as long as the first copy waits, one hold is enough.
    func holdUnreadable(
        _ message: MessageID, reason: String, at moment: Timestamp, of device: DeviceID, _ bytes: [UInt8]
    ) throws {
        let sameness = "\(device.text)\u{1F}\(contentDigest(bytes))"
        let former = try query("SELECT state FROM hold WHERE sameness = ?").first([.text(sameness)]) {
            try $0.code(0, as: HoldState.self)
        }
        if former == .open { return }
        let hold = Hold(reason: .unreadable, accession: "", what: reason)
        _ = try insert(
            hold, message: message, report: nil, at: moment, sameness: former == nil ? sameness : nil)
    }
}

/// An entry's ending as the columns of `progress`.
private struct StoredEnding {
    var progress: Progress
    var processable: Int64?
    var incomplete: String?

    init(_ entry: JournalEntry) {
        switch entry.ending {
        case .open(let text):
            progress = .open
            // Kept with every part: should this be the last, recovery knows how far it may be understood.
            processable = Int64(text)
        case .complete:
            progress = .waiting
        case .incomplete(let reason, let text):
            progress = text > 0 ? .waiting : .nothingProcessable
            processable = Int64(text)
            incomplete = reason
        }
        if entry.unreadable != nil { progress = .unreadable }
    }
}
