import ASTM

extension LinkNote {
    /// What a technician should read about it on the device's line; nil for what is part of normal traffic.
    var remark: String? {
        switch self {
        case .duplicateFrame, .restrictedCharacters, .unexpected, .restartedByEnquiry, .contention,
            .interruptRequested, .lateTimer:
            nil
        case .badFrame(.checksum(let expected, let received)):
            "A frame's checksum was wrong (computed \(hex(expected)), received \(hex(received))) and the frame was asked "
                + "for again. If this repeats, check the cable, or parity and baud rate on a serial line."
        case .badFrame(.checksumMissing):
            "A frame came without a checksum and was asked for again. If the analyser sends none, say so in its profile."
        case .badFrame(.frameNumber): "A frame came without a frame number and was asked for again."
        case .badFrame(.tooLong(let bytes)):
            "A frame of more than \(bytes) bytes was refused. Is this analyser's framing what the profile says?"
        case .badFrame(.truncated): "A frame was cut off by the next one."
        case .outOfSequence(let expected, let received):
            "Frame \(received) came where \(expected) was due; it was refused so that the analyser sends again."
        case .suspiciousChecksum: "A frame with a wrong checksum was accepted, as the profile allows."
        case .frameWithoutEnquiry: "A frame came without ENQ before it and was not answered (LIS01-A2 6.2)."
        case .junk(let bytes): "\(bytes) bytes outside a frame were skipped. Check the line settings if this repeats."
        case .incomplete(let reason): "A message ended early: \(reason.sentence)."
        case .refused: "The analyser asked for the line while nothing could be stored; it will ask again."
        case .messageTooLong(let limit): "A message of more than \(limit) bytes was refused."
        case .saveFailed: "A message could not be stored and was refused; the analyser will send it again."
        case .meaningless(let limit):
            "The connection was closed: \(limit) control characters in a row led nowhere. Is this an ASTM analyser?"
        case .unknownSave, .tokenDuringSave: "The link lost track of a commit; please report this as a fault of ours."
        }
    }

    private func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count < 2 ? "0" + digits : digits
    }
}

extension Save {
    /// Why a person must look at the message, if one must.
    var unreadable: String? {
        guard isUnreadable else { return nil }
        return "The analyser ended the transfer (EOT) in the middle of a record, and what it sent before holds nothing "
            + "that can be understood. Let it send the results again."
    }
}

extension Save.Reason {
    /// Why the message is incomplete, as part of a sentence.
    var sentence: String {
        switch self {
        case .eotBeforeTerminator: "the analyser ended the transfer before the terminator record (L)"
        case .receiveTimeout: "nothing came for 30 s in the middle of it"
        case .linkLost: "the connection was lost in the middle of it"
        case .restartedByEnquiry: "the analyser started over in the middle of it"
        case .headerBeforeTerminator: "another header record (H) came before its terminator (L)"
        }
    }
}
