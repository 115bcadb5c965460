import Core
import HL7
import NIOCore
import Profiles

/// Our messages on their way over one connection, and who wants to know how they fared.
struct OutgoingMessages {
    typealias Done = @Sendable (SendOutcome) -> Void

    private var count = 0
    private var waiting: [Int: (message: OutboundMessage, done: Done)] = [:]

    /// Keeps a message until it is done with; returns its number.
    mutating func add(_ message: OutboundMessage, _ done: @escaping Done) -> Int {
        count += 1
        waiting[count] = (message, done)
        return count
    }

    /// The message with this number.
    func message(_ number: Int) -> OutboundMessage? { waiting[number]?.message }

    /// Tells how a message fared.
    mutating func finish(_ number: Int, _ outcome: SendOutcome) {
        let done = waiting.removeValue(forKey: number)?.done
        done?(outcome)
    }
}

extension MLLPHandler {
    /// Takes messages for this connection from any thread.
    func outgoingLine(_ context: ChannelHandlerContext) -> DeviceOutlet.Line {
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        return DeviceOutlet.Line { message, done in
            loop.execute {
                let (handler, context) = bound.value
                handler.send(message, context, done)
            }
        }
    }

    /// Sends the orders a query asked for, each when the one before is done with, however many there are; what becomes of
    /// them is told on the device's line.
    func send(following messages: ArraySlice<OutboundMessage>, _ context: ChannelHandlerContext) {
        guard let first = messages.first else { return }
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        send(first, context) { [remark] outcome in
            if let text = outcome.remark { remark(text) }
            if outcome == .notConnected { return }
            loop.execute {
                let (handler, context) = bound.value
                handler.send(following: messages.dropFirst(), context)
            }
        }
    }

    private func send(
        _ message: OutboundMessage, _ context: ChannelHandlerContext, _ done: @escaping OutgoingMessages.Done
    ) {
        guard !peerIsGone else { return done(.notConnected) }
        let number = sending.add(message, done)
        let request = HL7Exchange.Request(
            number: number, controlID: message.controlID ?? "", bytes: message.content,
            awaitsAnswer: message.awaitsAnswer)
        carryOut(exchange.handle(.send(request)), context)
    }

    /// Takes a message that answers one of ours; false when it is a message of its own.
    func takeAnswer(_ bytes: [UInt8], _ context: ChannelHandlerContext) -> Bool {
        let inFlight = exchange.inFlight.flatMap { sending.message($0.number) }
        guard let found = acceptor.answer(in: bytes, to: inFlight) else { return false }
        let isExpected = found.controlID == inFlight?.controlID && inFlight != nil
        if isExpected, let acknowledgement = found.acknowledgement { write(acknowledgement, context) }
        carryOut(exchange.handle(.answered(controlID: found.controlID, found.answer)), context)
        return isExpected
    }

    func carryOut(_ actions: [HL7Exchange.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .send(let bytes): write(bytes, context)
            case .startTimer(let duration): startAnswerTimer(duration, context)
            case .stopTimer: answerDeadline.clear()
            case .finished(let number, let outcome): sending.finish(number, SendOutcome(outcome))
            case .hangUp: context.close(promise: nil)
            case .strayAnswer:
                remark("An answer came to a message that is not in flight (MSA-2); it was kept and changes nothing.")
            }
        }
        stopIfIdle(context)
    }

    private func startAnswerTimer(_ duration: Duration, _ context: ChannelHandlerContext) {
        let due = context.eventLoop.now + .nanoseconds(duration.wholeMicroseconds * 1_000)
        if let check = answerDeadline.set(to: due) { schedule(at: check, context) { $0.checkAnswer($1) } }
    }

    private func checkAnswer(_ context: ChannelHandlerContext) {
        switch answerDeadline.check(now: context.eventLoop.now) {
        case .nothing: break
        case .again(let moment): schedule(at: moment, context) { $0.checkAnswer($1) }
        case .fire: carryOut(exchange.handle(.timerFired), context)
        }
    }
}

extension SendOutcome {
    init(_ outcome: HL7Exchange.Outcome) {
        switch outcome {
        case .accepted: self = .taken
        case .refused(let words): self = .refused(words)
        case .unanswered: self = .failed("the device gave no answer in time, and the connection was closed")
        case .linkLost: self = .failed("the connection ended before the device answered")
        case .notSent: self = .notSent("the connection ended first")
        case .queueFull: self = .notSent("\(HL7Exchange.mostWaiting) messages wait for the device already")
        }
    }

    /// What a technician should read about an order that a query asked for; nil when all is well.
    var remark: String? {
        switch self {
        case .taken, .superseded: nil
        // Its words may quote the order: they stand in the trace.
        case .refused: "It refused an order that it had asked for. Its words stand in its trace."
        case .failed(let why), .notSent(let why): "An order that it had asked for was not delivered: \(why)."
        case .notConnected: "It hung up before its query was answered."
        }
    }
}
