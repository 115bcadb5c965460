import CDCMTK
import Glibc
import Logging

/// What the accepting threads do.
extension RadiologyServer {
    func acceptLoop(_ port: Port) {
        while !isStopping {
            var problem = cdcmtk_problem()
            var pointer: OpaquePointer?
            switch cdcmtk_accept(port.server.pointer, &pointer, &problem) {
            case CDCMTK_OK: if let pointer { serve(Association(pointer)) }
            case CDCMTK_NOTHING: continue
            case CDCMTK_STOPPED: return
            case let outcome: tell(outcome, problem)
            }
        }
    }

    /// Says why a connection came to no association.
    private func tell(_ outcome: cdcmtk_outcome, _ problem: cdcmtk_problem) {
        let peer: Logger.Metadata = ["peer": "\(problem.address)"]
        switch outcome {
        case CDCMTK_CLOSED: logger.debug("connection closed without a word", metadata: peer)
        case CDCMTK_NOT_DICOM: logger.warning("\(PeerText.firstBytes(problem.firstBytes))", metadata: peer)
        case CDCMTK_NOT_TLS:
            logger.warning("\(PeerText.firstBytesInsteadOfTLS(problem.firstBytes))", metadata: peer)
        case CDCMTK_TLS_FAILED:
            logger.warning("\(PeerText.handshake(problem.sentence, isServer: true))", metadata: peer)
        case CDCMTK_REFUSED_REQUEST:
            let fault = AssociateRequestFault(rawValue: problem.request_fault)
            logger.warning("A-ASSOCIATE-RQ refused: \(fault?.sentence() ?? "it is malformed")", metadata: peer)
        case CDCMTK_MADE_ROOM:
            logger.warning(
                "connection closed to make room: it had not asked for an association and no thread was free",
                metadata: peer)
        case CDCMTK_REFUSED_ADDRESS:
            logger.warning(
                "connection closed: the address already holds \(configuration.limits.maxConnectionsPerAddress)",
                metadata: peer)
        default:
            logger.warning("no association: \(problem.sentence)", metadata: peer)
            // Without a peer the failure is ours (no descriptors left): do not spin on it.
            if problem.address.isEmpty { usleep(100_000) }
        }
    }

    private func serve(_ association: Association) {
        let request = association.request
        var logger = logger
        logger[metadataKey: "peer"] = "\(request.address)"
        logger[metadataKey: "calling"] = "\(PeerText.title(request.calling))"
        let modality: RadiologyModality
        do throws(Rejection) {
            modality = try admit(request)
        } catch {
            logger.warning("\(error.sentence(for: request, configuration))")
            association.reject(error)
            return
        }
        logger[metadataKey: "modality"] = "\(modality.id)"
        let service = AssociationService(
            association: association, modality: modality, source: source, stations: configuration.stations,
            steps: steps, limits: configuration.limits, clock: clock, queries: queries, now: now,
            logger: logger, isStopping: { self.isStopping })
        let end = service.run()
        // Free before the peer learns of the end: it may come back at once.
        left(request, modality)
        if let trouble = service.finish(end) { logger.warning("\(trouble)") }
    }
}
