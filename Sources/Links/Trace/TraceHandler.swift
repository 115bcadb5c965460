import Core
import NIOCore

/// Records what goes over a connection, in both directions, and its beginning and end. It stands first in the pipeline,
/// behind TLS where there is any, so that the trace holds what the machines see and say.
final class TraceHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: ConnectionTrace
    private var next: (any ChannelHandler)?
    private var ending: String?

    /// - Parameter next: A handler that is put into the pipeline behind this one.
    init(_ connection: ConnectionTrace, followedBy next: (any ChannelHandler)? = nil) {
        self.connection = connection
        self.next = next
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let next else { return }
        self.next = nil
        do {
            try context.pipeline.syncOperations.addHandler(next, position: .after(self))
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.trace.opened(context.remoteAddress?.traceText ?? "", connection: connection.number)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes {
            if !$0.isEmpty { connection.trace.received($0, connection: connection.number) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        unwrapOutboundIn(data).withUnsafeReadableBytes {
            if !$0.isEmpty { connection.trace.sent($0, connection: connection.number) }
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if ending == nil, mode == .all { ending = "by Labrador" }
        context.close(mode: mode, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if ending == nil { ending = "\(error)" }
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.trace.closed(ending ?? "by the device", connection: connection.number)
        context.fireChannelInactive()
    }
}

extension SocketAddress {
    /// `10.0.0.21:4711`, or nothing for an address of another kind.
    fileprivate var traceText: String {
        guard let ipAddress, let port else { return pathname ?? "" }
        return authority(ipAddress, port)
    }
}
