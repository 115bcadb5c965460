import Core
import HL7

extension Profile {
    /// What a message of the device says to one of ours: ACK, ACK^Q03, ORL^O34, ORR^O02.
    ///
    /// - Returns: nil when it is no answer to this message: MSA is missing, or MSA-2 is not its MSH-10, or it is a commit
    ///   acknowledgement (CA) and the application's answer is still to come.
    public func response(in bytes: [UInt8], to message: OutboundMessage) -> DeviceResponse? {
        let one = HL7Blocks.messages(in: bytes).first ?? bytes
        guard let controlID = message.controlID,
            let answer = try? HL7Message.parse(one, encoding: encoding.hl7),
            let received = ReceivedAcknowledgement(answer), received.controlID == controlID
        else { return nil }
        guard let code = received.code, code.isAccept else { return .refused(words(received, answer)) }
        if code == .CA, asksForApplicationAnswer(message) { return nil }
        // Table 0119: UA unable to accept, UC unable to cancel, and the other ways to say no.
        let refusals = answer.all("ORC").compactMap { $0.text(field: 1) }.filter { Self.refusals.contains($0) }
        return refusals.isEmpty ? .accepted : .refused(words(received, answer, orders: refusals))
    }

    private static let refusals: Set<String> = ["UA", "UC", "UD", "UH", "UM", "UR", "UX", "OC", "DE"]

    /// Whether MSH-16 of a message of ours asks for an application acknowledgement.
    private func asksForApplicationAnswer(_ message: OutboundMessage) -> Bool {
        (try? HL7Message.parse(message.content))?.header.text(field: 16) == "AL"
    }

    private func words(_ received: ReceivedAcknowledgement, _ answer: HL7Message, orders: [String] = []) -> String {
        var words = [received.codeText.isEmpty ? "no code in MSA-1" : received.codeText]
        if !orders.isEmpty {
            words.append("ORC-1 \(Set(orders).sorted().joined(separator: ", ")) for \(orders.count) of its tests")
        }
        if let error = received.errorCode, error != "0" { words.append("error \(error)") }
        if let text = received.text { words.append(text) }
        return String(words.joined(separator: "; ").prefix(Self.wordsKept))
    }

    /// Most characters kept of a device's words.
    private static var wordsKept: Int { 300 }
}
