import ASTM
import Core
import NIOCore
import Profiles

/// Carries out what an ASTM link decides on one connection: bytes to tokens, tokens to the machine, the machine's actions
/// to the wire, the journal and the clock.
final class ASTMLinkHandler<Link: DuplexLink>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let device: DeviceID
    let journal: any Journal
    let status: LinkStatusBoard
    let clock: @Sendable () -> Timestamp
    /// What the connection tells about itself.
    let account: LinkAccount
    /// Answers queries and frames our messages; nil where no orders are at hand.
    let dialogue: ASTMDialogue?
    let outlet: DeviceOutlet?
    private var line: Int?
    private var decoder: LinkDecoder
    var link: Link
    private var deadlines: [LinkMachine.Timer: LazyDeadline] = [:]
    /// While a frame may be complete but for the CR LF that some devices leave out.
    private var trailer = LazyDeadline()
    /// How long such a frame waits for its CR LF.
    static var trailerTime: TimeAmount { .milliseconds(500) }
    /// Tokens handled before the event loop serves its other connections.
    static var tokensPerTurn: Int { 256 }
    /// Messages whose first part is stored and that go on.
    var openMessages: [Int: OpenMessage] = [:]
    var sending = OutgoingMessages()
    /// A query that is not looked up yet, and whether one is.
    var newestQuery: HostQuery?
    var isLookingUp = false
    /// Our answers to the query before, as they were numbered.
    var waitingAnswers: [Int] = []
    /// Saves the journal has not answered yet.
    var savesUnderWay = 0
    /// Tries to save once more what the store refused before the peer hung up.
    private var lastTries = 0
    /// At most so many.
    static var mostLastTries: Int { 3 }
    /// Our bytes since the last flush: one write a turn, however many there are.
    private var replies: [UInt8] = []
    private(set) var peerIsGone = false
    /// The link knows that the peer is gone.
    private var isLossTold = false
    private var isDraining = false
    /// The next turn is under way.
    private var isYielding = false
    private var isPaused = false
    private var isStopping = false
    private let waitingBytes: Int

    /// - Parameters:
    ///   - outlet: where the daemon finds this connection for messages of its own; nil where it sends none.
    ///   - dialogue: answers queries; nil where no orders are at hand.
    init(
        device: DeviceID, journal: any Journal, status: LinkStatusBoard, link: Link, decoder: LinkDecoder,
        waitingBytes: Int, trace: ConnectionTrace? = nil, outlet: DeviceOutlet? = nil, dialogue: ASTMDialogue? = nil,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.account = LinkAccount(trace: trace, health: status.health(device))
        self.device = device
        self.journal = journal
        self.status = status
        self.link = link
        self.decoder = decoder
        self.waitingBytes = waitingBytes
        self.outlet = outlet
        self.dialogue = dialogue
        self.clock = clock
    }

    func channelActive(context: ChannelHandlerContext) {
        status.connected(device)
        line = outlet?.open(outgoingLine(context))
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { decoder.append($0) }
        drain(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        peerIsGone = true
        for timer in LinkMachine.Timer.allCases { deadlines[timer]?.clear() }
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
        guard isStopping, link.isNeutral, !link.isWaitingForSave, !peerIsGone else { return }
        flush(context)
        context.close(promise: nil)
    }

    // MARK: - Reading

    /// Feeds tokens until one waits for its commit or the turn is over: the peer's further bytes stay with the decoder,
    /// and past a bound in the socket, until then. What a peer that is gone had sent counts like anything else; behind it
    /// the link is lost.
    func drain(_ context: ChannelHandlerContext) {
        guard !isDraining, !isYielding else { return }
        isDraining = true
        var left = Self.tokensPerTurn
        while left > 0, !link.isWaitingForSave, let token = decoder.next() {
            take(token, context)
            left -= 1
        }
        isDraining = false
        if left == 0 {
            yield(context)
        } else if peerIsGone {
            finish(context)
        }
        watchTrailer(context)
        regulate(context)
        stopIfIdle(context)
    }

    /// The peer is gone and everything it sent was handed in, or waits behind a save that failed: that one is tried again
    /// now, since the timer went with the peer.
    private func finish(_ context: ChannelHandlerContext) {
        if !link.isWaitingForSave, !link.isNeutral || !isLossTold {
            isLossTold = true
            decide(.linkLost, context)
        } else if link.isWaitingForSave, savesUnderWay == 0, lastTries < Self.mostLastTries {
            lastTries += 1
            decide(.timerFired(.receiver), context)
        } else if link.isWaitingForSave, savesUnderWay == 0, !isLossTold {
            isLossTold = true
            status.remark(
                device, "A message could not be stored, and the device hung up: it is lost. Let it send again.")
            decide(.linkLost, context)
        }
    }

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

    /// Reading stops while the peer is too far ahead of the disk, or does not take our answers: it feels a full socket,
    /// and memory stays bounded.
    private func regulate(_ context: ChannelHandlerContext) {
        let isAhead = (link.isWaitingForSave || isYielding) && decoder.bufferedBytes >= waitingBytes
        let mustPause = isAhead || !context.channel.isWritable
        guard mustPause != isPaused, !peerIsGone else { return }
        isPaused = mustPause
        let channel = context.channel
        channel.setOption(.autoRead, value: !mustPause).whenFailure { _ in channel.close(promise: nil) }
    }

    private func watchTrailer(_ context: ChannelHandlerContext) {
        guard decoder.isHeldBySilence, !peerIsGone else { return trailer.clear() }
        if let check = trailer.set(to: context.eventLoop.now + Self.trailerTime) {
            schedule(at: check, context) { $0.checkTrailer($1) }
        }
    }

    private func checkTrailer(_ context: ChannelHandlerContext) {
        guard !peerIsGone else { return }
        switch trailer.check(now: context.eventLoop.now) {
        case .nothing: break
        case .again(let moment): schedule(at: moment, context) { $0.checkTrailer($1) }
        case .fire:
            guard !link.isWaitingForSave, !isYielding, let token = decoder.flush() else { return }
            take(token, context)
            drain(context)
            flush(context)
        }
    }

    // MARK: - The machine's actions

    private func take(_ token: LinkToken, _ context: ChannelHandlerContext) {
        let wasSending = link.isSending
        let actions = link.handle(.token(token))
        account.received(token, actions, wasSending: wasSending)
        if case .junk(let bytes) = token, let words = WrongLanguage.words(for: bytes) { status.remark(device, words) }
        carryOut(actions, context)
    }

    /// Something happened besides a token.
    func decide(_ event: LinkMachine.Event, _ context: ChannelHandlerContext) {
        let actions = link.handle(event)
        account.decided(actions)
        carryOut(actions, context)
    }

    private func carryOut(_ actions: [LinkMachine.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .sendControl(let character): if !peerIsGone { replies.append(character.rawValue) }
            case .sendFrame(let bytes): if !peerIsGone { replies += bytes }
            case .save(let save): store(save, context)
            case .startTimer(let timer, let duration): start(timer, duration, context)
            case .stopTimer(let timer): deadlines[timer]?.clear()
            case .finished(let number, let delivery): sending.finish(number, SendOutcome(delivery))
            case .hangUp:
                flush(context)
                context.close(promise: nil)
            case .note(let note):
                if let remark = note.remark { status.remark(device, remark) }
            }
        }
    }

    func flush(_ context: ChannelHandlerContext) {
        guard !replies.isEmpty, !peerIsGone else { return }
        let buffer = context.channel.allocator.buffer(bytes: replies)
        replies.removeAll(keepingCapacity: true)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func start(_ timer: LinkMachine.Timer, _ duration: Duration, _ context: ChannelHandlerContext) {
        guard !peerIsGone else { return }
        let due = context.eventLoop.now + .nanoseconds(duration.wholeMicroseconds * 1_000)
        if let check = deadlines[timer, default: LazyDeadline()].set(to: due) {
            schedule(at: check, context) { $0.check(timer, $1) }
        }
    }

    private func check(_ timer: LinkMachine.Timer, _ context: ChannelHandlerContext) {
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
        _ check: @escaping @Sendable (ASTMLinkHandler, ChannelHandlerContext) -> Void
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: moment) {
            let (handler, context) = bound.value
            check(handler, context)
        }
    }
}
