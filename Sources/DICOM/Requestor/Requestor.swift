import CDCMTK
import Core
import Logging

/// An association that we opened (association requestor, PS3.8 section 7.1), used by one thread.
///
/// Every call blocks, at most as long as the target's time-outs say, and must not run on Swift's cooperative pool. After
/// a failure the association is gone.
public final class Requestor {
    /// Largest command set, bytes.
    private static let maxCommandBytes = RadiologyLimits().maxCommandBytes
    /// Largest data set of a response, bytes.
    private static let maxDataSetBytes = RadiologyLimits().maxDataSetBytes

    private let association: Association
    private let target: EchoTarget
    private var lastMessageID: UInt16 = 0
    private var isOpen = true

    /// Opens an association with a presentation context for each service.
    ///
    /// The peer may refuse some of them; `accepts` tells.
    public init(
        _ target: EchoTarget, proposing services: [RequestedService],
        in syntaxes: [TransferSyntax] = [.explicitLittleEndian, .implicitLittleEndian], logger: Logger
    ) throws(RequestorFailure) {
        BridgeLog.prepare(logger)
        var limits = RadiologyLimits()
        limits.associationTimeout = target.answerTimeout
        limits.messageTimeout = target.answerTimeout
        limits.writeTimeout = target.answerTimeout
        self.target = target
        do throws(CallFailure) {
            association = try target.call(proposing: services.map(\.uid), syntaxes, limits: limits)
        } catch {
            let kinds: [UInt16: RequestorFailure.Kind] = [1: .rejectedForGood, 2: .rejectedForNow]
            throw RequestorFailure(
                kind: kinds[error.rejection] ?? .unreachable, description: "\(target.place): \(error.why)")
        }
    }

    deinit { if isOpen { association.abort() } }

    /// Whether the peer accepted the service.
    public func accepts(_ service: RequestedService) -> Bool { context(for: service) != nil }

    /// C-ECHO.
    public func echo() throws(RequestorFailure) -> DIMSEReply {
        let context = try accepted(.verification)
        let command = CommandSet(
            request: CommandSet.Field.cEchoRequest, messageID: nextMessageID(), sopClass: context.abstractSyntax)
        return try run(SingleExchange(DIMSEMessage(command: command)), on: context, "C-ECHO")
    }

    /// C-STORE of an instance.
    public func store(_ instance: NewInstance) throws(RequestorFailure) -> DIMSEReply {
        let context = try accepted(instance.service)
        var command = CommandSet(
            request: CommandSet.Field.cStoreRequest, messageID: nextMessageID(), sopClass: context.abstractSyntax,
            hasDataSet: true)
        command.affectedSOPInstanceUID = instance.uid
        let data = DataSetWriter.write(instance.dataSet, context.transferSyntax)
        return try run(SingleExchange(DIMSEMessage(command: command, data: data)), on: context, "C-STORE")
    }

    /// N-CREATE of a performed procedure step.
    public func create(_ step: PerformedStepMessage) throws(RequestorFailure) -> DIMSEReply {
        let context = try accepted(.performedStep)
        let command = CommandSet.nCreate(nextMessageID(), sopClass: context.abstractSyntax, instance: step.uid)
        let data = DataSetWriter.write(step.dataSet, context.transferSyntax)
        return try run(SingleExchange(DIMSEMessage(command: command, data: data)), on: context, "N-CREATE")
    }

    /// N-SET of a performed procedure step.
    public func set(_ step: PerformedStepMessage) throws(RequestorFailure) -> DIMSEReply {
        let context = try accepted(.performedStep)
        let command = CommandSet.nSet(nextMessageID(), sopClass: context.abstractSyntax, instance: step.uid)
        let data = DataSetWriter.write(step.dataSet, context.transferSyntax)
        return try run(SingleExchange(DIMSEMessage(command: command, data: data)), on: context, "N-SET")
    }

    /// N-CREATE or N-SET of a performed procedure step as another application wrote it: byte for byte where the peer took
    /// its transfer syntax.
    func pass(
        _ operation: ProcedureStepRequest.Operation, uid: String, bytes: [UInt8], in syntax: TransferSyntax
    ) throws(RequestorFailure) -> DIMSEReply {
        let context = try accepted(.performedStep)
        var data = bytes
        if context.transferSyntax != syntax, let read = try? DataSetReader.read(bytes, syntax) {
            data = DataSetWriter.write(read, context.transferSyntax)
        }
        let command =
            switch operation {
            case .create: CommandSet.nCreate(nextMessageID(), sopClass: context.abstractSyntax, instance: uid)
            case .set: CommandSet.nSet(nextMessageID(), sopClass: context.abstractSyntax, instance: uid)
            }
        return try run(
            SingleExchange(DIMSEMessage(command: command, data: data)), on: context, operation.rawValue)
    }

    /// C-FIND of the Modality Worklist, cancelled once so many entries came.
    public func worklist(
        _ query: ModalityQuery, atMost matches: Int? = nil
    ) throws(RequestorFailure) -> WorklistReply {
        let context = try accepted(.worklist)
        var limits = FindLimits()
        if let matches { limits.matches = max(1, min(matches, limits.matches)) }
        let command = CommandSet(
            request: CommandSet.Field.cFindRequest, messageID: nextMessageID(), sopClass: context.abstractSyntax,
            hasDataSet: true)
        let request = DIMSEMessage(
            command: command, data: DataSetWriter.write(query.identifier, context.transferSyntax))
        var reply = WorklistReply()
        let end = try run(FindExchange(request, limits: limits), on: context, "C-FIND") { data in
            reply.add(data, context.transferSyntax)
        }
        reply.end(end)
        return reply
    }

    /// A-RELEASE; the association is gone whatever the peer answers.
    public func release() {
        guard isOpen else { return }
        isOpen = false
        var ignored = cdcmtk_problem()
        _ = cdcmtk_release(association.handle, &ignored)
    }

    // MARK: - Carrying out an exchange

    private func run<Machine: Exchange>(
        _ machine: Machine, on context: PresentationContext, _ service: String, match: ([UInt8]) -> Void = { _ in }
    ) throws(RequestorFailure) -> Machine.Answer {
        var machine = machine
        var event = ExchangeEvent.begin
        while true {
            var lost: Association.End?
            for action in machine.handle(event) {
                switch action {
                case .send(let message):
                    do throws(Association.End) {
                        try association.send(message.command, data: message.data, on: context.id)
                    } catch {
                        lost = error
                    }
                case .match(let data): match(data)
                case .finish(let answer): return answer
                case .fail(let fault):
                    isOpen = false
                    association.abort()
                    let kind: RequestorFailure.Kind =
                        if case .lost = fault { .interrupted } else { .protocolError }
                    throw RequestorFailure(kind: kind, description: "\(target.place): \(fault.sentence(service))")
                }
            }
            event = lost.map { .lost($0) } ?? receive(on: context)
        }
    }

    private func receive(on context: PresentationContext) -> ExchangeEvent {
        do throws(Association.End) {
            let piece = try association.receive(waiting: target.answerTimeout, atMost: Self.maxCommandBytes)
            guard piece.isCommand, piece.contextID == context.id else {
                return .lost(.failed("a data set, or a message on another context, came in its place"))
            }
            let command: CommandSet
            do {
                command = try CommandSet(piece.bytes)
            } catch {
                return .lost(.failed(error.sentence))
            }
            guard command.hasDataSet else { return .message(DIMSEMessage(command: command)) }
            let data = try association.receive(waiting: target.answerTimeout, atMost: Self.maxDataSetBytes)
            guard !data.isCommand, data.contextID == context.id else {
                return .lost(.failed("another message came in place of its data set"))
            }
            return .message(DIMSEMessage(command: command, data: data.bytes))
        } catch {
            return .lost(error)
        }
    }

    private func context(for service: RequestedService) -> PresentationContext? {
        association.contexts.values.first { $0.abstractSyntax == service.uid }
    }

    private func accepted(_ service: RequestedService) throws(RequestorFailure) -> PresentationContext {
        guard isOpen else {
            throw RequestorFailure(kind: .interrupted, description: "\(target.place): the association is over")
        }
        guard let context = context(for: service) else {
            throw RequestorFailure(
                kind: .serviceNotAccepted,
                description: "\(target.place) accepted the association but not the service \(service.name)")
        }
        return context
    }

    private func nextMessageID() -> UInt16 {
        lastMessageID = lastMessageID == .max ? 1 : lastMessageID + 1
        return lastMessageID
    }
}

extension EchoTarget {
    /// For sentences.
    var place: String { "\(calledAETitle) at \(host):\(port)" }
}
