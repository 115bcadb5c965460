import Core
import HL7
import NIOCore

/// Carries MLLP blocks between a connection and a `MessageAcceptor`.
///
/// Answers leave in the order of the messages and only when the acceptor says they are durable. When too many wait,
/// reading stops: the peer feels it as a full socket, and memory stays bounded.
final class MLLPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let acceptor: any MessageAcceptor
    private let bounds: LinkBounds
    private let clock: @Sendable () -> Timestamp
    private let connection: @Sendable (_ began: Bool) -> Void
    private let remark: @Sendable (String) -> Void
    private var decoder: MLLPDecoder
    private var waiting = 0
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

    private func drain(_ context: ChannelHandlerContext) {
        while waiting < bounds.messagesInFlight, let token = decoder.next() {
            switch token {
            case .message(let message):
                handOver(message, fault: nil, context)
            case .fault(let fault):
                // The bytes are kept as an unreadable message; the peer is told with AE if it can be told at all.
                let text = fault.reason.sentence
                remark(text)
                handOver(fault.bytes, fault: text, context)
            case .junk(let bytes):
                remark("\(bytes.count) bytes outside an MLLP block were skipped.")
            }
        }
        regulate(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        regulate(context)
        context.fireChannelWritabilityChanged()
    }

    /// Reading stops while too many messages wait for their commit, or the peer does not take our answers.
    private func regulate(_ context: ChannelHandlerContext) {
        setPaused(waiting >= bounds.messagesInFlight || !context.channel.isWritable, context)
    }

    private func handOver(_ message: [UInt8], fault: String?, _ context: ChannelHandlerContext) {
        waiting += 1
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        acceptor.accept(message, fault: fault, received: clock()) { answer in
            loop.execute {
                let (handler, context) = bound.value
                handler.finished(answer, context)
            }
        }
    }

    private func finished(_ answer: [UInt8]?, _ context: ChannelHandlerContext) {
        waiting -= 1
        guard !peerIsGone else { return }
        if let answer {
            var buffer = context.channel.allocator.buffer(capacity: answer.count + 3)
            buffer.writeInteger(UInt8(0x0B))
            buffer.writeBytes(answer)
            buffer.writeBytes([0x1C, 0x0D])
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
        // What the decoder holds goes on as soon as there is room.
        if isPaused || waiting == 0 { drain(context) }
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

extension MLLPFault.Reason {
    /// What happened and what becomes of it.
    var sentence: String {
        switch self {
        case .missingEndBlock:
            "A message broke off before its end (no FS before the next VT). It is held as unreadable."
        case .missingCarriageReturn: "A message ended without CR after FS. It is held as unreadable."
        case .tooLong(let bytes):
            "A message of more than \(bytes) bytes was cut off and is held as unreadable. Does the device send HL7?"
        case .truncated: "A message broke off with the connection; it was not acknowledged and will be sent again."
        }
    }
}
