import Core
import HL7
import Profiles

/// What a device says besides results: queries, and answers to our own messages.
extension ResultAcceptor {
    /// Answers a query that is stored: the commit acknowledgement if it wants one, then what the profile says in place of
    /// the application's, then the orders.
    func answer(
        _ query: HostQuery, _ message: HL7Message, _ received: Timestamp, _ desk: QueryDesk,
        _ done: @escaping @Sendable (Acceptance) -> Void
    ) {
        desk.answer(query) { [self] found in
            guard let found else {
                let text = "The orders could not be looked up; ask again."
                return done(Acceptance(reply: answer(query.bytes, message, .error, text, received)))
            }
            guard let reply = found.reply else {
                let reply = answer(query.bytes, message, .accepted, nil, received)
                return done(Acceptance(reply: reply, following: found.following))
            }
            let plan = AcknowledgementPlan(for: message, policy: profile.acknowledgement, outcome: .accepted)
            let blocks = [plan.commit.map { commit($0, of: message, received) }, reply].compactMap { $0 }
            done(Acceptance(reply: HL7Answer.joined(blocks), following: found.following))
        }
    }

    private func commit(_ code: HL7Acknowledgement.Code, of message: HL7Message, _ received: Timestamp) -> [UInt8] {
        HL7Acknowledgement(code: code, controlID: controlIDs.next(), time: received.compact() + "+0000").answer(
            to: message)
    }

    /// Whether a message is of a type that asks.
    static func mayAsk(_ message: HL7Message) -> Bool { ["QRY", "QBP", "QCN"].contains(message.messageType ?? "") }

    /// Whether a message answers one of ours: it has an MSA, and no result in it.
    static func isAnswer(_ message: HL7Message) -> Bool {
        message.first("MSA") != nil && message.first("OBX") == nil
    }

    func answer(in message: [UInt8], to inFlight: OutboundMessage?) -> PeerAnswer? {
        guard Self.mayHoldMSA(message), let parsed = try? HL7Message.parse(message), Self.isAnswer(parsed),
            let received = ReceivedAcknowledgement(parsed)
        else { return nil }
        return PeerAnswer(
            controlID: received.controlID, answer: verdict(received, message, inFlight),
            acknowledgement: acknowledgement(of: parsed, received))
    }

    private func verdict(
        _ received: ReceivedAcknowledgement, _ message: [UInt8], _ inFlight: OutboundMessage?
    ) -> HL7Exchange.Answer {
        if let inFlight, let response = (desk?.profile ?? profile).response(in: message, to: inFlight) {
            switch response {
            case .accepted: return .accepted
            case .refused(let words): return .refused(words)
            }
        }
        if received.code == .CA { return .committed }
        if received.code?.isAccept == true { return .accepted }
        let code = [received.codeText, received.errorCode].compactMap { $0 }.filter { !$0.isEmpty }
        return .refused((code + [received.text ?? "without a reason"]).joined(separator: " "))
    }

    /// An application answer may itself want to hear that it was stored (enhanced mode).
    private func acknowledgement(of message: HL7Message, _ received: ReceivedAcknowledgement) -> [UInt8]? {
        guard received.code?.isCommit != true, message.messageType != "ACK" else { return nil }
        let plan = AcknowledgementPlan(for: message, policy: profile.acknowledgement, outcome: .accepted)
        return plan.commit.map { commit($0, of: message, desk?.clock() ?? Timestamp(microseconds: 0)) }
    }

    /// Whether one of the first lines is an MSA: it stands right after the header, or after SFT and UAC.
    private static func mayHoldMSA(_ message: [UInt8]) -> Bool {
        var line = 0
        var index = 0
        while line < 6, index + 3 < message.count {
            if line > 0, message[index] == UInt8(ascii: "M"), message[index + 1] == UInt8(ascii: "S"),
                message[index + 2] == UInt8(ascii: "A")
            {
                return true
            }
            guard let end = message[index...].firstIndex(where: { $0 == 0x0D || $0 == 0x0A }) else { return false }
            index = end + 1
            if message[index...].first == 0x0A { index += 1 }
            line += 1
        }
        return false
    }
}
