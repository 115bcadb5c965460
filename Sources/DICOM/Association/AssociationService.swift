import Core
import Logging

/// Serves one acknowledged association on its own thread.
struct AssociationService {
    let association: Association
    let modality: RadiologyModality
    let source: any WorklistSource
    let stations: WorklistStations
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
        case .find(let request, let context): try find(request, data, context)
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
}
