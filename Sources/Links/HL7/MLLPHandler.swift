import Core
import HL7
import NIOCore
import Profiles

/// Carries MLLP blocks between a connection and a `MessageAcceptor`, and our own messages to the peer.
///
/// Answers leave in the order of the messages and only when the acceptor says they are durable. When too many wait,
/// reading stops: the peer feels it as a full socket, and memory stays bounded.
final class MLLPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let acceptor: any MessageAcceptor
    private let bounds: LinkBounds
    private let clock: @Sendable () -> Timestamp
    private let connection: @Sendable (_ began: Bool) -> Void
    let remark: @Sendable (String) -> Void
    /// What the connection tells about itself.
    let account: LinkAccount
    private let outlet: DeviceOutlet?
    private var line: Int?
    private var intake: MLLPIntake
    private var strayEnd = LazyDeadline()
    /// How long HL7 outside a block waits for more of it.
    static let strayTime = TimeAmount.seconds(5)
    private var answers = AnswerQueue()
    private var isPaused = false
    private var isStopping = false
    /// What broke off with the connection was kept.
    private var isFinished = false
    var peerIsGone = false
    /// Our own messages.
    var exchange = HL7Exchange()
    var sending = OutgoingMessages()
    var answerDeadline = LazyDeadline()

    /// - Parameter outlet: where the daemon finds this connection for messages of its own; nil where it sends none.
    init(
        acceptor: any MessageAcceptor, bounds: LinkBounds, account: LinkAccount = LinkAccount(),
        outlet: DeviceOutlet? = nil,
        clock: @escaping @Sendable () -> Timestamp, connection: @escaping @Sendable (_ began: Bool) -> Void,
        remark: @escaping @Sendable (String) -> Void
    ) {
        self.acceptor = acceptor
        self.bounds = bounds
        self.account = account
        self.outlet = outlet
        self.clock = clock
        self.connection = connection
        self.remark = remark
        self.intake = MLLPIntake(bounds: bounds)
    }

    func channelActive(context: ChannelHandlerContext) {
        connection(true)
        line = outlet?.open(outgoingLine(context))
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { intake.append($0) }
        drain(context)
    }

    private var isFull: Bool {
        answers.count >= bounds.messagesInFlight || answers.bytes >= bounds.bytesInFlight
    }

    private func drain(_ context: ChannelHandlerContext) {
        while !isFull, let item = intake.next() {
            switch item {
            case .message(let message):
                if message.fault != nil || peerIsGone || !takeAnswer(message.bytes, context) {
                    handOver(message, context)
                }
            case .fault(let fault): account.received(fault)
            case .skipped(let bytes) where bytes.first == 0x05 || bytes.first == 0x02:
                account.skipped(bytes)
                remark(
                    "The device speaks ASTM (ENQ or a frame came), and its profile is for HL7. Check profile and port.")
            case .skipped(let bytes):
                account.skipped(bytes)
                if account.health == nil { remark("\(bytes.count) bytes outside an MLLP block were skipped.") }
            case .remark(let text): remark(text)
            }
        }
        if peerIsGone { return finish() }
        watchStray(context)
        regulate(context)
    }

    /// The peer is gone, and what it sent was handed over: what is left has no end.
    private func finish() {
        guard !isFull, !isFinished else { return }
        isFinished = true
        let (stray, abandoned) = intake.finish()
        if let stray { acceptor.accept(stray.bytes, fault: stray.fault, received: clock()) { _ in } }
        for fault in abandoned {
            account.received(fault)
            acceptor.keep(abandoned: fault.bytes, received: clock())
        }
    }

    /// The daemon stops: nothing new is read, and the connection ends when what is under way is answered.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is StopWhenIdle else { return context.fireUserInboundEventTriggered(event) }
        isStopping = true
        regulate(context)
        stopIfIdle(context)
    }

    func stopIfIdle(_ context: ChannelHandlerContext) {
        guard isStopping, answers.count == 0, exchange.inFlight == nil, !peerIsGone else { return }
        context.close(promise: nil)
    }

    private func watchStray(_ context: ChannelHandlerContext) {
        guard intake.isInStray else { return strayEnd.clear() }
        if let check = strayEnd.set(to: context.eventLoop.now + Self.strayTime) {
            schedule(at: check, context) { $0.checkStray($1) }
        }
    }

    private func checkStray(_ context: ChannelHandlerContext) {
        switch strayEnd.check(now: context.eventLoop.now) {
        case .nothing: break
        case .again(let moment): schedule(at: moment, context) { $0.checkStray($1) }
        case .fire:
            intake.endStray()
            drain(context)
        }
    }

    func schedule(
        at moment: NIODeadline, _ context: ChannelHandlerContext,
        _ check: @escaping @Sendable (MLLPHandler, ChannelHandlerContext) -> Void
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: moment) {
            let (handler, context) = bound.value
            if !handler.peerIsGone { check(handler, context) }
        }
    }

    // MARK: - Messages and answers

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        account.writability(of: context.channel)
        regulate(context)
        context.fireChannelWritabilityChanged()
    }

    /// Reading stops while too many messages wait for their commit, or the peer does not take our answers.
    private func regulate(_ context: ChannelHandlerContext) {
        // An answer to an order of ours is still to be read.
        let paused = isFull || !context.channel.isWritable || (isStopping && exchange.inFlight == nil)
        guard paused != isPaused, !peerIsGone else { return }
        isPaused = paused
        let channel = context.channel
        channel.setOption(.autoRead, value: !paused).whenFailure { _ in channel.close(promise: nil) }
    }

    private func handOver(_ message: MLLPIntake.Incoming, _ context: ChannelHandlerContext) {
        let number = answers.expect(bytes: message.bytes.count)
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        acceptor.accept(message.bytes, fault: message.fault, received: clock()) { acceptance in
            loop.execute {
                let (handler, context) = bound.value
                handler.finished(number, acceptance, context)
            }
        }
    }

    private func finished(_ number: Int, _ acceptance: Acceptance, _ context: ChannelHandlerContext) {
        let leaving = answers.ready(number, acceptance)
        guard !peerIsGone else { return drain(context) }
        for answer in leaving {
            if let reply = answer.reply { write(reply, context) }
            send(following: answer.following[...], context)
        }
        stopIfIdle(context)
        // What the decoder holds goes on as soon as there is room.
        if isPaused || answers.count == 0 || intake.isHoldingMessages { drain(context) }
    }

    func write(_ message: [UInt8], _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: message.count + 3)
        buffer.writeInteger(UInt8(0x0B))
        buffer.writeBytes(message)
        buffer.writeBytes([0x1C, 0x0D])
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        peerIsGone = true
        connection(false)
        if let line { outlet?.close(line) }
        carryOut(exchange.handle(.linkLost), context)
        drain(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        remark(connectionFailure(error))
        context.close(promise: nil)
    }
}
