import Core
import Logging

/// Serves one acknowledged association on its own thread.
struct AssociationService {
    let association: Association
    let modality: RadiologyModality
    let source: any WorklistSource
    let limits: RadiologyLimits
    let logger: Logger
    /// Whether the server is stopping.
    let isStopping: () -> Bool

    /// Runs until the association is to end; `finish` then ends it.
    func run() -> Association.End {
        do {
            try association.acknowledge()
            while true { try serveOne() }
        } catch {
            return error
        }
    }

    /// Answers a release, or aborts.
    ///
    /// Returns what was wrong, in words.
    func finish(_ end: Association.End) -> String? {
        switch end {
        case .released: association.acknowledgeRelease()
        case .aborted, .closed: break
        case .silent:
            association.abort()
            return isStopping() ? nil : "no message for \(limits.idleTimeout) s; association aborted"
        case .failed(let why):
            association.abort()
            return "\(why); association aborted"
        }
        return nil
    }

    private func serveOne() throws(Association.End) {
        let piece = try nextPiece()
        guard piece.isCommand else { throw .failed("a data set without a command set") }
        let command: CommandSet
        do {
            command = try CommandSet(piece.bytes)
        } catch {
            throw .failed(error.sentence)
        }
        // The data set is taken off the wire whatever becomes of the command.
        let data = command.hasDataSet ? try dataSet(of: piece) : []
        switch Dispatch.action(for: command, on: association.contexts[piece.contextID]) {
        case .reply(let response): try association.send(response, on: piece.contextID)
        case .find(let request, let context): try answer(request, data, context)
        case .ignore: break
        case .abort(let why): throw .failed(why)
        }
    }

    /// Waits for a command in steps of a second, so that a stopping server is noticed.
    private func nextPiece() throws(Association.End) -> Association.Piece {
        for _ in 0..<max(1, limits.idleTimeout) where !isStopping() {
            do {
                return try association.receive(waiting: 1, atMost: limits.maxCommandBytes)
            } catch .silent {
                continue
            }
        }
        throw .silent
    }

    private func dataSet(of command: Association.Piece) throws(Association.End) -> [UInt8] {
        let piece: Association.Piece
        do {
            piece = try association.receive(waiting: limits.messageTimeout, atMost: limits.maxDataSetBytes)
        } catch .silent {
            throw .failed("no data set for \(limits.messageTimeout) s after its command set")
        }
        guard !piece.isCommand, piece.contextID == command.contextID else {
            throw .failed("another message in place of the data set")
        }
        return piece.bytes
    }

    private func answer(_ request: CommandSet, _ data: [UInt8], _ context: PresentationContext) throws(Association.End)
    {
        let found: (identifier: WorklistIdentifier, answer: WorklistAnswer)
        do {
            found = try matches(data, context)
        } catch {
            logger.warning("worklist query refused: \(error.status.comment ?? "")")
            return try association.send(CommandSet(responseTo: request, status: error.status), on: context.id)
        }
        for (attribute, count) in found.answer.withheld.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            logger.warning("\(count) matching worklist entries not served: no \(attribute.rawValue)")
        }
        let status = found.identifier.hasUnsupportedKeys ? Status.pendingWithUnsupportedKeys : .pending
        let pending = CommandSet(responseTo: request, status: status, hasDataSet: true)
        for entry in found.answer.entries {
            if association.hasInput, try isCancelled(request) {
                return try association.send(CommandSet(responseTo: request, status: .cancelled), on: context.id)
            }
            let bytes = WorklistResponse.encode(entry, for: found.identifier, context.transferSyntax)
            try association.send(pending, data: bytes, on: context.id, more: true)
        }
        try association.send(CommandSet(responseTo: request, status: .success), on: context.id)
        logger.debug("worklist query answered", metadata: ["matches": "\(found.answer.entries.count)"])
    }

    private func matches(
        _ data: [UInt8], _ context: PresentationContext
    ) throws(WorklistIdentifier.Refusal) -> (identifier: WorklistIdentifier, answer: WorklistAnswer) {
        let dataSet: DataSet
        do {
            dataSet = try DataSetReader.read(data, context.transferSyntax, limits: limits.dataSet)
        } catch {
            throw WorklistIdentifier.Refusal(.identifierDoesNotMatch(error.sentence))
        }
        let identifier = try WorklistIdentifier(dataSet)
        let candidates: [WorklistEntry]
        do {
            candidates = try source.candidates(for: WorklistPreselection(identifier.query, for: modality.caller))
        } catch {
            logger.error("the worklist cannot be read: \(error)")
            throw WorklistIdentifier.Refusal(.unableToProcess("The worklist cannot be read at the moment"))
        }
        let answer = WorklistMatching.answer(identifier.query, for: modality.caller, from: candidates)
        guard answer.entries.count <= limits.maxMatches else {
            throw WorklistIdentifier.Refusal(
                .outOfResources("More than \(limits.maxMatches) matches; narrow the query"))
        }
        return (identifier, answer)
    }

    /// Reads what came between two responses: only C-CANCEL may (PS3.7 section 9.3.2.3).
    private func isCancelled(_ request: CommandSet) throws(Association.End) -> Bool {
        let piece: Association.Piece
        do {
            piece = try association.receive(waiting: 1, atMost: limits.maxCommandBytes)
        } catch .silent {
            return false
        }
        guard piece.isCommand, let command = try? CommandSet(piece.bytes),
            command.field == CommandSet.Field.cCancelRequest, !command.hasDataSet
        else { throw .failed("a message other than C-CANCEL while a query is answered") }
        return command.respondsTo == request.messageID
    }
}
