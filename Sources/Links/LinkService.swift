import ASTM
import Core
import Dispatch
import Logging
import NIOCore
import NIOPosix
import Profiles

/// Opens every configured link and keeps it open until it is stopped.
public final class LinkService: Sendable {
    private let devices: [DeviceConfiguration]
    private let orderListener: OrderListener?
    private let bounds: LinkBounds
    private let facility: Facility
    private let journal: any Journal
    private let orders: any OrderBook
    private let status: LinkStatusBoard
    private let group: any EventLoopGroup
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    private let controlIDs: ControlIDs
    private let connections = OpenConnections()

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
        devices: [DeviceConfiguration], orderListener: OrderListener?, bounds: LinkBounds = LinkBounds(),
        facility: Facility, journal: any Journal, orders: any OrderBook, status: LinkStatusBoard,
        group: any EventLoopGroup, logger: Logger, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.devices = devices
        self.orderListener = orderListener
        self.bounds = bounds
        self.facility = facility
        self.journal = journal
        self.orders = orders
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

    /// Opens every listener; throws `CannotOpen` when one cannot be, with all others closed again.
    public func open() async throws -> OpenLinks {
        var channels: [any Channel] = []
        do {
            for device in devices { channels.append(try await open(device)) }
            let orderChannel = try await openOrders()
            if let orderChannel { channels.append(orderChannel) }
            return OpenLinks(channels: channels, orderPort: orderChannel?.localAddress?.port)
        } catch {
            for channel in channels { try? await channel.close() }
            throw error
        }
    }

    private func open(_ device: DeviceConfiguration) async throws -> any Channel {
        switch device.link {
        case .tcpListen(let host, let port, let allow):
            status.register(device.id, profile: device.profile.id, address: authority(host, port))
            let listener = TCPListener(
                host: host, port: port, allow: allow, bounds: bounds, connections: connections, group: group,
                remark: { [status, id = device.id] in status.remark(id, $0) },
                makeHandler: handlerFactory(for: device))
            do {
                let channel = try await listener.start()
                status.opened(device.id, address: authority(host, channel.localAddress?.port ?? port))
                return channel
            } catch {
                let why = listenFailure(error)
                throw CannotOpen(
                    description: "Device \(device.id): cannot listen on \(authority(host, port)): \(why).")
            }
        }
    }

    private func handlerFactory(for device: DeviceConfiguration) -> @Sendable () -> any ChannelInboundHandler {
        switch device.profile.wire {
        case .astm:
            var limits = LinkLimits()
            limits.frameBytes = bounds.frameBytes
            limits.messageBytes = bounds.messageBytes
            let checksum = device.profile.checksum
            return { [limits, journal, status, clock, id = device.id] in
                ASTMLinkHandler(
                    device: id, journal: journal, status: status, limits: limits, timers: LinkTimers(),
                    checksum: checksum, clock: clock)
            }
        case .hl7:
            let acceptor = ResultAcceptor(
                device: device.id, profile: device.profile, journal: journal, status: status,
                controlIDs: controlIDs)
            return { [bounds, status, clock, id = device.id] in
                MLLPHandler(
                    acceptor: acceptor, bounds: bounds, clock: clock,
                    connection: { $0 ? status.connected(id) : status.disconnected(id) },
                    remark: { status.remark(id, $0) })
            }
        }
    }

    private func openOrders() async throws -> (any Channel)? {
        guard let orderListener else { return nil }
        let queue = DispatchQueue(label: "labrador.orders")
        let acceptor = OrderAcceptor(
            facility: facility, orders: orders, journal: journal, controlIDs: controlIDs,
            work: { work in queue.async { work() } })
        let listener = TCPListener(
            host: orderListener.host, port: orderListener.port, allow: [], bounds: bounds, connections: connections,
            group: group,
            remark: { [logger] in logger.warning("order listener: \($0)") },
            makeHandler: { [bounds, clock, logger] in
                MLLPHandler(
                    acceptor: acceptor, bounds: bounds, clock: clock, connection: { _ in },
                    remark: { logger.warning("order listener: \($0)") })
            })
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
    private let channels: [any Channel]
    /// The port orders in HL7 arrive on, nil when there is no such listener.
    public let orderPort: Int?

    init(channels: [any Channel], orderPort: Int?) {
        self.channels = channels
        self.orderPort = orderPort
    }

    /// Closes the listeners; connections end with them when the event loops stop.
    public func close() async {
        for channel in channels { try? await channel.close() }
    }
}
