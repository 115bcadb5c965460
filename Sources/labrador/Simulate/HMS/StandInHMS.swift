import Core
import Foundation
import Hummingbird
import Logging
import NIOConcurrencyHelpers
import NIOCore
import ServiceLifecycle
import Upstream

/// A stand-in for a hospital's HMS: an HTTP server that behaves like a FHIR server, keeps what it gets in memory, and
/// has faults on demand. For trials and tests, never for patients.
struct StandInHMS: Service {
    private let configuration: HMSConfiguration
    private let desk: HMSDesk
    private let onListening: @Sendable (Int) -> Void

    /// A stand-in; listens from `run()` on.
    ///
    /// - Parameter onListening: Told the port; by default `listening on http://HOST:PORT` is printed.
    init(_ configuration: HMSConfiguration, onListening: (@Sendable (Int) -> Void)? = nil) throws {
        self.configuration = configuration
        desk = HMSDesk(
            configuration, log: try configuration.log.map { try HMSLog(path: $0) })
        self.onListening =
            onListening ?? { port in
                print("listening on http://\(configuration.host):\(port)")
                fflush(nil)
            }
    }

    /// What it got, in one line.
    var summary: String { String(decoding: desk.stats.bytes, as: UTF8.self) }

    /// Serves until its task is cancelled or the service group shuts down.
    func run() async throws {
        var logger = Logger(label: "stand-in-hms")
        logger.logLevel = .error
        let desk = desk
        let onListening = onListening
        let responder = CallbackResponder<HMSContext> { request, context in
            try await desk.answer(request, context)
        }
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "stand-in-hms"),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }
}

/// A request's context with its connection, which a dropped answer closes.
struct HMSContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
