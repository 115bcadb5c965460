import Core
import Logging

/// Serves one acknowledged association on its own thread.
struct AssociationService {
    let association: Association
    let modality: RadiologyModality
    let source: any WorklistSource
    let stations: WorklistStations
    /// Where performed steps are kept; nil where they are not served.
    let steps: PerformedSteps?
    let limits: RadiologyLimits
    /// The hospital's clock on the wall.
    let clock: FacilityClock
    /// Where the last query is kept; nil: nowhere.
    let queries: (any WorklistQueryLog)?
    /// The time.
    let now: () -> Timestamp
    let logger: Logger
    /// Whether the server is stopping.
    let isStopping: () -> Bool

    /// Runs until the association is to end; `finish` then ends it.
    func run() -> Association.End {
        do {
            try association.acknowledge(steps == nil ? SOPClass.withoutSteps : SOPClass.served)
            if association.contexts.isEmpty { logger.warning("\(Self.nothingInCommon(association))") }
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
            // Asked before the peer hears of it, and may end the server.
            let isOurEnd = isStopping()
            association.abort()
            return isOurEnd ? nil : "no message for \(limits.idleTimeout) s; association aborted"
        case .failed(let why):
            association.abort()
            return "\(why); association aborted"
        }
        return nil
    }

    private static func nothingInCommon(_ association: Association) -> String {
        "none of the \(association.proposedContexts) presentation contexts is served: the SOP classes or transfer "
            + "syntaxes are others than ours"
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
        let data = command.hasDataSet ? try dataSet(of: piece, atMost: mostBytes(command)) : []
        switch Dispatch.action(for: command, on: association.contexts[piece.contextID]) {
        case .reply(let response): try association.send(response, on: piece.contextID)
        case .find(let request, let context): try find(request, data, context)
        case .performedStep(let operation, let request, let context):
            try perform(operation, request, data, context)
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

    private func mostBytes(_ command: CommandSet) -> Int {
        [CommandSet.Field.nCreateRequest, CommandSet.Field.nSetRequest].contains(command.field)
            ? limits.maxStepBytes : limits.maxDataSetBytes
    }

    private func dataSet(of command: Association.Piece, atMost bytes: Int) throws(Association.End) -> [UInt8] {
        let piece: Association.Piece
        do {
            piece = try association.receive(waiting: limits.messageTimeout, atMost: bytes)
        } catch .silent {
            throw .failed("no data set for \(limits.messageTimeout) s after its command set")
        }
        guard !piece.isCommand, piece.contextID == command.contextID else {
            throw .failed("another message in place of the data set")
        }
        return piece.bytes
    }
}
