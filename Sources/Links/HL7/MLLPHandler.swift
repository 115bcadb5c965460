import Core
import HL7
import NIOCore
import Profiles

/// Carries MLLP blocks between a connection and a `MessageAcceptor`.
///
/// Answers leave in the order of the messages and only when the acceptor says they are durable. When too many wait,
/// reading stops: the peer feels it as a full socket, and memory stays bounded. A block with several messages (a batch)
/// is taken apart, and each is journalled and answered by itself.
final class MLLPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let acceptor: any MessageAcceptor
    private let bounds: LinkBounds
    private let clock: @Sendable () -> Timestamp
    private let connection: @Sendable (_ began: Bool) -> Void
    private let remark: @Sendable (String) -> Void
    private var decoder: MLLPDecoder
    private var strays = StrayMessages()
    private var strayEnd = LazyDeadline()
    /// How long HL7 outside a block waits for more of it.
    static let strayTime = TimeAmount.seconds(5)
    /// Messages cut out and not yet handed over, the next one last.
    private var waiting: [Incoming] = []
    private var answers = AnswerQueue()
    private var isPaused = false
    private var peerIsGone = false

    init(
        acceptor: any MessageAcceptor, bounds: LinkBounds, clock: @escaping @Sendable () -> Timestamp,
        connection: @escaping @Sendable (_ began: Bool) -> Void, remark: @escaping @Sendable (String) -> Void
    ) {
        self.acceptor = acceptor
        self.bounds = bounds
        self.clock = clock
        self.connection = connection
        self.remark = remark
        var limits = MLLPLimits()
        limits.messageBytes = bounds.messageBytes
        self.decoder = MLLPDecoder(limits: limits)
    }

    func channelActive(context: ChannelHandlerContext) {
        connection(true)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        buffer.withUnsafeReadableBytes { decoder.append($0) }
        drain(context)
    }

    /// A message on its way to the acceptor.
    private struct Incoming {
        var bytes: [UInt8]
        /// Why it must not be understood.
        var fault: String?
    }

    private var isFull: Bool {
        answers.count >= bounds.messagesInFlight || answers.bytes >= bounds.bytesInFlight
    }

    private func drain(_ context: ChannelHandlerContext) {
        while !isFull {
            if let next = waiting.popLast() {
                handOver(next, context)
            } else if let token = decoder.next() {
                take(token, context)
            } else {
                break
            }
        }
        regulate(context)
    }

    private func take(_ token: MLLPToken, _ context: ChannelHandlerContext) {
        switch token {
        case .message(let block):
            endStray()
            let messages = HL7Blocks.messages(in: block)
            if messages.count > bounds.messagesPerBlock {
                keepForPeople(
                    block,
                    "A block holds \(messages.count) messages; at most \(bounds.messagesPerBlock) are taken. It "
                        + "is held as unreadable.")
            } else {
                waiting = messages.reversed().map { Incoming(bytes: $0) } + waiting
            }
        case .fault(let fault):
            endStray()
            // The bytes are kept as an unreadable message; the peer is told with AE if it can be told at all.
            keepForPeople(fault.bytes, fault.sentence(limit: bounds.messageBytes))
        case .junk(let bytes):
            let wasInMessage = strays.isInMessage
            let ended = strays.append(bytes)
            for message in ended { keepForPeople(message, Self.strayFault) }
            if strays.isInMessage {
                watchStray(context)
            } else if !wasInMessage, ended.isEmpty {
                remark("\(bytes.count) bytes outside an MLLP block were skipped.")
            }
        }
    }

    private func keepForPeople(_ bytes: [UInt8], _ fault: String) {
        remark(fault)
        waiting.insert(Incoming(bytes: bytes, fault: fault), at: 0)
    }

    // MARK: - HL7 outside blocks

    private static let strayFault =
        "HL7 came outside an MLLP block (no VT before it). It is held as unreadable, at most its first "
        + "\(StrayMessages.mostBytes) bytes. Set the device to send MLLP."

    private func endStray() {
        strayEnd.clear()
        if let message = strays.end() { keepForPeople(message, Self.strayFault) }
    }

    private func watchStray(_ context: ChannelHandlerContext) {
        if let check = strayEnd.set(to: context.eventLoop.now + Self.strayTime) { schedule(at: check, context) }
    }

    private func schedule(at moment: NIODeadline, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: moment) {
            let (handler, context) = bound.value
            switch handler.strayEnd.check(now: context.eventLoop.now) {
            case .nothing: break
            case .again(let moment): handler.schedule(at: moment, context)
            case .fire:
                handler.endStray()
                handler.drain(context)
            }
        }
    }

    // MARK: - Messages and answers

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        regulate(context)
        context.fireChannelWritabilityChanged()
    }

    /// Reading stops while too many messages wait for their commit, or the peer does not take our answers.
    private func regulate(_ context: ChannelHandlerContext) {
        setPaused(isFull || !context.channel.isWritable, context)
    }

    private func handOver(_ message: Incoming, _ context: ChannelHandlerContext) {
        let number = answers.expect(bytes: message.bytes.count)
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        acceptor.accept(message.bytes, fault: message.fault, received: clock()) { answer in
            loop.execute {
                let (handler, context) = bound.value
                handler.finished(number, answer, context)
            }
        }
    }

    private func finished(_ number: Int, _ answer: [UInt8]?, _ context: ChannelHandlerContext) {
        let leaving = answers.ready(number, answer)
        guard !peerIsGone else { return }
        for answer in leaving {
            var buffer = context.channel.allocator.buffer(capacity: answer.count + 3)
            buffer.writeInteger(UInt8(0x0B))
            buffer.writeBytes(answer)
            buffer.writeBytes([0x1C, 0x0D])
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
        // What the decoder holds goes on as soon as there is room.
        if isPaused || answers.count == 0 || !waiting.isEmpty { drain(context) }
    }

    private func setPaused(_ paused: Bool, _ context: ChannelHandlerContext) {
        guard paused != isPaused, !peerIsGone else { return }
        isPaused = paused
        let channel = context.channel
        channel.setOption(.autoRead, value: !paused).whenFailure { _ in channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        peerIsGone = true
        connection(false)
        // It has no frame to be sent again in, so nobody but a person can say what it is.
        if let message = strays.end() {
            acceptor.accept(message, fault: Self.strayFault, received: clock()) { _ in }
        }
        while let token = decoder.flush() {
            if case .fault(let fault) = token { acceptor.keep(abandoned: fault.bytes, received: clock()) }
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        remark("The connection failed: \(error).")
        context.close(promise: nil)
    }
}

extension MLLPFault {
    /// What happened and what becomes of it. `limit`: the longest message in bytes.
    func sentence(limit: Int) -> String {
        switch reason {
        case .missingEndBlock:
            "A message broke off before its end (no FS before the next VT). It is held as unreadable."
        case .missingCarriageReturn: "A message ended without CR after FS. It is held as unreadable."
        case .tooLong(let received):
            "A message of \(received) bytes was cut off: at most \(limit) are taken. It is held as unreadable, and only its "
                + "first \(bytes.count) bytes are kept. Does the device send HL7?"
        case .truncated: "A message broke off with the connection; it was not acknowledged and will be sent again."
        }
    }
}
