import NIOCore
import NIOPosix

/// Connects to a device that listens.
struct TCPDialer: Sendable {
    let host: String
    let port: Int
    let bounds: LinkBounds
    let live: LiveConnections
    /// Under which name its connection is kept.
    let owner: String
    let pipeline: LinkPipeline

    /// Connects once: to each address of the name in turn until one answers.
    func connect(on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        HostLookup.addresses(of: host, port: port, on: loop).flatMap { addresses in
            addresses.dropFirst().reduce(connect(to: addresses[0], on: loop)) { attempt, address in
                attempt.flatMapError { _ in connect(to: address, on: loop) }
            }
        }
    }

    private func connect(to address: SocketAddress, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(bounds.connectSeconds))
            .channelOption(.maxMessagesPerRead, value: 4)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let watch = try pipeline.install(on: channel)
                    live.add(.init(channel: channel, address: address.ipAddress ?? "", watch: watch), of: owner)
                }
            }
        for (option, value) in TCPOptions.standing(bounds) { bootstrap = bootstrap.channelOption(option, value: value) }
        return bootstrap.connect(to: address)
    }
}
