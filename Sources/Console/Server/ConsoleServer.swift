import Core
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// Where the console answers once it runs.
public struct ConsoleAddress: Sendable, Equatable {
    /// Host as configured.
    public var host: String
    /// The port in use, also when 0 was asked for.
    public var port: Int
    /// `127.0.0.1:8080`, `[::1]:8080`.
    var authority: String { Core.authority(host, port) }
    /// What to type into a browser.
    public var url: String { "http://\(authority)/" }
}

/// The console: JSON API and pages on TCP (`api.listen`) and, for the command line, on the control socket.
///
/// A service: `run` returns after a graceful shutdown, and throws `ConsoleStartError` when a listener cannot be opened.
public struct ConsoleServer: Service {
    private let configuration: ConsoleConfiguration
    private let ports: ConsolePorts
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let onReady: @Sendable (ConsoleAddress) -> Void

    /// A console; nothing is opened before `run`.
    ///
    /// - Parameters:
    ///   - now: The wall clock, for pages.
    ///   - onReady: Called once, when every listener is open.
    public init(
        configuration: ConsoleConfiguration, ports: ConsolePorts, logger: Logger,
        now: @escaping @Sendable () -> Timestamp,
        onReady: @escaping @Sendable (ConsoleAddress) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.ports = ports
        self.logger = logger
        self.now = now
        self.onReady = onReady
    }

    /// Listens until the daemon shuts down.
    public func run() async throws {
        if !isLoopback(configuration.host) {
            logger.warning(
                "the console has no user accounts yet: whoever reaches it may read results and decide about them",
                metadata: ["listen": "\(ConsoleAddress(host: configuration.host, port: configuration.port).authority)"])
        }
        let opened = OpenedListeners(configuration: configuration, onReady: onReady)
        var services: [any Service] = [
            application(
                .tcp, at: .hostname(configuration.host, port: configuration.port),
                onRunning: { opened.tcp(port: $0.localAddress?.port) })
        ]
        if let path = configuration.socketPath {
            let file = ControlSocketFile(path: path)
            try file.stage()
            let publisher = SocketPublisher(file: file, onPublished: { opened.controlSocket() })
            services.append(
                application(
                    .controlSocket, at: .unixDomainSocket(path: file.stagePath), onRunning: { _ in publisher.bound() }))
            services.append(publisher)
        }
        do {
            try await ServiceGroup(configuration: .init(services: services, logger: logger)).run()
        } catch let error as IOError {
            let place = ConsoleAddress(host: configuration.host, port: configuration.port).authority
            throw ConsoleStartError("api.listen: cannot listen on \(place): \(listenFailure(errno: error.errnoCode)).")
        }
    }

    private func application(
        _ listener: ConsoleListener, at address: BindAddress,
        onRunning: @escaping @Sendable (any Channel) async -> Void
    ) -> some Service {
        // The server's own lines tell of internal paths and ids, and of every socket that a shutdown closes; what matters
        // is told by us: what failed in a request by `ErrorAnswers`, what failed at start by the error thrown.
        var quiet = logger
        quiet.logLevel = .critical
        let share = ConnectionShare(limit: configuration.connectionsPerAddress)
        let limit = TimeAmount.nanoseconds(configuration.requestTimeout.wholeMicroseconds.clampedToNanoseconds)
        return Application(
            router: consoleRouter(listener, configuration: configuration, ports: ports, logger: logger, now: now),
            server: .http1(
                configuration: .init(
                    // The control socket is its owner's alone, who may take as long as a large import takes.
                    additionalChannelHandlers: listener == .tcp
                        ? [RequestDeadlineInstaller(limit: limit, share: share)] : [],
                    idleTimeout: .nanoseconds(configuration.idleTimeout.wholeMicroseconds.clampedToNanoseconds))),
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: .maximum(configuration.connections, logger: quiet)),
            onServerRunning: onRunning, logger: quiet)
    }
}

/// Whether a host is this machine alone.
func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || (host.hasPrefix("127.") && isAddress(host))
}

extension Int64 {
    /// Microseconds as nanoseconds, at most what 64 bits hold.
    fileprivate var clampedToNanoseconds: Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: 1_000)
        return overflow ? .max : product
    }
}
