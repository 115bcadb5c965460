import Blocks
import Core
import NIOCore
import Profiles

extension BlockLinkHandler {
    /// Takes messages for this connection from any thread.
    func outgoingLine(_ context: ChannelHandlerContext) -> DeviceOutlet.Line {
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        return DeviceOutlet.Line { message, done in
            loop.execute {
                let (handler, context) = bound.value
                handler.send(message, context, done)
                handler.flush(context)
            }
        }
    }

    @discardableResult
    private func send(
        _ message: OutboundMessage, _ context: ChannelHandlerContext, _ done: @escaping OutgoingMessages.Done
    ) -> Int? {
        guard !peerIsGone else {
            done(.notConnected)
            return nil
        }
        // Without acknowledgements only a full socket tells that nobody reads.
        guard context.channel.isWritable else {
            done(.notSent("the device does not read"))
            return nil
        }
        let number = sending.add(message, done)
        decide(.send(number: number, blocks: [message.content]), context)
        return number
    }

    /// Answers the query in a message that is stored, if there is one, over this connection.
    func answer(_ text: [UInt8], _ context: ChannelHandlerContext) {
        guard let desk, let query = desk.query(in: text) else { return }
        // A newer query ends the one before.
        newestQuery = query
        for number in waitingAnswers { decide(.withdraw(number: number), context) }
        lookUp(context)
    }

    /// Looks up the newest query, one at a time, however many come meanwhile.
    private func lookUp(_ context: ChannelHandlerContext) {
        guard !isLookingUp, !peerIsGone, let desk, let query = newestQuery else { return }
        newestQuery = nil
        isLookingUp = true
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        desk.answer(query) { answer in
            loop.execute {
                let (handler, context) = bound.value
                handler.isLookingUp = false
                if handler.newestQuery == nil { handler.send(answer?.following ?? [], context) }
                handler.lookUp(context)
            }
        }
    }

    private func send(_ messages: [OutboundMessage], _ context: ChannelHandlerContext) {
        waitingAnswers = messages.compactMap { message in
            send(message, context) { [status, device] outcome in
                if let text = outcome.remark { status.remark(device, text) }
            }
        }
        flush(context)
        giveUpInTime(context)
    }

    /// Takes answers back that still wait for the line when the analyser has stopped waiting for them.
    private func giveUpInTime(_ context: ChannelHandlerContext) {
        guard let within = desk?.profile.answersQueriesWithin, !waitingAnswers.isEmpty else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .nanoseconds(within.wholeMicroseconds * 1_000)) {
            [answers = waitingAnswers] in
            let (handler, context) = bound.value
            guard !handler.peerIsGone else { return }
            for number in answers where handler.sending.message(number) != nil {
                handler.decide(.withdraw(number: number), context)
                guard handler.sending.message(number) == nil else { continue }
                handler.status.remark(
                    handler.device, "The line was not free in time for the answer to a query, so that it was not sent.")
            }
            handler.flush(context)
        }
    }
}

extension SendOutcome {
    init(_ delivery: BlockLink.Delivery) {
        switch delivery {
        case .delivered: self = .taken
        case .failed(let failure):
            switch failure {
            case .unanswered, .refused, .linkLost: self = .failed(failure.sentence)
            case .noBlocks, .queueFull: self = .notSent(failure.sentence)
            case .withdrawn: self = .superseded
            }
        }
    }
}
