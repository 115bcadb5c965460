import ASTM
import Core
import HL7
import NIOCore

/// The analyser's side of one connection: the LIS01 sender, or HL7 in MLLP blocks.
final class SimulatedAnalyserHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let wire: WireProtocol
    private let frameText: Int
    private var tokens = FrameDecoder()
    private var sender = LinkSender(role: .instrument)
    private var blocks = MLLPDecoder()
    private var timer: Scheduled<Void>?
    private var pending: EventLoopPromise<SimulationOutcome>?
    private var context: ChannelHandlerContext?
    /// An HL7 answer may take this long (LIS01's reply time serves as the measure).
    private let answerTime = TimeAmount.seconds(15)

    init(wire: WireProtocol, frameText: Int) {
        self.wire = wire
        self.frameText = frameText
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends a message; `promise` gets the daemon's verdict.
    func begin(_ message: SimulatedMessage, _ promise: EventLoopPromise<SimulationOutcome>) {
        guard let context, context.channel.isActive else { return promise.succeed(.lost("not connected")) }
        guard pending == nil else { return promise.succeed(.refused("the message before is still being sent")) }
        pending = promise
        switch wire {
        case .astm:
            var encoder = FrameEncoder(textBytes: frameText)
            do {
                carryOut(sender.handle(.start(frames: try encoder.frames(message.content))), context)
            } catch {
                settle(.refused("\(error)"))
            }
        case .hl7:
            write(MLLP.frame(message.content), context)
            startTimer(answerTime, context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        switch wire {
        case .astm:
            buffer.withUnsafeReadableBytes { tokens.append($0) }
            while let token = tokens.next() { carryOut(sender.handle(.token(token)), context) }
        case .hl7:
            buffer.withUnsafeReadableBytes { blocks.append($0) }
            while let event = blocks.next() {
                if case .message(let answer) = event { settle(Self.verdict(of: answer)) }
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if wire == .astm { carryOut(sender.handle(.linkLost), context) }
        settle(.lost("the daemon closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        settle(.lost("\(error)"))
        context.close(promise: nil)
    }

    private static func verdict(of answer: [UInt8]) -> SimulationOutcome {
        guard let message = try? HL7Message.parse(answer), let parsed = ReceivedAcknowledgement(message) else {
            return .refused("the answer is no acknowledgement")
        }
        if parsed.code?.isAccept == true { return .accepted }
        return .refused("\(parsed.codeText) \(parsed.text ?? "without a reason")")
    }

    private func carryOut(_ actions: [LinkSender.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .sendControl(let character): write([character.rawValue], context)
            case .sendFrame(let bytes): write(bytes, context)
            case .startTimer(let duration): startTimer(.nanoseconds(duration.wholeMicroseconds * 1_000), context)
            case .stopTimer: timer?.cancel()
            case .finished(.delivered): settle(.accepted)
            case .finished(.yielded): settle(.refused("the daemon asked for the line"))
            case .finished(.failed(.linkLost)): settle(.lost("the connection ended"))
            case .finished(.failed(let failure)): settle(.refused(failure.sentence))
            case .note: break
            }
        }
    }

    private func settle(_ outcome: SimulationOutcome) {
        timer?.cancel()
        timer = nil
        pending?.succeed(outcome)
        pending = nil
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func startTimer(_ amount: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: amount) {
            let (handler, context) = bound.value
            handler.timePassed(context)
        }
    }

    private func timePassed(_ context: ChannelHandlerContext) {
        switch wire {
        case .astm: carryOut(sender.handle(.timerFired), context)
        case .hl7: settle(.lost("no answer within 15 s"))
        }
    }
}
