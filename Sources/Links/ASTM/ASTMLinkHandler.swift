import ASTM
import Core
import NIOCore

/// Carries out what the LIS01 receiver decides on one connection: bytes to tokens, tokens to the machine, the machine's
/// actions to the wire, the journal and the clock.
final class ASTMLinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let device: DeviceID
    private let journal: any Journal
    private let status: LinkStatusBoard
    private let clock: @Sendable () -> Timestamp
    private var decoder: FrameDecoder
    private var receiver: LinkReceiver
    private var deadline = LazyDeadline()
    /// While a frame may be complete but for the CR LF that some devices leave out.
    private var trailer = LazyDeadline()
    /// How long such a frame waits for its CR LF.
    static let trailerTime = TimeAmount.milliseconds(500)
    /// Tokens handled before the event loop serves its other connections.
    static let tokensPerTurn = 256
    /// Journal numbers of messages whose first part is stored and that go on.
    private var openMessages: [Int: MessageID] = [:]
    /// Our control characters since the last flush: one write a turn, however many there are.
    private var replies: [UInt8] = []
    private var peerIsGone = false
    /// The receiver knows that the peer is gone.
    private var isLossTold = false
    private var isDraining = false
    /// The next turn is under way.
    private var isYielding = false
    private var isPaused = false
    private let waitingBytes: Int

    init(
        device: DeviceID, journal: any Journal, status: LinkStatusBoard, limits: LinkLimits, timers: LinkTimers,
        checksum: ChecksumPolicy, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.waitingBytes = limits.waitingBytes
        self.device = device
        self.journal = journal
        self.status = status
        self.clock = clock
        self.decoder = FrameDecoder(limits: limits, checksum: checksum)
        self.receiver = LinkReceiver(limits: limits, timers: timers)
    }

    func channelActive(context: ChannelHandlerContext) {
        status.connected(device)
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
        deadline.clear()
        status.disconnected(device)
        drain(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        status.remark(device, "The connection failed: \(error).")
        context.close(promise: nil)
    }

    /// Feeds tokens until one waits for its commit or the turn is over: the peer's further bytes stay with the decoder,
    /// and past a bound in the socket, until then. What a peer that is gone had sent counts like anything else; behind it
    /// the link is lost.
    private func drain(_ context: ChannelHandlerContext) {
        guard !isDraining, !isYielding else { return }
        isDraining = true
        var left = Self.tokensPerTurn
        while left > 0, !receiver.isWaitingForSave, let token = decoder.next() {
            carryOut(receiver.handle(.token(token)), context)
            left -= 1
        }
        isDraining = false
        if left == 0 {
            yield(context)
        } else if peerIsGone, !receiver.isWaitingForSave, !receiver.isNeutral || !isLossTold {
            isLossTold = true
            carryOut(receiver.handle(.linkLost), context)
        }
        watchTrailer(context)
        regulate(context)
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
        regulate(context)
        context.fireChannelWritabilityChanged()
    }

    /// Reading stops while the peer is too far ahead of the disk, or does not take our answers: it feels a full socket,
    /// and memory stays bounded.
    private func regulate(_ context: ChannelHandlerContext) {
        let isAhead = (receiver.isWaitingForSave || isYielding) && decoder.bufferedBytes >= waitingBytes
        let mustPause = isAhead || !context.channel.isWritable
        guard mustPause != isPaused, !peerIsGone else { return }
        isPaused = mustPause
        let channel = context.channel
        channel.setOption(.autoRead, value: !mustPause).whenFailure { _ in channel.close(promise: nil) }
    }

    private func watchTrailer(_ context: ChannelHandlerContext) {
        guard decoder.isHeldByTrailer, !peerIsGone else { return trailer.clear() }
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
            guard !receiver.isWaitingForSave, !isYielding, let token = decoder.flush() else { return }
            carryOut(receiver.handle(.token(token)), context)
            drain(context)
            flush(context)
        }
    }

    private func carryOut(_ actions: [LinkReceiver.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .send(let character): if !peerIsGone { replies.append(character.rawValue) }
            case .save(let save): store(save, context)
            case .startTimer(let duration): startTimer(duration, context)
            case .stopTimer: deadline.clear()
            case .hangUp:
                flush(context)
                context.close(promise: nil)
            case .note(let note):
                if let remark = note.remark { status.remark(device, remark) }
            }
        }
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard !replies.isEmpty, !peerIsGone else { return }
        let buffer = context.channel.allocator.buffer(bytes: replies)
        replies.removeAll(keepingCapacity: true)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func store(_ save: Save, _ context: ChannelHandlerContext) {
        let entry = JournalEntry(
            device: device, wire: .astm, message: save.part == 0 ? nil : openMessages[save.message], part: save.part,
            bytes: save.bytes, ending: MessageEnding(save), received: clock(), unreadable: save.unreadable)
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        journal.append(entry) { result in
            loop.execute {
                let (handler, context) = bound.value
                handler.stored(save, received: entry.received, result, context)
            }
        }
    }

    private func stored(
        _ save: Save, received: Timestamp, _ result: Result<MessageID, StoreError>, _ context: ChannelHandlerContext
    ) {
        switch result {
        case .success(let id):
            openMessages[save.message] = save.ending == .open ? id : nil
            if save.ending != .open { status.acknowledged(device, at: received) }
            carryOut(receiver.handle(.saved(save.token)), context)
        case .failure(let error):
            status.remark(device, "A message could not be stored and was refused: \(error.sentence)")
            carryOut(receiver.handle(.saveFailed(save.token)), context)
        }
        drain(context)
        flush(context)
    }

    private func startTimer(_ duration: Duration, _ context: ChannelHandlerContext) {
        guard !peerIsGone else { return }
        let due = context.eventLoop.now + .nanoseconds(duration.wholeMicroseconds * 1_000)
        if let check = deadline.set(to: due) { schedule(at: check, context) { $0.checkDeadline($1) } }
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

    private func checkDeadline(_ context: ChannelHandlerContext) {
        guard !peerIsGone else { return }
        switch deadline.check(now: context.eventLoop.now) {
        case .nothing: break
        case .again(let moment): schedule(at: moment, context) { $0.checkDeadline($1) }
        case .fire:
            carryOut(receiver.handle(.timerFired), context)
            drain(context)
            flush(context)
        }
    }
}

extension MessageEnding {
    /// The journal's words for how the link ended a message.
    init(_ save: Save) {
        switch save.ending {
        case .open: self = .open(processableText: save.processableText)
        case .complete: self = .complete
        case .incomplete(let reason):
            self = .incomplete(reason: reason.sentence, processableText: save.processableText)
        }
    }
}
