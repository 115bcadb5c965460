import Core
import Dispatch
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Profiles

/// Opens every configured link and keeps it open until it is stopped.
public final class LinkService: Sendable {
    private let devices: [DeviceConfiguration]
    private let profiles: LiveProfiles
    private let orderListener: OrderListener?
    let bounds: LinkBounds
    private let facility: Facility
    private let journal: any Journal
    private let orders: any OrderBook
    private let deviceOrders: any DeviceOrders
    private let downloads: OrderDownloads
    private let handlers = NIOLockedValueBox<[DeviceID: DeviceHandlers]>([:])
    let status: LinkStatusBoard
    let group: any EventLoopGroup
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    private let controlIDs: ControlIDs
    let shared = Shared()

    /// Where orders in HL7 arrive (contract: `orders.hl7.listen`).
    public struct OrderListener: Sendable, Equatable {
        /// Address to listen on.
        public var host: String
        /// Port to listen on; 0 takes a free one.
        public var port: Int

        /// A listener.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// A service over the given ports; nothing is opened yet.
    public init(
        devices: [DeviceConfiguration], profiles: LiveProfiles? = nil, orderListener: OrderListener?,
        bounds: LinkBounds = LinkBounds(),
        facility: Facility, journal: any Journal, orders: any OrderBook, deviceOrders: any DeviceOrders,
        downloads: OrderDownloads = OrderDownloads(), status: LinkStatusBoard,
        group: any EventLoopGroup, logger: Logger, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.devices = devices
        self.profiles =
            profiles
            ?? LiveProfiles(Dictionary(devices.map { ($0.id, $0.profile) }, uniquingKeysWith: { first, _ in first }))
        self.orderListener = orderListener
        self.bounds = bounds
        self.facility = facility
        self.journal = journal
        self.orders = orders
        self.deviceOrders = deviceOrders
        self.downloads = downloads
        self.status = status
        self.group = group
        self.logger = logger
        self.clock = clock
        self.controlIDs = ControlIDs(started: clock())
    }

    /// A link that could not be opened, in words.
    public struct CannotOpen: Error, CustomStringConvertible {
        /// What happened and what to do.
        public let description: String
    }

    /// Opens every listener, and begins to open connections to devices and serial ports; those may come later and do not
    /// keep anybody waiting. Throws `CannotOpen` when a listener cannot be opened, with everything closed again.
    public func open() async throws -> OpenLinks {
        for device in devices {
            let handlers = handlers(of: device)
            status.register(
                device.id, profile: device.profile.id, address: device.link.place, health: handlers.health,
                trace: handlers.trace)
            if !device.link.listens { status.connecting(device.id) }
            if device.hearsOfOrders { downloads.add(handlers) }
        }
        var channels: [any Channel] = []
        do {
            let tls = TLSContexts()
            for group in Self.listeningGroups(devices) { channels.append(try await listen(group, tls)) }
            let kept = try devices.compactMap { try keptOpen($0, tls) }
            let orderChannel = try await openOrders()
            if let orderChannel { channels.append(orderChannel) }
            for link in kept { link.start() }
            return OpenLinks(
                listeners: channels, kept: kept, live: shared.live, bounds: bounds,
                orderPort: orderChannel?.localAddress?.port)
        } catch {
            for channel in channels { try? await channel.close() }
            throw error
        }
    }

    /// Makes the protocol handlers of a device, one a connection.
    func handlerFactory(for device: DeviceConfiguration) -> @Sendable () -> any ChannelInboundHandler {
        let handlers = handlers(of: device)
        return { handlers.make() }
    }

    private func handlers(of device: DeviceConfiguration) -> DeviceHandlers {
        handlers.withLockedValue { handlers in
            if let made = handlers[device.id] { return made }
            let made = DeviceHandlers(
                device: device, live: LiveProfile(of: device.id, in: profiles, first: device.profile), bounds: bounds,
                facility: facility, journal: journal, orders: deviceOrders,
                status: status, trace: LinkTrace(bytes: TraceBounds.share(of: devices.count), clock: clock),
                outlet: DeviceOutlet(), controlIDs: controlIDs, clock: clock,
                noted: { [downloads, id = device.id] in downloads.nudge(id) })
            handlers[device.id] = made
            return made
        }
    }

    private func openOrders() async throws -> (any Channel)? {
        guard let orderListener else { return nil }
        let queue = DispatchQueue(label: "labrador.orders")
        let acceptor = OrderAcceptor(
            facility: facility, orders: orders, journal: journal, controlIDs: controlIDs,
            work: { work in queue.async { work() } })
        let remark: @Sendable (String) -> Void = { [logger] in logger.warning("order listener: \($0)") }
        let pipeline = LinkPipeline(
            transport: .tcp(nil), bounds: bounds, idle: nil, remark: remark, trouble: remark,
            makeHandler: { [bounds, clock] in
                MLLPHandler(
                    acceptor: acceptor, bounds: bounds, clock: clock, connection: { _ in }, remark: remark)
            })
        let listener = TCPListener(
            host: orderListener.host, port: orderListener.port,
            doors: Doors([
                Door(owner: "orders", allow: [], oneConnection: false, remark: remark, pipeline: pipeline)
            ]), bounds: bounds, counts: shared.counts, live: shared.live, group: group)
        do {
            return try await listener.start()
        } catch {
            throw CannotOpen(
                description: "orders.hl7: cannot listen on \(authority(orderListener.host, orderListener.port)): "
                    + "\(listenFailure(error)).")
        }
    }
}

/// The open links of a daemon.
public struct OpenLinks: Sendable {
    private let listeners: [any Channel]
    private let kept: [KeptOpen]
    private let live: LiveConnections
    private let bounds: LinkBounds
    /// The port orders in HL7 arrive on, nil when there is no such listener.
    public let orderPort: Int?

    init(listeners: [any Channel], kept: [KeptOpen], live: LiveConnections, bounds: LinkBounds, orderPort: Int?) {
        self.listeners = listeners
        self.kept = kept
        self.live = live
        self.bounds = bounds
        self.orderPort = orderPort
    }

    /// Closes everything in order: nobody can connect any more and nothing is opened again; then each connection finishes
    /// what it is at, for `LinkBounds.stopSeconds` at most.
    public func close() async {
        for link in kept { link.stop() }
        for channel in listeners { try? await channel.close() }
        await live.stop(within: .seconds(bounds.stopSeconds))
    }
}
