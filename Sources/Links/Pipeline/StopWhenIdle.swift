import NIOCore

/// Travels through a pipeline when the daemon stops.
///
/// A protocol handler with something under way keeps it to itself, takes nothing new, and closes the channel when it is
/// done; one without passes it on. What nobody kept ends the connection at the end of the pipeline.
struct StopWhenIdle: Sendable, Equatable {}

/// Last in each pipeline: closes a connection whose protocol handler has nothing to finish.
final class LinkTail: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is StopWhenIdle { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
    }
}
