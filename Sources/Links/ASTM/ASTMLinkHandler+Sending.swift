import ASTM
import Core
import NIOCore
import Profiles

/// What an ASTM connection needs to speak by itself: the answers to queries, and how our text is cut into frames.
struct ASTMDialogue: Sendable {
    let desk: QueryDesk
    let settings: LinkSettings

    /// What the link is handed for a text: its frames, or the text itself where there are none.
    func frames(_ text: [UInt8]) throws(FrameEncoder.RestrictedCharacter) -> [[UInt8]] {
        guard settings.framing == .frames else { return [text] }
        var encoder = FrameEncoder(
            textBytes: settings.sendTextBytes, layout: settings.sendsRecordPerFrame ? .recordPerFrame : .filled)
        return try encoder.frames(text)
    }
}

extension ASTMLinkHandler {
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
        guard !peerIsGone, let dialogue else {
            done(.notConnected)
            return nil
        }
        // Without acknowledgements only a full socket tells that nobody reads.
        guard context.channel.isWritable else {
            done(.notSent("the device does not read"))
            return nil
        }
        do throws(FrameEncoder.RestrictedCharacter) {
            let frames = try dialogue.frames(message.content)
            let number = sending.add(message, done)
            decide(.send(number: number, frames: frames), context)
            return number
        } catch {
            done(.notSent("it cannot be written for this device: \(error)"))
            return nil
        }
    }

    /// Answers the query in a message that is stored, if there is one, over this connection.
    func answer(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard let dialogue else { return }
        for message in LinkTranscript.messages(in: bytes, checksum: .off).messages {
            guard let query = dialogue.desk.query(in: message.text) else { continue }
            // One query is outstanding (LIS02-A2 11): a newer one, or Q.13 = A, ends the one before.
            newestQuery = query
            for number in waitingAnswers { decide(.withdraw(number: number), context) }
            lookUp(context)
        }
    }

    /// Looks up the newest query, one at a time, however many come meanwhile.
    private func lookUp(_ context: ChannelHandlerContext) {
        guard !isLookingUp, !peerIsGone, let dialogue, let query = newestQuery else { return }
        newestQuery = nil
        isLookingUp = true
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        dialogue.desk.answer(query) { answer in
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
        guard let within = dialogue?.desk.profile.answersQueriesWithin, !waitingAnswers.isEmpty else { return }
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
    init(_ delivery: LinkMachine.Delivery) {
        switch delivery {
        case .delivered: self = .taken
        case .failed(let failure):
            switch failure {
            case .frameUnanswered, .frameRefused, .linkLost: self = .failed(failure.hostSentence)
            case .noFrames, .enquiryUnanswered, .enquiryRefused, .queueFull: self = .notSent(failure.hostSentence)
            case .withdrawn: self = .superseded
            }
        }
    }
}

extension LinkSender.Failure {
    /// Why a message did not reach the analyser, as the end of a sentence.
    var hostSentence: String {
        switch self {
        case .noFrames: "there was nothing to send"
        case .enquiryUnanswered: "the analyser did not answer ENQ: is it set to receive orders from the host?"
        case .enquiryRefused: "the analyser refused ENQ each time: it is busy, or not set to receive orders"
        case .frameUnanswered(let index): "the analyser did not answer frame \(index + 1)"
        case .frameRefused(let index): "the analyser refused frame \(index + 1) each time"
        case .queueFull: "too many messages wait for the analyser already"
        case .withdrawn: "a newer query took its place"
        case .linkLost: "the connection ended"
        }
    }
}
