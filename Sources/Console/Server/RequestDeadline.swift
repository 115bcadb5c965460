import NIOCore
import NIOHTTP1

/// Closes a connection that has not sent a whole request in time, counted from its opening or from the end of its last
/// answer: a few peers that send a byte now and then would hold all connections otherwise.
///
/// How long we take to answer does not count.
final class RequestDeadline: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limit: TimeAmount
    private let share: ConnectionShare
    /// Kept: a channel that was closed no longer knows it.
    private var address = ""
    private var deadline: Scheduled<Void>?
    private var isRequestWhole = false

    init(limit: TimeAmount, share: ConnectionShare) {
        self.limit = limit
        self.share = share
    }

    func handlerAdded(context: ChannelHandlerContext) {
        address = context.channel.remoteAddress?.ipAddress ?? ""
        share.opened(context.channel, from: address)
        start(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        share.closed(context.channel, from: address)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isRequestWhole = false
        case .body: break
        case .end:
            isRequestWhole = true
            deadline?.cancel()
            share.set(context.channel, from: address, isWaiting: false)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // An answer that leaves before the request is whole, a refusal of its size for instance, gains no time.
        if case .end = unwrapOutboundIn(data), isRequestWhole {
            share.set(context.channel, from: address, isWaiting: true)
            start(context)
        }
        context.write(data, promise: promise)
    }

    private func start(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}

/// Puts `RequestDeadline` where requests are in parts, before the server's own handlers.
///
/// The server takes further handlers at the end of its pipeline only.
final class RequestDeadlineInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let limit: TimeAmount
    private let share: ConnectionShare

    init(limit: TimeAmount, share: ConnectionShare) {
        self.limit = limit
        self.share = share
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(RequestDeadline(limit: limit, share: share), position: .after(decoder))
            pipeline.removeHandler(self, promise: nil)
        } catch {
            // Without the deadline a connection could be held for ever.
            context.close(promise: nil)
        }
    }
}
