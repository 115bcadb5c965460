import Glibc
import NIOCore

/// First in each pipeline: knows when the peer last said something, ends a connection that is silent for too long, and
/// asks the kernel about a peer that may be gone.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let bounds: LinkBounds
    private let idle: Duration?
    private let probing: TCPProbing
    private let remark: @Sendable (String) -> Void
    private var context: ChannelHandlerContext?
    private var lastReceived = NIODeadline.uptimeNanoseconds(0)
    private var silence = LazyDeadline()
    private var isProbing = false

    /// - Parameters:
    ///   - idle: How long the peer may be silent; nil for ever.
    ///   - probing: How it is found out whether the peer is there; nil: by the kernel.
    init(
        bounds: LinkBounds, idle: Duration?, probing: TCPProbing? = nil, remark: @escaping @Sendable (String) -> Void
    ) {
        self.probing = probing ?? .kernel(bounds)
        self.bounds = bounds
        self.idle = idle
        self.remark = remark
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        heard(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard(context)
        context.fireChannelRead(data)
    }

    private func heard(_ context: ChannelHandlerContext) {
        lastReceived = context.eventLoop.now
        guard let idle, let check = silence.set(to: lastReceived + TimeAmount(idle)) else { return }
        schedule(check, context)
    }

    private func schedule(_ check: NIODeadline, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: check) { bound.value.checkSilence() }
    }

    private func checkSilence() {
        guard let context, let idle else { return }
        switch silence.check(now: context.eventLoop.now) {
        case .nothing: break
        case .again(let moment): schedule(moment, context)
        case .fire:
            remark("The connection was closed: nothing came for \(idle.inWords), the `idle` of this device.")
            cut()
        }
    }

    /// Closes the connection at once, without a farewell from TLS that the peer may never answer.
    func cut() { context?.close(promise: nil) }

    // MARK: - Whether the peer is still there

    /// Asks the kernel to find out within seconds whether the peer is still there, when it has been silent for a while. A
    /// peer that lives answers and notices nothing.
    func probeIfSilent() {
        guard let context, !isProbing,
            context.eventLoop.now - lastReceived >= .seconds(bounds.suspectSeconds)
        else { return }
        isProbing = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        probing.begin(context.channel)
        context.eventLoop.scheduleTask(in: .seconds(bounds.probeSeconds)) {
            let watch = bound.value
            watch.isProbing = false
            if let context = watch.context { watch.probing.end(context.channel) }
        }
    }
}
