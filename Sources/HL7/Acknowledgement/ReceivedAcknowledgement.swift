/// An acknowledgement somebody sent us: the MSA (and ERR) of their answer.
public struct ReceivedAcknowledgement: Hashable, Sendable {
    /// MSA-1; `nil` if it is none of the codes of table 0008 (see `codeText`).
    public let code: HL7Acknowledgement.Code?
    /// MSA-1 as sent.
    public let codeText: String
    /// MSA-2: must equal the MSH-10 of what we sent, else this answers something else.
    public let controlID: String
    /// MSA-3, else ERR-8, else ERR-3.2: what the peer says about it.
    public let text: String?
    /// ERR-3.1, else MSA-6.1: the peer's error code.
    public let errorCode: String?

    /// - Parameter message: the answer.
    /// - Returns: `nil` if it has no MSA.
    public init?(_ message: HL7Message) {
        guard let msa = message.first("MSA") else { return nil }
        let err = message.first("ERR")
        codeText = msa.text(field: 1) ?? ""
        code = HL7Acknowledgement.Code(rawValue: codeText)
        controlID = msa.text(field: 2) ?? ""
        text = msa.text(field: 3) ?? err?.text(field: 8) ?? err?.text(field: 3, component: 2)
        errorCode = err?.text(field: 3, component: 1) ?? msa.text(field: 6, component: 1)
    }
}

extension ReceivedAcknowledgement: PrintsRedacted {
    /// Code and error code; the peer's text may quote what we sent.
    public var description: String { "acknowledgement \(codeText.prefix(2)), error code \(errorCode ?? "none")" }
}
