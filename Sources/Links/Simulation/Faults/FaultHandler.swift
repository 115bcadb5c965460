import NIOCore

/// The plan that all connections of a simulated peer share; on one event loop.
final class FaultDesk {
    var plan: FaultPlan

    init(_ plan: FaultPlan) { self.plan = plan }
}

/// Next to the socket: carries out what a `FaultPlan` decides. Each write that comes from the protocol is one piece.
final class FaultHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let desk: FaultDesk
    /// A serial line cannot be hung up; what was cut off is simply missing.
    private let canHangUp: Bool
    /// How long something is held back at most.
    static let holdTime = TimeAmount.milliseconds(200)

    init(_ desk: FaultDesk, canHangUp: Bool) {
        self.desk = desk
        self.canHangUp = canHangUp
    }

    func channelActive(context: ChannelHandlerContext) {
        desk.plan.connected()
        context.fireChannelActive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        carryOut(desk.plan.outgoing(Array(unwrapOutboundIn(data).readableBytesView)), context)
        promise?.succeed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        carryOut(desk.plan.incoming(Array(unwrapInboundIn(data).readableBytesView)), context)
    }

    private func carryOut(_ steps: [FaultPlan.Step], _ context: ChannelHandlerContext) {
        for step in steps {
            switch step {
            case .write(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .deliver(let bytes): context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: bytes)))
            case .hold: release(in: Self.holdTime, context)
            case .hangUp: if canHangUp { context.close(promise: nil) }
            }
        }
    }

    private func release(in time: TimeAmount, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: time) {
            let (handler, context) = bound.value
            handler.carryOut(handler.desk.plan.released(), context)
        }
    }
}
