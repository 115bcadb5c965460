import Core
import NIOCore
import Profiles

/// What all connections of one simulated peer share; on one event loop.
final class SimulatedDesk {
    var part: any SimulatedPart
    let makeConversation: @Sendable () -> any SimulatedConversation
    let clock: @Sendable () -> Timestamp
    let tell: @Sendable (SimulationNews) -> Void

    init(
        part: any SimulatedPart, makeConversation: @escaping @Sendable () -> any SimulatedConversation,
        clock: @escaping @Sendable () -> Timestamp, tell: @escaping @Sendable (SimulationNews) -> Void
    ) {
        self.part = part
        self.makeConversation = makeConversation
        self.clock = clock
        self.tell = tell
    }
}

/// Carries out what conversation and part decide on one connection. Nothing is decided here.
final class SimulatedLineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Timer: Hashable {
        case conversation(ConversationTimer)
        case part
    }

    /// What waits to be done: decisions are carried out in the order in which they were made.
    private enum Step {
        case conversation(ConversationAction)
        case part(PartAction)
    }

    /// Who wants to know how a message fared.
    private enum Sender {
        case part(Int)
        case promise(EventLoopPromise<SimulationOutcome>)
    }

    private let desk: SimulatedDesk
    private var conversation: any SimulatedConversation
    private var senders: [Int: Sender] = [:]
    private var count = 0
    private var timers: [Timer: Scheduled<Void>] = [:]
    private var steps: [Step] = []
    private var isAtWork = false
    private var context: ChannelHandlerContext?
    /// Runs once the connection stands.
    private let opened: () -> Void

    init(_ desk: SimulatedDesk, opened: @escaping () -> Void = {}) {
        self.desk = desk
        self.opened = opened
        conversation = desk.makeConversation()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends a message; `promise` gets its fate.
    func send(_ message: OutboundMessage, _ promise: EventLoopPromise<SimulationOutcome>) {
        guard context?.channel.isActive == true else { return promise.succeed(.lost("not connected")) }
        post(message, .promise(promise))
        work()
    }

    /// Asks for orders; the answer is told.
    func ask(_ specimen: String?) {
        let isConnected = context?.channel.isActive == true
        guard isConnected else {
            return desk.tell(.answered(specimen: specimen, .unanswered("not connected")))
        }
        take(PartEvent.ask(specimen))
        work()
    }

    // MARK: - The channel

    func channelActive(context: ChannelHandlerContext) {
        opened()
        desk.tell(.connected)
        take(PartEvent.connected)
        work()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(ConversationEvent.bytes(Array(unwrapInboundIn(data).readableBytesView)))
        work()
    }

    func channelInactive(context: ChannelHandlerContext) {
        for timer in timers.values { timer.cancel() }
        timers = [:]
        take(PartEvent.lineLost)
        take(ConversationEvent.lineLost)
        work()
        desk.tell(.disconnected)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: - Decisions

    private func take(_ event: ConversationEvent) {
        steps += conversation.handle(event).map { .conversation($0) }
    }

    private func take(_ event: PartEvent) {
        steps += desk.part.handle(event, now: desk.clock()).map { .part($0) }
    }

    private func post(_ message: OutboundMessage, _ sender: Sender) {
        count += 1
        senders[count] = sender
        take(ConversationEvent.send(number: count, message))
    }

    /// Carries out what is decided and what follows from it.
    private func work() {
        guard !isAtWork else { return }
        isAtWork = true
        while !steps.isEmpty {
            switch steps.removeFirst() {
            case .conversation(let action): carryOut(action)
            case .part(let action): carryOut(action)
            }
        }
        isAtWork = false
    }

    private func carryOut(_ action: ConversationAction) {
        switch action {
        case .write(let bytes): write(bytes)
        case .startTimer(let timer, let duration): start(.conversation(timer), duration)
        case .stopTimer(let timer): stop(.conversation(timer))
        case .received(let message): take(PartEvent.message(message))
        case .finished(let number, let outcome):
            switch senders.removeValue(forKey: number) {
            case .promise(let promise)?: promise.succeed(outcome)
            case .part(let number)?: take(PartEvent.sent(number: number, outcome))
            case nil: break
            }
        case .hangUp: context?.close(promise: nil)
        }
    }

    private func carryOut(_ action: PartAction) {
        switch action {
        case .send(let number, let message): post(message, .part(number))
        case .reply(let answer): take(ConversationEvent.reply(answer))
        case .startTimer(let duration): start(.part, duration)
        case .stopTimer: stop(.part)
        case .told(let news): desk.tell(news)
        }
    }

    private func write(_ bytes: [UInt8]) {
        guard let context, context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func start(_ timer: Timer, _ duration: Duration) {
        stop(timer)
        guard let context, context.channel.isActive else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timers[timer] = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { bound.value.fired(timer) }
    }

    private func stop(_ timer: Timer) { timers.removeValue(forKey: timer)?.cancel() }

    private func fired(_ timer: Timer) {
        timers[timer] = nil
        switch timer {
        case .conversation(let timer): take(ConversationEvent.timerFired(timer))
        case .part: take(PartEvent.timerFired)
        }
        work()
    }
}
