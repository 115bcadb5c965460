import ASTM
import Core
import HL7
import Profiles

/// One message a simulated analyser sends: LIS02 record text, one HL7 message, or framed blocks of the device's own.
public struct SimulatedMessage: Sendable, HoldsPatientData {
    /// The content, without framing but for that of a device's own blocks.
    public var content: [UInt8]

    /// A message from its content.
    public init(content: [UInt8]) { self.content = content }

    /// The messages of a recording, framed or not.
    public static func messages(in recording: [UInt8], profile: Profile) -> [SimulatedMessage] {
        switch profile.wire {
        case .blocks: return profile.blockMessages(in: recording).map { SimulatedMessage(content: $0) }
        case .astm:
            return LinkTranscript.messages(in: recording).messages.map { SimulatedMessage(content: $0.text) }
        case .hl7:
            return HL7Recording.messages(in: recording).map { SimulatedMessage(content: $0) }
        }
    }

    /// The message as the conversation sends it; what wants no answer is not waited for.
    func outbound(_ profile: Profile) -> OutboundMessage {
        guard profile.wire == .hl7 else { return OutboundMessage(content: content, awaitsAnswer: false) }
        let message = try? HL7Message.parse(content)
        return OutboundMessage(
            content: content, controlID: message?.controlID ?? "",
            awaitsAnswer: message.map { wantsAnswer($0, profile) } ?? true)
    }

    private func wantsAnswer(_ message: HL7Message, _ profile: Profile) -> Bool {
        if HL7Turn.isAnswer(message) { return false }
        return !AcknowledgementPlan(for: message, policy: profile.acknowledgement, outcome: .accepted).codes.isEmpty
    }
}

/// How a simulated message fared.
public enum SimulationOutcome: Sendable, Equatable {
    /// The other side took it: ACK on the last frame, or MSA|AA; without frames and answers, it is on the wire.
    case accepted
    /// The other side refused it; its words.
    case refused(String)
    /// The connection ended or no answer came.
    case lost(String)
}

/// Tells messages from answers.
enum HL7Turn {
    /// Whether a message answers another: it has an MSA, and no result in it.
    static func isAnswer(_ message: HL7Message) -> Bool {
        message.first("MSA") != nil && message.first("OBX") == nil
    }
}

/// Splits a recording of HL7 messages: MLLP blocks, or bare messages that each begin with MSH.
enum HL7Recording {
    static func messages(in bytes: [UInt8]) -> [[UInt8]] {
        if bytes.contains(0x0B) {
            var decoder = MLLPDecoder()
            decoder.append(bytes)
            var found: [[UInt8]] = []
            while let event = decoder.next() {
                if case .message(let message) = event { found.append(message) }
            }
            return found
        }
        var found: [[UInt8]] = []
        for line in bytes.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A }) {
            if line.starts(with: "MSH".utf8) { found.append([]) }
            guard !found.isEmpty else { continue }
            found[found.count - 1].append(contentsOf: line)
            found[found.count - 1].append(0x0D)
        }
        return found
    }
}
