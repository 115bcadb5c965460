import ASTM
import Core

extension LinkAccount {
    /// The link took a token and decided. `wasSending`: it may have been the answer to something of ours.
    func received(_ token: LinkToken, _ actions: [LinkMachine.Action], wasSending: Bool = false) {
        if wasSending, case .ack = token { record(.answered(accepted: true)) }
        if wasSending, case .nak = token { record(.answered(accepted: false)) }
        finished(actions)
        switch token {
        case .frame(let frame):
            health?.record(Self.event(of: actions))
            verdict(Self.verdict(on: frame, actions))
        case .badFrame(let fault):
            health?.record(fault.reason.health, of: fault.wire)
            verdict("\(Self.answer(in: actions) == .nak ? "NAK" : "ignored"): \(fault.reason.verdict)")
        case .junk(let bytes): skipped(bytes)
        case .text:
            record(.good)
            for case .save in actions { verdict("message received, being saved") }
        case .enq, .eot, .ack, .nak:
            record(.control)
            verdict(Self.verdict(on: token, actions))
        }
    }

    /// The link decided without a token: its timer fired, a message is to be sent, or the link was lost.
    func decided(_ actions: [LinkMachine.Action]) {
        finished(actions)
        for case .note(let note) in actions { verdict(note.verdict) }
    }

    private func finished(_ actions: [LinkMachine.Action]) {
        for case .finished(_, let delivery) in actions { verdict(delivery.verdict) }
    }

    // MARK: - Words

    private static func answer(in actions: [LinkMachine.Action]) -> ControlCharacter? {
        for case .sendControl(let character) in actions { return character }
        return nil
    }

    private static func note(in actions: [LinkMachine.Action]) -> LinkNote? {
        for case .note(let note) in actions { return note }
        return nil
    }

    private static func event(of actions: [LinkMachine.Action]) -> LinkHealth.Event {
        for case .note(let note) in actions {
            switch note {
            case .outOfSequence: return .bad(.outOfSequence)
            case .messageTooLong: return .bad(.tooLong)
            default: break
            }
        }
        return .good
    }

    /// Eight frame numbers, eight sentences: the regular course makes no new text.
    private static let accepted = (0..<8).map { "frame \($0) accepted" }
    private static let saving = (0..<8).map { "frame \($0) received, being saved" }

    private static func verdict(on frame: Frame, _ actions: [LinkMachine.Action]) -> String {
        let number = Int(frame.number & 7)
        if let note = note(in: actions) {
            return answer(in: actions) == .nak ? "NAK: \(note.verdict)" : note.verdict
        }
        for case .save in actions { return saving[number] }
        return accepted[number]
    }

    private static func verdict(on token: LinkToken, _ actions: [LinkMachine.Action]) -> String? {
        if case .enq = token {
            if case .sendControl(.ack)? = actions.first { return "ENQ: the line is granted" }
            if case .sendControl(.nak)? = actions.first { return "NAK: \(note(in: actions)?.verdict ?? "busy")" }
        }
        if let note = note(in: actions) { return note.verdict }
        if case .eot = token { return "EOT: the line is free" }
        return nil
    }
}

extension FrameFault.Reason {
    /// What the device's health calls it.
    var health: LinkHealth.Fault {
        switch self {
        case .checksum: .checksum
        case .checksumMissing: .checksumMissing
        case .frameNumber: .frameNumber
        case .tooLong: .tooLong
        case .truncated: .brokenOff
        }
    }

    /// In a few words for the trace.
    var verdict: String {
        switch self {
        case .checksum(let expected, let received):
            "checksum wrong, computed \(hex(expected)), received \(hex(received))"
        case .checksumMissing: "the checksum is missing"
        case .frameNumber: "the frame number is missing"
        case .tooLong(let bytes): "a frame of \(bytes) bytes is longer than is taken"
        case .truncated: "the frame broke off"
        }
    }

    private func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count < 2 ? "0" + digits : digits
    }
}

extension LinkNote {
    /// In a few words for the trace.
    var verdict: String {
        switch self {
        case .duplicateFrame(let number): "frame \(number) came again: acknowledged, not taken twice"
        case .badFrame(let reason): reason.verdict
        case .outOfSequence(let expected, let received): "frame \(received) came where \(expected) was due"
        case .suspiciousChecksum(let number): "frame \(number) accepted although its checksum is wrong or missing"
        case .restrictedCharacters(let number): "frame \(number) accepted although it holds restricted characters"
        case .frameWithoutEnquiry(let number): "frame \(number) came without ENQ before it: not answered"
        case .unexpected(let character): "\("\(character)".uppercased()) means nothing here: ignored"
        case .junk(let bytes): "skipped: \(bytes) bytes that belong to nothing"
        case .restartedByEnquiry: "ENQ in mid-transfer: the analyser starts over"
        case .incomplete(let reason): "the message ended early: \(reason.sentence)"
        case .refused: "nothing can be stored at present"
        case .messageTooLong(let limit): "the message has more than \(limit) bytes"
        case .saveFailed: "the message could not be stored"
        case .unknownSave, .tokenDuringSave: "lost track of a commit: a fault of Labrador"
        case .lateTimer: "a timer came late: ignored"
        case .contention: "both sides asked for the line at once"
        case .interruptRequested: "the receiver asked for the line"
        case .meaningless(let limit): "hung up: \(limit) control characters in a row led nowhere"
        }
    }
}

extension LinkMachine.Delivery {
    /// In a few words for the trace.
    var verdict: String {
        switch self {
        case .delivered: "sent: every frame was accepted"
        case .failed(let failure): "not sent: \(failure.verdict)"
        }
    }
}

extension LinkSender.Failure {
    fileprivate var verdict: String {
        switch self {
        case .noFrames: "there was nothing to send"
        case .enquiryUnanswered: "no answer to ENQ"
        case .enquiryRefused: "the analyser refused ENQ"
        case .frameUnanswered(let index): "no answer to frame \(index + 1)"
        case .frameRefused(let index): "the analyser refused frame \(index + 1) each time"
        case .withdrawn: "it was taken back"
        case .queueFull: "too many messages wait already"
        case .linkLost: "the connection ended"
        }
    }
}
