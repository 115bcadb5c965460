import Core
import Foundation
import Glibc
import NIOCore
import NIOPosix

/// What a listener refuses a connection for.
enum Admission: Sendable, Equatable {
    case admitted
    case refused(String)
}

/// Decides on a new connection by its address and how many are open.
func admit(
    address: String?, allow: [AddressRange], open: OpenConnections.Occupancy, bounds: LinkBounds
) -> Admission {
    let peer = address.flatMap { IPAddress($0) }
    if !allow.isEmpty, !allow.contains(where: { range in peer.map(range.contains) ?? false }) {
        let who = peer?.description ?? "an unknown address"
        return .refused("A connection from \(who) was closed: it is not in `allow`.")
    }
    let full = [
        (open.inAll, bounds.connectionsInAll, "to this daemon"),
        (open.ofListener, bounds.connectionsPerListener, "to this port"),
        (open.ofAddress, bounds.connectionsPerAddress, "from \(address ?? "an unknown address")"),
    ].first { $0.0 >= $0.1 }
    guard let full else { return .admitted }
    return .refused("\(full.1) connections \(full.2) are open already; a further one was closed.")
}

/// Opens a listening socket whose connections are given the handler that `makeHandler` returns.
struct TCPListener: Sendable {
    let host: String
    let port: Int
    let allow: [AddressRange]
    let bounds: LinkBounds
    let connections: OpenConnections
    let group: any EventLoopGroup
    let remark: @Sendable (String) -> Void
    let makeHandler: @Sendable () -> any ChannelInboundHandler

    /// Binds and starts to accept.
    func start() async throws -> any Channel {
        let (connections, allow, bounds, remark, makeHandler) = (connections, allow, bounds, remark, makeHandler)
        let listener = UUID().uuidString
        return try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(remark: remark))
                }
            }
            .serverChannelOption(.backlog, value: bounds.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.keepAlive(TCP_KEEPIDLE), value: bounds.keepAliveIdleSeconds)
            .childChannelOption(.keepAlive(TCP_KEEPINTVL), value: bounds.keepAliveIntervalSeconds)
            .childChannelOption(.keepAlive(TCP_KEEPCNT), value: bounds.keepAliveProbes)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                let address = channel.remoteAddress?.ipAddress
                let place = address ?? ""
                let admission = connections.enter(listener, from: place) {
                    admit(address: address, allow: allow, open: $0, bounds: bounds)
                }
                switch admission {
                case .refused(let why):
                    remark(why)
                    return channel.close()
                case .admitted:
                    channel.closeFuture.whenComplete { _ in connections.leave(listener, from: place) }
                    return channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(makeHandler())
                    }
                }
            }
            .bind(host: host, port: port).get()
    }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    fileprivate static func keepAlive(_ name: CInt) -> Self {
        ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: name))
    }
}
