import ASTM

extension LinkNote {
    /// What a technician should read about it on the device's line; nil for what is part of normal traffic, and for what
    /// the device's health tells (`LinkHealth`).
    var remark: String? {
        switch self {
        case .duplicateFrame, .restrictedCharacters, .unexpected, .restartedByEnquiry, .contention,
            .interruptRequested, .lateTimer, .badFrame, .outOfSequence, .junk:
            nil
        case .suspiciousChecksum: "A frame with a wrong checksum was accepted, as the profile allows."
        case .frameWithoutEnquiry: "A frame came without ENQ before it and was not answered (LIS01-A2 6.2)."
        case .incomplete(let reason): "A message ended early: \(reason.sentence)."
        case .refused: "The analyser asked for the line while nothing could be stored; it will ask again."
        case .messageTooLong(let limit): "A message of more than \(limit) bytes was refused."
        case .saveFailed: "A message could not be stored and was refused; the analyser will send it again."
        case .meaningless(let limit):
            "The connection was closed: \(limit) control characters in a row led nowhere. Is this an ASTM analyser?"
        case .unknownSave, .tokenDuringSave: "The link lost track of a commit; please report this as a fault of ours."
        }
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
        case .tooLong: "it grew longer than a message may be"
        }
    }
}
