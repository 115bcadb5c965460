import Core
import Hummingbird
import Logging

/// Through which listener a request comes.
enum ConsoleListener: Sendable {
    /// The network, and with it browsers.
    case tcp
    /// The control socket, which only its owner may open.
    case controlSocket
}

/// The console's addresses.
///
/// Both listeners serve the same ones.
func consoleRouter(
    _ listener: ConsoleListener, configuration: ConsoleConfiguration, ports: ConsolePorts, logger: Logger,
    now: @escaping @Sendable () -> Timestamp
) -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
    let frame = PageFrame(facility: configuration.facility, now: now)
    router.add(middleware: AnswerHeaders())
    router.add(middleware: ErrorAnswers(pages: frame, logger: logger))
    router.add(middleware: BrowserGuard(hostNames: listener == .tcp ? configuration.hostNames : nil))
    HealthRoutes(ports: ports).add(to: router)
    ListingRoutes(ports: ports, configuration: configuration).add(to: router)
    TraceRoutes(ports: ports, configuration: configuration, frame: frame).add(to: router)
    OrderRoutes(ports: ports, configuration: configuration).add(to: router)
    FHIROrderRoutes(ports: ports, configuration: configuration).add(to: router)
    WorklistRoutes(ports: ports, configuration: configuration).add(to: router)
    DecisionRoutes(ports: ports, configuration: configuration).add(to: router)
    PageRoutes(ports: ports, configuration: configuration, frame: frame).add(to: router)
    router.refuseOtherMethods()
    return router
}
