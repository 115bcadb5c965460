import NIOCore
import NIOPosix

/// A connection that sends the beginning of a request and leaves it there.
final class DrippingPeer: Sendable {
    private let channel: any Channel

    /// Connects to this machine and sends the first bytes.
    init(port: Int, first: String) async throws {
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port).get()
        // Written in any case: the server may have closed it by now.
        channel.writeAndFlush(ByteBuffer(string: first), promise: nil)
    }

    deinit { channel.close(promise: nil) }

    /// Whether the other side still bears with it.
    var isOpen: Bool { channel.isActive }
}
