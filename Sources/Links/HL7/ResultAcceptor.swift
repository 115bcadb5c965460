import Core
import HL7
import Profiles

/// Takes results in: journals every message byte for byte and answers once that is durable.
///
/// A message no parser understands is journalled and held as `unreadable`, and answered AE with the reason: the sender
/// need not send it again, but somebody should look.
struct ResultAcceptor: MessageAcceptor {
    let device: DeviceID
    let profile: Profile
    let journal: any Journal
    let status: LinkStatusBoard
    let controlIDs: ControlIDs
    /// What the connection tells about itself.
    var account = LinkAccount()
    /// Answers queries; nil where no orders are at hand.
    var desk: QueryDesk?

    func accept(
        _ message: [UInt8], fault: String?, received: Timestamp, done: @escaping @Sendable (Acceptance) -> Void
    ) {
        let parsed: HL7Message?
        let unreadable: String?
        do throws(HL7Error) {
            let found = try HL7Message.parse(message)
            parsed = found
            unreadable = fault ?? found.unreadablePurpose
        } catch {
            parsed = nil
            unreadable = fault ?? "No HL7 message: \(error)."
        }
        let entry = JournalEntry(
            device: device, wire: .hl7, bytes: message, ending: .complete, received: received, unreadable: unreadable)
        // Before the store's thread is at work: it serves every device.
        let query = unreadable == nil && parsed.map(Self.mayAsk) == true ? desk?.query(in: message) : nil
        journal.append(entry) { [self] result in
            switch result {
            case .success(let id):
                status.acknowledged(device, at: received)
                account.took(id, fault: fault, unreadable: unreadable)
                if let unreadable { status.remark(device, unreadable) }
                // An answer that belongs to nothing is kept, and answered by nothing.
                if let parsed, Self.isAnswer(parsed) { return done(Acceptance()) }
                if let parsed, let desk, let query {
                    return answer(query, parsed, received, desk, done)
                }
                let outcome: MessageOutcome = unreadable == nil ? .accepted : .error
                done(Acceptance(reply: answer(message, parsed, outcome, unreadable, received)))
            case .failure(let error):
                let text = "Not stored: \(error.sentence)"
                account.notSaved(error)
                status.remark(device, text)
                done(Acceptance(reply: answer(message, parsed, .error, text, received)))
            }
        }
    }

    func keep(abandoned bytes: [UInt8], received: Timestamp) {
        journal.keepAbandoned(bytes, of: device, received: received)
    }

    func answer(
        _ bytes: [UInt8], _ message: HL7Message?, _ outcome: MessageOutcome, _ text: String?, _ received: Timestamp
    ) -> [UInt8]? {
        HL7Answer(policy: profile.acknowledgement, controlIDs: controlIDs)
            .bytes(to: bytes, message, outcome: outcome, text: text, at: received)
    }
}

/// Builds the answers to a message; several codes (enhanced mode) go out as MLLP blocks one after the other.
struct HL7Answer {
    let policy: AcknowledgementPolicy
    let controlIDs: ControlIDs

    /// The content of the answer, nil when the message wants none.
    func bytes(
        to bytes: [UInt8], _ message: HL7Message?, outcome: MessageOutcome, text: String?, at moment: Timestamp,
        detail: HL7Acknowledgement.Detail? = nil
    ) -> [UInt8]? {
        guard let message else {
            if policy == .never { return nil }
            return acknowledgement(policy == .enhanced ? .CE : .AE, text, moment, detail).answer(toUnreadable: bytes)
        }
        let blocks = AcknowledgementPlan(for: message, policy: policy, outcome: outcome).codes
            .map { acknowledgement($0, text, moment, detail).answer(to: message) }
        return Self.joined(blocks)
    }

    /// Several answers as they go out one after the other: the blocks between them are closed and opened.
    static func joined(_ blocks: [[UInt8]]) -> [UInt8]? {
        guard let first = blocks.first else { return nil }
        return blocks.dropFirst().reduce(first) { $0 + [0x1C, 0x0D, 0x0B] + $1 }
    }

    private func acknowledgement(
        _ code: HL7Acknowledgement.Code, _ text: String?, _ moment: Timestamp, _ detail: HL7Acknowledgement.Detail?
    ) -> HL7Acknowledgement {
        HL7Acknowledgement(
            code: code, controlID: controlIDs.next(), time: moment.compact() + "+0000", text: text ?? "", detail: detail
        )
    }
}
