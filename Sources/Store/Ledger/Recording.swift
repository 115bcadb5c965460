import Core

extension WriteSession {
    /// Records messages, each wholly or not at all.
    ///
    /// One that cannot be written is held instead of stopping the others for ever; a failing disk fails them all.
    func record(_ messages: [InterpretedMessage]) throws -> RecordSummary {
        var summary = RecordSummary()
        for message in messages {
            try query("SAVEPOINT message").run()
            do {
                summary.add(try record(message))
                try query("RELEASE message").run()
            } catch {
                guard case .refused(let why) = StoreError(error) else { throw error }
                forgetNames()
                try query("ROLLBACK TO message").run()
                try query("RELEASE message").run()
                summary.add(try recordUnwritable(message.message, why: why))
            }
        }
        return summary
    }

    private func record(_ interpreted: InterpretedMessage) throws -> RecordSummary {
        let message = interpreted.message
        guard try isWaiting(message.id) else { return RecordSummary() }
        switch interpreted.interpretation {
        case .unreadable(let why):
            try holdUnreadable(message.id, reason: why, at: now, of: message.device, message.bytes)
            try set(message.id, .unreadable, resendOf: nil)
            var summary = RecordSummary()
            summary.held = 1
            return summary
        case .reports(let reports):
            var summary = RecordSummary()
            var known: ReportID?
            var news = false
            for report in reports {
                let outcome = try record(report, of: message)
                summary.add(outcome.summary)
                known = known ?? outcome.known
                news = news || outcome.wroteReport
            }
            let isResend = !news && summary.duplicates > 0
            try set(message.id, isResend ? .resend : .understood, resendOf: isResend ? known : nil)
            return summary
        }
    }

    /// The store itself cannot write this message: people must know, and the raw bytes are kept.
    private func recordUnwritable(_ message: JournalledMessage, why: String) throws -> RecordSummary {
        guard try isWaiting(message.id) else { return RecordSummary() }
        let what = "The results of this message could not be stored: \(why). The message itself is kept."
        let hold = Hold(reason: .profileError, accession: "", what: what)
        _ = try insert(hold, message: message.id, report: nil, at: now, sameness: nil)
        try set(message.id, .unreadable, resendOf: nil)
        var summary = RecordSummary()
        summary.held = 1
        return summary
    }

    private func isWaiting(_ message: MessageID) throws -> Bool {
        try query("SELECT state FROM progress WHERE message = ?").first([.int(message.number)]) {
            try $0.code(0, as: Progress.self)
        } == .waiting
    }

    private func set(_ message: MessageID, _ progress: Progress, resendOf report: ReportID?) throws {
        try query("UPDATE progress SET state = ?, resend_of = ? WHERE message = ?")
            .run([.code(progress), .int(orNull: report?.number), .int(message.number)])
    }
}
