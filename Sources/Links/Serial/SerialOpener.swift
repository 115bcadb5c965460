import Dispatch
import NIOCore
import NIOPosix

/// Opens one serial port, again and again, and puts a pipeline on it.
struct SerialOpener: Sendable {
    let link: SerialLink
    let live: LiveConnections
    /// Under which name the line is kept.
    let owner: String
    let pipeline: LinkPipeline
    /// Opening and closing a port can block; each port has a queue of its own, so that none waits for another.
    private let queue: DispatchQueue

    init(link: SerialLink, live: LiveConnections, owner: String, pipeline: LinkPipeline) {
        self.link = link
        self.live = live
        self.owner = owner
        self.pipeline = pipeline
        self.queue = DispatchQueue(label: "labrador.serial")
    }

    /// Opens it once.
    func open(on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        let promise = loop.makePromise(of: SerialPort.self)
        queue.async { [link] in promise.completeWith(Result { try SerialPort.open(link) }) }
        return promise.futureResult.flatMap { port in adopt(port, on: loop) }
    }

    private func adopt(_ port: SerialPort, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        NIOPipeBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let watch = try pipeline.install(on: channel)
                    live.add(.init(channel: channel, address: "", watch: watch), of: owner)
                }
            }
            .takingOwnershipOfDescriptor(inputOutput: port.descriptor)
            .map { channel in
                channel.closeFuture.whenComplete { [queue] _ in queue.async { port.release() } }
                return channel
            }
            .flatMapErrorThrowing { [queue] error in
                queue.async { port.close() }
                throw error
            }
    }
}

/// On a serial line an error of the descriptor is how the end shows: the adapter was pulled out, or the other side of a
/// pseudo-terminal is gone (EIO). The line is opened anew and says so in words of its own.
final class SerialHangUp: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError { context.close(promise: nil) } else { context.fireErrorCaught(error) }
    }
}
