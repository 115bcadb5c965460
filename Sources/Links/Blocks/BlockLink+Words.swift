import Blocks

extension BlockLink.Failure {
    /// Why a message did not reach the device, as the end of a sentence.
    var sentence: String {
        switch self {
        case .noBlocks: "there was nothing to send"
        case .unanswered: "the analyser did not answer our block: is it set to receive orders from the host?"
        case .refused: "the analyser refused our block each time: check framing and check of its profile"
        case .queueFull: "too many messages wait for the analyser already"
        case .withdrawn: "a newer query took its place"
        case .linkLost: "the connection ended"
        }
    }
}

extension BlockSave.Reason {
    /// Why a message is incomplete, as part of a sentence.
    var sentence: String {
        switch self {
        case .silence: "its last block never came"
        case .linkLost: "the connection was lost in the middle of it"
        case .restarted: "the first block of another message came before its last"
        case .tooLong: "it grew longer than a message may be"
        }
    }
}

extension BlockNote {
    /// What a technician should read about it on the device's line; nil for what is part of normal traffic, and for what
    /// the device's health tells (`LinkHealth`).
    var remark: String? {
        switch self {
        case .polled, .unexpected, .junk, .lateTimer, .refused: nil
        case .suspicious(.endMissing): nil
        case .suspicious: "A block with a wrong check was accepted, as the profile allows."
        case .incomplete(let reason): "A message ended early: \(reason.sentence)."
        case .busy: "The analyser sent a block while nothing could be stored."
        case .answerTooLate:
            "A block was stored later than the analyser waits, so that it got no answer; it may report a host time-out. "
                + "The disk is too slow or too busy."
        case .saveFailed: nil
        case .unknownSave, .tokenDuringSave: "The link lost track of a commit; please report this as a fault of ours."
        }
    }

    /// In a few words for the trace.
    var verdict: String? {
        switch self {
        case .refused(let verdict), .suspicious(let verdict): verdict.words
        case .polled: "a block that asks: answered, not kept"
        case .unexpected(let byte): "control character \(byte) means nothing here: ignored"
        // Told where it is counted.
        case .junk: nil
        case .incomplete(let reason): "the message ended early: \(reason.sentence)"
        case .busy: "nothing can be stored at present"
        case .answerTooLate: "stored later than the device waits: not answered"
        case .saveFailed: "the message could not be stored"
        case .unknownSave, .tokenDuringSave: "lost track of a commit: a fault of Labrador"
        case .lateTimer: "a timer came late: ignored"
        }
    }
}

extension Block.Verdict {
    /// In a few words for the trace.
    var words: String {
        switch self {
        case .good: "whole"
        case .endMissing: "its end is missing; silence ended it"
        case .checkWrong(let expected, let received):
            "check wrong, computed \(Self.hex(expected)), received \(Self.hex(received))"
        case .checkMissing: "the check is missing"
        case .unfinished: "the block broke off"
        case .tooLong(let limit): "a block of more than \(limit) bytes is longer than is taken"
        }
    }

    /// What the device's health calls it; nil for a good one.
    var health: LinkHealth.Fault? {
        switch self {
        case .good, .endMissing: nil
        case .checkWrong: .checksum
        case .checkMissing: .checksumMissing
        case .unfinished: .brokenOff
        case .tooLong: .tooLong
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count < 2 ? "0" + digits : digits
        }.joined(separator: " ")
    }
}
