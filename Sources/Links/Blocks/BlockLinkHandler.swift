import Blocks
import Core
import NIOCore
import Profiles

/// Carries out what a link of blocks decides on one connection: bytes to tokens, tokens to the machine, the machine's actions
/// to the wire, the journal and the clock.
final class BlockLinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let device: DeviceID
    let journal: any Journal
    let status: LinkStatusBoard
    let clock: @Sendable () -> Timestamp
    /// What the connection tells about itself.
    let account: LinkAccount
    /// Answers queries; nil where no orders are at hand.
    let desk: QueryDesk?
    private let outlet: DeviceOutlet?
    private var line: Int?
    private var decoder: BlockDecoder
    var link: BlockLink
    private var deadlines: [BlockLink.Timer: LazyDeadline] = [:]
    /// Runs while a block is open that only silence may end.
    private var silence = LazyDeadline()
    /// Tokens handled before the event loop serves its other connections.
    static let tokensPerTurn = 256
    /// Bytes that wait behind a save before the socket is no longer read.
    private let waitingBytes: Int
    /// The message whose first block is stored and that goes on.
    var openMessage: MessageID?
    /// The message's blocks so far, while it may hold a query.
    var wire: [UInt8] = []
    var sending = OutgoingMessages()
    /// A query that is not looked up yet, and whether one is.
    var newestQuery: HostQuery?
    var isLookingUp = false
    /// Our answers to the query before, as they were numbered.
    var waitingAnswers: [Int] = []
    /// Saves the journal has not answered yet.
    var savesUnderWay = 0
    private var replies: [UInt8] = []
    private(set) var peerIsGone = false
    private var isLossTold = false
    private var isDraining = false
    private var isYielding = false
    private var isPaused = false
    private var isStopping = false

    init(
        device: DeviceID, journal: any Journal, status: LinkStatusBoard, link: BlockLink, waitingBytes: Int = 64 << 10,
        trace: ConnectionTrace? = nil, outlet: DeviceOutlet? = nil, desk: QueryDesk? = nil,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.account = LinkAccount(trace: trace, health: status.health(device))
        self.device = device
        self.journal = journal
        self.status = status
        self.link = link
        decoder = BlockDecoder(link.framing)
        self.waitingBytes = waitingBytes
        self.outlet = outlet
        self.desk = desk
        self.clock = clock
    }

    func channelActive(context: ChannelHandlerContext) {
        status.connected(device)
        line = outlet?.open(outgoingLine(context))
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data).readableBytesView)
        drain(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) { flush(context) }

    func channelInactive(context: ChannelHandlerContext) {
        peerIsGone = true
        for timer in BlockLink.Timer.allCases { deadlines[timer]?.clear() }
        if let line { outlet?.close(line) }
        status.disconnected(device)
        drain(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        status.remark(device, connectionFailure(error))
        context.close(promise: nil)
    }

    /// The daemon stops: nothing new is taken, and the connection ends as soon as the line is free.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is StopWhenIdle else { return context.fireUserInboundEventTriggered(event) }
        link.isAccepting = false
        isStopping = true
        stopIfIdle(context)
    }

    private func stopIfIdle(_ context: ChannelHandlerContext) {
        guard isStopping, link.isNeutral, !peerIsGone else { return }
        flush(context)
        context.close(promise: nil)
    }

    // MARK: - Reading

    /// Feeds tokens until one waits for its commit or the turn is over. What a peer that is gone had sent counts like
    /// anything else; behind it the link is lost.
    func drain(_ context: ChannelHandlerContext) {
        guard !isDraining, !isYielding else { return }
        isDraining = true
        var left = Self.tokensPerTurn
        while left > 0, !link.isWaitingForSave, let token = decoder.next() ?? lastToken() {
            take(token, context)
            left -= 1
        }
        isDraining = false
        if left == 0 {
            yield(context)
        } else if peerIsGone, !link.isWaitingForSave, !isLossTold {
            isLossTold = true
            decide(.linkLost, context)
        } else if peerIsGone, link.isWaitingForSave, savesUnderWay == 0, !isLossTold {
            // The save failed and its timer went with the peer: the last try is now.
            isLossTold = true
            decide(.linkLost, context)
        }
        watchSilence(context)
        regulate(context)
        stopIfIdle(context)
    }

    /// A peer that hung up says nothing more: an open block ends as it would by silence.
    private func lastToken() -> BlockToken? { peerIsGone ? decoder.flush() : nil }

    private func yield(_ context: ChannelHandlerContext) {
        isYielding = true
        schedule(at: context.eventLoop.now, context) { handler, context in
            handler.isYielding = false
            handler.drain(context)
            handler.flush(context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        account.writability(of: context.channel)
        regulate(context)
        context.fireChannelWritabilityChanged()
    }

    /// Reading stops while the peer is too far ahead of the disk, or does not take our answers.
    private func regulate(_ context: ChannelHandlerContext) {
        let isAhead = (link.isWaitingForSave || isYielding) && decoder.bufferedBytes >= waitingBytes
        let mustPause = isAhead || !context.channel.isWritable
        guard mustPause != isPaused, !peerIsGone else { return }
        isPaused = mustPause
        let channel = context.channel
        channel.setOption(.autoRead, value: !mustPause).whenFailure { _ in channel.close(promise: nil) }
    }

    /// Each byte that comes begins the silence anew.
    private func watchSilence(_ context: ChannelHandlerContext) {
        guard decoder.isHeldBySilence, !link.isWaitingForSave, !peerIsGone else { return silence.clear() }
        let due = context.eventLoop.now + link.framing.silence.timeAmount
        if let check = silence.set(to: due) { schedule(at: check, context) { $0.checkSilence($1) } }
    }

    private func checkSilence(_ context: ChannelHandlerContext) {
        guard !peerIsGone else { return }
        switch silence.check(now: context.eventLoop.now) {
        case .nothing: break
        case .again(let moment): schedule(at: moment, context) { $0.checkSilence($1) }
        case .fire:
            guard !link.isWaitingForSave, !isYielding, let token = decoder.flush() else { return }
            take(token, context)
            drain(context)
            flush(context)
        }
    }

    // MARK: - The machine's actions

    private func take(_ token: BlockToken, _ context: ChannelHandlerContext) {
        let wasSending = link.isSending
        let actions = link.handle(.token(token))
        account.received(token, actions, wasSending: wasSending)
        carryOut(actions, context)
    }

    /// Something happened besides a token.
    func decide(_ event: BlockLink.Event, _ context: ChannelHandlerContext) {
        let actions = link.handle(event)
        account.decided(actions)
        carryOut(actions, context)
    }

    private func carryOut(_ actions: [BlockLink.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .sendBytes(let bytes): if !peerIsGone { replies += bytes }
            case .save(let save): store(save, context)
            case .startTimer(let timer, let duration): start(timer, duration, context)
            case .stopTimer(let timer): deadlines[timer]?.clear()
            case .finished(let number, let delivery): sending.finish(number, SendOutcome(delivery))
            case .note(let note): if let remark = note.remark { status.remark(device, remark) }
            }
        }
    }

    func flush(_ context: ChannelHandlerContext) {
        guard !replies.isEmpty, !peerIsGone else { return }
        let buffer = context.channel.allocator.buffer(bytes: replies)
        replies.removeAll(keepingCapacity: true)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func start(_ timer: BlockLink.Timer, _ duration: Duration, _ context: ChannelHandlerContext) {
        guard !peerIsGone else { return }
        let due = context.eventLoop.now + duration.timeAmount
        if let check = deadlines[timer, default: LazyDeadline()].set(to: due) {
            schedule(at: check, context) { $0.check(timer, $1) }
        }
    }

    private func check(_ timer: BlockLink.Timer, _ context: ChannelHandlerContext) {
        guard !peerIsGone else { return }
        switch deadlines[timer, default: LazyDeadline()].check(now: context.eventLoop.now) {
        case .nothing: break
        case .again(let moment): schedule(at: moment, context) { $0.check(timer, $1) }
        case .fire:
            decide(.timerFired(timer), context)
            drain(context)
            flush(context)
        }
    }

    private func schedule(
        at moment: NIODeadline, _ context: ChannelHandlerContext,
        _ check: @escaping @Sendable (BlockLinkHandler, ChannelHandlerContext) -> Void
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: moment) {
            let (handler, context) = bound.value
            check(handler, context)
        }
    }
}

extension Duration {
    fileprivate var timeAmount: TimeAmount { .nanoseconds(wholeMicroseconds * 1_000) }
}
