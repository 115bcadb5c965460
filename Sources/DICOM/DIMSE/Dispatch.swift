/// The SOP classes served.
enum SOPClass {
    static let verification = "1.2.840.10008.1.1"
    static let modalityWorklist = "1.2.840.10008.5.1.4.31"
    /// Modality Performed Procedure Step (PS3.4 section F.7).
    static let performedProcedureStep = "1.2.840.10008.3.1.2.3.3"
    /// Modality Performed Procedure Step Retrieve (PS3.4 section F.8).
    static let performedProcedureStepRetrieve = "1.2.840.10008.3.1.2.3.4"
    /// Served where performed steps are kept.
    static let served = withoutSteps + [performedProcedureStep, performedProcedureStepRetrieve]
    /// Served where they are not.
    static let withoutSteps = [verification, modalityWorklist]
}

/// An accepted presentation context.
struct PresentationContext: Hashable, Sendable {
    var id: UInt8
    var abstractSyntax: String
    var transferSyntax: TransferSyntax
}

/// What a command that arrived calls for.
enum DispatchAction: Hashable, Sendable {
    /// Send this and go on.
    case reply(CommandSet)
    /// Answer a worklist query.
    case find(CommandSet, PresentationContext)
    /// Begin, change or give back a performed procedure step.
    case performedStep(PerformedStepOperation, CommandSet, PresentationContext)
    /// Nothing: a C-CANCEL that came after the last response, or a response nobody waits for.
    case ignore
    /// The peer breaks the protocol.
    case abort(String)
}

/// What a modality asks to be done with a performed procedure step (PS3.4 sections F.7.2 and F.8.2).
enum PerformedStepOperation: Hashable, Sendable, CaseIterable {
    /// N-CREATE.
    case create
    /// N-SET.
    case set
    /// N-GET.
    case get
}

/// Decides on each command of an association (PS3.7 section 9).
///
/// No command on an accepted context ends the association: what is not supported gets a response that says so.
enum Dispatch {
    static func action(for command: CommandSet, on context: PresentationContext?) -> DispatchAction {
        guard let context else { return .abort("a message on a presentation context that was not accepted") }
        if command.field & CommandSet.Field.response != 0 || command.field == CommandSet.Field.cCancelRequest {
            return .ignore
        }
        if let named = command.sopClassUID, named != context.abstractSyntax {
            return .reply(CommandSet(responseTo: command, status: .sopClassNotSupported))
        }
        switch (command.field, context.abstractSyntax) {
        case (CommandSet.Field.cEchoRequest, SOPClass.verification):
            return .reply(CommandSet(responseTo: command, status: .success))
        case (CommandSet.Field.cFindRequest, SOPClass.modalityWorklist):
            guard command.hasDataSet else {
                return .reply(
                    CommandSet(responseTo: command, status: .identifierDoesNotMatch("C-FIND without an identifier")))
            }
            return .find(command, context)
        case (CommandSet.Field.nCreateRequest, SOPClass.performedProcedureStep):
            return .performedStep(.create, command, context)
        case (CommandSet.Field.nSetRequest, SOPClass.performedProcedureStep):
            return .performedStep(.set, command, context)
        case (CommandSet.Field.nGetRequest, SOPClass.performedProcedureStepRetrieve):
            return .performedStep(.get, command, context)
        default:
            return .reply(CommandSet(responseTo: command, status: .unrecognizedOperation))
        }
    }
}
