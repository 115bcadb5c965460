/// Who is answered, and when (HL7 v2 chapter 2: original mode, enhanced mode).
public enum AcknowledgementPolicy: Sendable, Hashable {
    /// By MSH-15 and MSH-16 of each message.
    case byMessage
    /// AA, AE or AR, whatever the message says.
    case original
    /// CA, CE or CR at once and nothing later, whatever the message says.
    case enhanced
    /// Nothing at all, whatever the message says.
    case never
}

/// What became of a message.
public enum MessageOutcome: Sendable, Hashable, CaseIterable {
    /// Durably stored.
    case accepted
    /// Not stored, or not understood.
    case error
    /// Will never be taken: type, version or processing id.
    case rejected
}

/// The answers one message gets; both, one or none.
public struct AcknowledgementPlan: Hashable, Sendable {
    /// First phase of the enhanced mode.
    public let commit: HL7Acknowledgement.Code?
    /// Original mode, or second phase of the enhanced mode.
    public let application: HL7Acknowledgement.Code?

    /// The codes to send, in order.
    public var codes: [HL7Acknowledgement.Code] { [commit, application].compactMap { $0 } }

    /// Decides by what a message asks for.
    /// - Parameters:
    ///   - policy: the device's; `.byMessage` unless its profile says otherwise.
    ///   - acceptCondition: MSH-15 as sent.
    ///   - applicationCondition: MSH-16 as sent. Anything but AL, NE, ER, SU is no condition: the Mindray BS family
    ///     puts the kind of result there (0 sample, 1 calibration, 2 QC).
    ///   - outcome: what became of the message.
    public init(
        policy: AcknowledgementPolicy, acceptCondition: String?, applicationCondition: String?,
        outcome: MessageOutcome
    ) {
        let accept = acceptCondition.flatMap(Condition.init(rawValue:))
        let application = applicationCondition.flatMap(Condition.init(rawValue:))
        switch policy {
        case .never: (self.commit, self.application) = (nil, nil)
        case .original: (self.commit, self.application) = (nil, Self.applicationCode(outcome))
        case .enhanced: (self.commit, self.application) = (Self.commitCode(outcome), nil)
        case .byMessage where accept == nil && application == nil:
            (self.commit, self.application) = (nil, Self.applicationCode(outcome))
        case .byMessage:
            // In enhanced mode a condition left empty means never.
            self.commit = (accept ?? .NE).holds(for: outcome) ? Self.commitCode(outcome) : nil
            self.application = (application ?? .NE).holds(for: outcome) ? Self.applicationCode(outcome) : nil
        }
    }

    /// Decides for a message: reads MSH-15 and MSH-16.
    public init(for message: HL7Message, policy: AcknowledgementPolicy, outcome: MessageOutcome) {
        self.init(
            policy: policy, acceptCondition: message.header.text(field: 15),
            applicationCondition: message.header.text(field: 16), outcome: outcome)
    }

    /// Table 0155.
    private enum Condition: String {
        case AL, NE, ER, SU

        func holds(for outcome: MessageOutcome) -> Bool {
            switch self {
            case .AL: true
            case .NE: false
            case .ER: outcome != .accepted
            case .SU: outcome == .accepted
            }
        }
    }

    private static func applicationCode(_ outcome: MessageOutcome) -> HL7Acknowledgement.Code {
        switch outcome {
        case .accepted: .AA
        case .error: .AE
        case .rejected: .AR
        }
    }

    private static func commitCode(_ outcome: MessageOutcome) -> HL7Acknowledgement.Code {
        switch outcome {
        case .accepted: .CA
        case .error: .CE
        case .rejected: .CR
        }
    }
}
