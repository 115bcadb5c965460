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

/// The DICOM association server, in clear and over TLS.
///
/// It runs on plain threads of its own, for each port one for each association and some to spare, because DCMTK's calls
/// block.
public final class RadiologyServer: Sendable {
    /// One listening socket.
    struct Port: Sendable {
        let server: Handle
        let isTLS: Bool
    }

    /// The bridge's server.
    ///
    /// It is made for many threads (`CDCMTK.h`), so passing the pointer between them is safe.
    struct Handle: @unchecked Sendable { let pointer: OpaquePointer }

    private struct Running {
        var ports: [Port] = []
        /// The socket for TLS while its files are of no use.
        var waitingSocket: Int32?
        var threads: [WorkerThread] = []
        var open = OpenAssociations()
    }

    let configuration: RadiologyConfiguration
    let source: any WorklistSource
    let steps: PerformedSteps?
    let queries: (any WorklistQueryLog)?
    let now: @Sendable () -> Timestamp
    let clock: FacilityClock
    let logger: Logger
    private let running = Mutex(Running())
    private let stopping = Atomic(false)

    /// A server that is not started yet; without `steps` it takes no performed procedure steps.
    public init(
        configuration: RadiologyConfiguration, source: any WorklistSource, steps: PerformedSteps? = nil,
        queries: (any WorklistQueryLog)? = nil, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.configuration = configuration
        self.source = source
        self.steps = steps
        self.queries = queries
        self.now = now
        clock = FacilityClock(configuration.timeZone)
        self.logger = logger
    }

    /// Serves on listening TCP sockets that stay the caller's; they are duplicated and made non-blocking.
    ///
    /// May be called once. With a socket for TLS the configuration must have `tls`.
    public func start(listeningSocket: Int32, tlsSocket: Int32? = nil) throws(RadiologyServerError) {
        BridgeLog.prepare(logger)
        do throws(RadiologyServerError) {
            try open(listeningSocket, tls: nil)
            if let tlsSocket { try openTLS(tlsSocket) }
        } catch {
            stop()
            throw error
        }
    }

    /// Files that were good when the daemon started may be of no use by now: the clear port is served all the same.
    private func openTLS(_ socket: Int32) throws(RadiologyServerError) {
        let tls: TLSHandle
        do throws(RadiologyServerError) {
            tls = try tlsHandle()
        } catch {
            logger.error("\(error.description); only the clear port is served until its files are of use")
            running.withLock { $0.waitingSocket = socket }
            return
        }
        try open(socket, tls: tls)
    }

    private func open(_ socket: Int32, tls: TLSHandle?) throws(RadiologyServerError) {
        var problem = cdcmtk_problem()
        let limits = configuration.limits
        let made = cdcmtk_server_create(
            socket, limits.bridge, AssociateRequestCheck.forBridge, tls?.pointer, &problem)
        guard let made else {
            throw RadiologyServerError(description: "The DICOM listener does not start: \(problem.sentence)")
        }
        let port = Port(server: Handle(pointer: made), isTLS: tls != nil)
        running.withLock { $0.ports.append(port) }
        for _ in 0..<limits.acceptors {
            let thread = WorkerThread(stackBytes: limits.threadStackBytes) { self.acceptLoop(port) }
            guard let thread else {
                throw RadiologyServerError(
                    description:
                        "The DICOM listener does not start: no thread with \(limits.threadStackBytes) bytes of stack")
            }
            running.withLock { $0.threads.append(thread) }
        }
    }

    private func tlsHandle() throws(RadiologyServerError) -> TLSHandle {
        guard let tls = configuration.tls else {
            throw RadiologyServerError(description: "The DICOM listener for TLS has no certificate")
        }
        do throws(TLSFileFault) {
            return try TLSHandle(server: tls, pins: configuration.pins)
        } catch {
            throw RadiologyServerError(
                description: "The DICOM listener for TLS does not start: dicom.tls: \(error.why)")
        }
    }

    /// Reads the files of `tls` again, for connections from now on.
    ///
    /// The old ones stay in use when the new ones are of none.
    public func renewTLS() throws(RadiologyServerError) {
        let tls = try tlsHandle()
        let waiting = running.withLock { state in
            defer { state.waitingSocket = nil }
            return state.waitingSocket
        }
        if let waiting { return try open(waiting, tls: tls) }
        running.withLock { state in
            for port in state.ports where port.isTLS { cdcmtk_server_renew_tls(port.server.pointer, tls.pointer) }
        }
    }

    /// Stops accepting, gives associations `stopGrace` to finish, cuts the rest and waits for every thread.
    ///
    /// Blocks; call it from a thread that may.
    public func stop() {
        let (ports, threads) = running.withLock { state in
            defer { (state.ports, state.threads) = ([], []) }
            return (state.ports, state.threads)
        }
        stopping.store(true, ordering: .relaxed)
        for port in ports { cdcmtk_server_stop(port.server.pointer) }
        for _ in 0..<configuration.limits.stopGrace * 10 where openAssociations > 0 { usleep(100_000) }
        for port in ports { cdcmtk_server_disconnect(port.server.pointer) }
        for thread in threads { thread.join() }
        for port in ports { cdcmtk_server_destroy(port.server.pointer) }
    }

    /// For each port a number that grows every second or so while peers can be let in: a sign of life.
    public var turns: [UInt64] {
        running.withLock { $0.ports.map { cdcmtk_server_turns($0.server.pointer) } }
    }

    /// Associations open now.
    public var openAssociations: Int { running.withLock { $0.open.all } }

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Lets a request in, and counts it, or says why not.
    func admit(_ request: AssociationRequest) throws(Rejection) -> RadiologyModality {
        let decided = running.withLock { state -> Result<RadiologyModality, Rejection> in
            do throws(Rejection) {
                let modality = try Admission.decide(request, open: state.open, configuration)
                state.open.add(address: request.address, modality: modality.id)
                return .success(modality)
            } catch {
                return .failure(error)
            }
        }
        return try decided.get()
    }

    func left(_ request: AssociationRequest, _ modality: RadiologyModality) {
        running.withLock { $0.open.remove(address: request.address, modality: modality.id) }
    }
}

extension RadiologyLimits {
    /// Threads that accept connections on one port and serve them.
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
