import Core
import NIOCore
import NIOPosix

/// What a listener refuses a connection for.
enum Admission: Sendable, Equatable {
    case admitted
    case refused(String)
}

/// Decides on a new connection by its address and how many are open.
func admit(address: String?, allow: [AddressRange], open: Int, bounds: LinkBounds) -> Admission {
    if open >= bounds.connectionsPerListener {
        return .refused("\(bounds.connectionsPerListener) connections are open already; a further one was closed.")
    }
    if allow.isEmpty { return .admitted }
    let peer = address.flatMap { IPAddress($0) }
    guard let peer, allow.contains(where: { $0.contains(peer) }) else {
        let who = peer?.description ?? "an unknown address"
        return .refused("A connection from \(who) was closed: it is not in `allow`.")
    }
    return .admitted
}

/// Opens a listening socket whose connections are given the handler that `makeHandler` returns.
struct TCPListener: Sendable {
    let host: String
    let port: Int
    let allow: [AddressRange]
    let bounds: LinkBounds
    let group: any EventLoopGroup
    let remark: @Sendable (String) -> Void
    let makeHandler: @Sendable () -> any ChannelInboundHandler

    /// Binds and starts to accept.
    func start() async throws -> any Channel {
        let open = OpenConnections()
        let (allow, bounds, remark, makeHandler) = (allow, bounds, remark, makeHandler)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: bounds.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                let address = channel.remoteAddress?.ipAddress
                switch admit(address: address, allow: allow, open: open.count, bounds: bounds) {
                case .refused(let why):
                    remark(why)
                    return channel.close()
                case .admitted:
                    open.add(1)
                    channel.closeFuture.whenComplete { _ in open.add(-1) }
                    return channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(makeHandler())
                    }
                }
            }
            .bind(host: host, port: port).get()
    }
}
