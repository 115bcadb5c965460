import CDCMTK
import Core
import Glibc
import Logging
import Synchronization

/// Why the server does not start.
public struct RadiologyServerError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
}

/// The DICOM association server: C-ECHO and Modality Worklist C-FIND.
///
/// It runs on plain threads of its own, one for each association and some to spare, because DCMTK's calls block.
public final class RadiologyServer: Sendable {
    private struct Running {
        var server: Handle?
        var threads: [WorkerThread] = []
        var associations = 0
        var byAddress: [String: Int] = [:]
    }

    /// The bridge's server.
    ///
    /// It is made for many threads (`CDCMTK.h`), so passing the pointer between them is safe.
    private struct Handle: @unchecked Sendable { let pointer: OpaquePointer }

    private let configuration: RadiologyConfiguration
    private let source: any WorklistSource
    private let logger: Logger
    private let running = Mutex(Running())
    private let stopping = Atomic(false)

    /// A server that is not started yet.
    public init(configuration: RadiologyConfiguration, source: any WorklistSource, logger: Logger) {
        self.configuration = configuration
        self.source = source
        self.logger = logger
    }

    /// Serves on a listening TCP socket that stays the caller's; it is duplicated and made non-blocking.
    ///
    /// May be called once.
    public func start(listeningSocket: Int32) throws(RadiologyServerError) {
        BridgeLog.prepare(logger)
        var problem = cdcmtk_problem()
        let check = AssociateRequestCheck.forBridge
        guard let pointer = cdcmtk_server_create(listeningSocket, configuration.limits.bridge, check, &problem) else {
            throw RadiologyServerError(description: "The DICOM listener does not start: \(problem.sentence)")
        }
        let handle = Handle(pointer: pointer)
        let limits = configuration.limits
        var threads: [WorkerThread] = []
        for _ in 0..<limits.acceptors {
            let thread = WorkerThread(stackBytes: limits.threadStackBytes) { self.acceptLoop(handle) }
            guard let thread else {
                end(handle, threads)
                throw RadiologyServerError(
                    description:
                        "The DICOM listener does not start: no thread with \(limits.threadStackBytes) bytes of stack")
            }
            threads.append(thread)
        }
        running.withLock { state in
            state.server = handle
            state.threads = threads
        }
    }

    /// Stops accepting, gives associations `stopGrace` to finish, cuts the rest and waits for every thread.
    ///
    /// Blocks; call it from a thread that may.
    public func stop() {
        let (handle, threads) = running.withLock { state in
            defer { (state.server, state.threads) = (nil, []) }
            return (state.server, state.threads)
        }
        if let handle { end(handle, threads) }
    }

    /// A number that grows every second or so while peers can be let in: a sign of life.
    public var turns: UInt64 { running.withLock { $0.server.map { cdcmtk_server_turns($0.pointer) } ?? 0 } }

    /// Associations open now.
    public var openAssociations: Int { running.withLock { $0.associations } }

    private func end(_ handle: Handle, _ threads: [WorkerThread]) {
        stopping.store(true, ordering: .relaxed)
        cdcmtk_server_stop(handle.pointer)
        for _ in 0..<configuration.limits.stopGrace * 10 where openAssociations > 0 { usleep(100_000) }
        cdcmtk_server_disconnect(handle.pointer)
        for thread in threads { thread.join() }
        cdcmtk_server_destroy(handle.pointer)
    }

    private func acceptLoop(_ handle: Handle) {
        while !stopping.load(ordering: .relaxed) {
            var problem = cdcmtk_problem()
            var pointer: OpaquePointer?
            switch cdcmtk_accept(handle.pointer, &pointer, &problem) {
            case CDCMTK_OK: if let pointer { serve(Association(pointer)) }
            case CDCMTK_NOTHING: continue
            case CDCMTK_STOPPED: return
            case CDCMTK_CLOSED:
                logger.debug("connection closed without a word", metadata: ["peer": "\(problem.address)"])
            case CDCMTK_NOT_DICOM:
                logger.warning(
                    "\(PeerText.firstBytes(problem.firstBytes))", metadata: ["peer": "\(problem.address)"])
            case CDCMTK_REFUSED_REQUEST:
                let fault = AssociateRequestFault(rawValue: problem.request_fault)
                logger.warning(
                    "A-ASSOCIATE-RQ refused: \(fault?.sentence() ?? "it is malformed")",
                    metadata: ["peer": "\(problem.address)"])
            case CDCMTK_MADE_ROOM:
                logger.warning(
                    "connection closed to make room: it had not asked for an association and no thread was free",
                    metadata: ["peer": "\(problem.address)"])
            case CDCMTK_REFUSED_ADDRESS:
                logger.warning(
                    "connection closed: the address already holds \(configuration.limits.maxConnectionsPerAddress)",
                    metadata: ["peer": "\(problem.address)"])
            default:
                logger.warning("no association: \(problem.sentence)", metadata: ["peer": "\(problem.address)"])
                // Without a peer the failure is ours (no descriptors left): do not spin on it.
                if problem.address.isEmpty { usleep(100_000) }
            }
        }
    }

    private func serve(_ association: Association) {
        let address = association.peer
        var logger = logger
        logger[metadataKey: "peer"] = "\(address)"
        logger[metadataKey: "calling"] = "\(PeerText.title(association.callingTitle))"
        let admission = running.withLock { state in
            let decided = Admission.decide(
                called: association.calledTitle, calling: association.callingTitle, open: state.associations,
                openFromAddress: state.byAddress[address] ?? 0, configuration)
            if case .success = decided {
                state.associations += 1
                state.byAddress[address, default: 0] += 1
            }
            return decided
        }
        switch admission {
        case .failure(let error): reject(association, error.rejection, logger)
        case .success(let modality):
            logger[metadataKey: "modality"] = "\(modality.id)"
            let service = AssociationService(
                association: association, modality: modality, source: source, stations: configuration.stations,
                limits: configuration.limits, logger: logger, isStopping: { self.stopping.load(ordering: .relaxed) })
            let end = service.run()
            // Free before the peer learns of the end: it may come back at once.
            running.withLock { state in
                state.associations -= 1
                let left = (state.byAddress[address] ?? 1) - 1
                state.byAddress[address] = left > 0 ? left : nil
            }
            if let trouble = service.finish(end) { logger.warning("\(trouble)") }
        }
    }

    private func reject(_ association: Association, _ rejection: Rejection, _ logger: Logger) {
        let ours = configuration.aeTitle
        switch rejection {
        case .calledTitleUnknown:
            let called = PeerText.title(association.calledTitle)
            logger.warning(
                "association rejected: it calls \(called), we are \"\(ours)\"; correct the title at the modality")
        case .callingTitleUnknown:
            logger.warning("association rejected: no modality with this AE title under dicom.modalities")
        case .localLimit:
            let limits = configuration.limits
            let most = "\(limits.maxAssociations) in all or \(limits.maxAssociationsPerAddress) from this address"
            logger.warning("association rejected for now: \(most) are open")
        }
        association.reject(rejection)
    }
}

extension RadiologyLimits {
    /// Threads that accept connections and serve them.
    var acceptors: Int { max(1, maxAssociations) + max(1, spareAcceptors) }

    /// The part that the bridge enforces.
    var bridge: cdcmtk_limits {
        cdcmtk_limits(
            max_pdu_bytes: UInt32(min(max(maxPDUBytes, 4096), 131_072)),
            association_seconds: UInt32(clamping: max(1, associationTimeout)),
            message_seconds: UInt32(clamping: max(1, messageTimeout)),
            write_seconds: UInt32(clamping: max(1, writeTimeout)),
            max_connections_per_address: UInt32(clamping: max(1, maxConnectionsPerAddress)),
            max_request_bytes: UInt32(clamping: AssociateRequestLimits().maxBytes),
            acceptors: UInt32(clamping: acceptors))
    }
}
