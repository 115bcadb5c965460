import Core
import HL7

extension LinkAccount {
    /// A message was journalled. Its fault was told where its block was cut out.
    func took(_ id: MessageID, fault: String?, unreadable: String?) {
        if fault == nil { record(unreadable == nil ? .good : .bad(.unreadable)) }
        if unreadable == nil { saved(id) } else { savedUnreadable(id) }
    }

    /// A block could not be cut out cleanly.
    func received(_ fault: MLLPFault) {
        record(.bad(fault.reason.health))
        verdict("kept as unreadable: \(fault.reason.verdict)")
    }
}

extension MLLPFault.Reason {
    /// What the device's health calls it.
    var health: LinkHealth.Fault {
        switch self {
        case .missingEndBlock, .missingCarriageReturn, .truncated: .brokenOff
        case .tooLong: .tooLong
        }
    }

    /// In a few words for the trace.
    var verdict: String {
        switch self {
        case .missingEndBlock: "the next block began before FS"
        case .missingCarriageReturn: "no CR came after FS"
        case .tooLong(let bytes): "a message of \(bytes) bytes is longer than is taken"
        case .truncated: "the message broke off"
        }
    }
}
