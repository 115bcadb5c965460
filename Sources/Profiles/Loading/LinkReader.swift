import ASTM
import Core
import HL7

/// Reads `link:` of a profile.
struct LinkReader {
    let wire: WireProtocol

    func read(_ value: YAMLValue?, into profile: inout Profile) {
        _ = value?.map { map in
            readHL7(map["acknowledge"], into: &profile)
            let keys = [
                "checksum", "framing", "frame_limit", "send_text", "send_layout", "save_every_frame",
                "enquiry_in_transfer", "answer_within",
            ]
            if wire == .blocks {
                for key in keys {
                    map[key]?.mistake("blocks are described by 'framing' and 'dialogue'; remove it")
                }
                return
            }
            if wire == .hl7 {
                map["checksum"]?.mistake("HL7 has no checksum; remove it")
                for key in keys.dropFirst() { map[key]?.mistake("this is for ASTM frames; HL7 has none. Remove it") }
                return
            }
            if let checksum = map["checksum"]?.choice(of: ChecksumWord.self) { profile.checksum = checksum.policy }
            if let framing = map["framing"]?.choice(of: LinkSettings.Framing.self) { profile.link.framing = framing }
            if let bytes = map["frame_limit"]?.byteSize(in: Self.frameBytes) { profile.link.frameBytes = bytes }
            if let count = map["send_text"]?.integer(in: Self.sendText) { profile.link.sendTextBytes = count }
            if let layout = map["send_layout"]?.choice(of: SendLayoutWord.self) {
                profile.link.sendsRecordPerFrame = layout == .recordPerFrame
            }
            if let saves = map["save_every_frame"]?.bool() { profile.link.savesEveryFrame = saves }
            if let meaning = map["enquiry_in_transfer"]?.choice(of: LinkSettings.EnquiryInTransfer.self) {
                profile.link.enquiryInTransfer = meaning
            }
            if let within = map["answer_within"]?.duration(in: Self.answerWithin) { profile.link.answerWithin = within }
            noteFramesWithoutFraming(map, profile)
        }
    }

    /// Bytes of the longest frame accepted: E1381-95's 247 (240 of text) to 16 MiB.
    private static let frameBytes = 247...16 << 20
    /// Characters of text in a frame we send: LIS01-A2 8.3.1 allows 63,993.
    private static let sendText = 1...63_993

    /// How long devices wait for an answer: the shortest known is half a second, the standard's own is 15 s.
    static let answerWithin: ClosedRange<Duration> = .milliseconds(100)...(.seconds(60))

    private func noteFramesWithoutFraming(_ map: YAMLMap, _ profile: Profile) {
        guard profile.link.framing == .unframed else { return }
        for key in ["checksum", "send_text", "send_layout", "save_every_frame", "enquiry_in_transfer", "answer_within"]
        {
            map[key]?.mistake("there are no frames with 'framing: unframed'; remove it")
        }
    }

    private func readHL7(_ value: YAMLValue?, into profile: inout Profile) {
        guard let value else { return }
        if wire == .astm { value.mistake("ASTM frames are always acknowledged; remove it") }
        if wire == .blocks { value.mistake("what answers a block stands in 'dialogue' (good, bad); remove it") }
        profile.acknowledgement = value.choice(of: AcknowledgeWord.self)?.policy ?? .byMessage
    }
}

/// The words of `link.send_layout`.
private enum SendLayoutWord: String, CaseIterable {
    case filled
    case recordPerFrame = "record-per-frame"
}

/// The words of `link.checksum`.
private enum ChecksumWord: String, CaseIterable {
    case strict, lenient, off

    var policy: ChecksumPolicy {
        switch self {
        case .strict: .strict
        case .lenient: .lenient
        case .off: .off
        }
    }
}

/// The words of `link.acknowledge`.
private enum AcknowledgeWord: String, CaseIterable {
    case byMessage = "by-message"
    case original, enhanced, never

    var policy: AcknowledgementPolicy {
        switch self {
        case .byMessage: .byMessage
        case .original: .original
        case .enhanced: .enhanced
        case .never: .never
        }
    }
}
