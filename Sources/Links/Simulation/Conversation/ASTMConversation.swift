import ASTM
import Core
import Profiles

/// LIS01 in either role, or bare records: the link's own machines, with a save that always succeeds at once, since a
/// simulated peer stores nothing.
struct ASTMConversation<Link: DuplexLink>: SimulatedConversation {
    private var link: Link
    private var decoder: LinkDecoder
    private let settings: LinkSettings
    private let trailer: Duration
    /// The parts of the open message.
    private var open: [UInt8] = []
    private var isTrailerTimed = false

    /// - Parameter refuses: ENQ is answered with NAK.
    init(link: Link, decoder: LinkDecoder, settings: LinkSettings, times: SimulatedTimes, refuses: Bool) {
        self.link = link
        self.decoder = decoder
        self.settings = settings
        trailer = times.trailer
        self.link.isAccepting = !refuses
    }

    mutating func handle(_ event: ConversationEvent) -> [ConversationAction] {
        var actions: [ConversationAction] = []
        switch event {
        case .bytes(let bytes):
            decoder.append(bytes)
            drain(&actions)
        case .send(let number, let message): send(number, message, &actions)
        // In ASTM the link's ACK is the whole answer.
        case .reply: break
        case .timerFired(.receiver): decide(.timerFired(.receiver), &actions)
        case .timerFired(.sender): decide(.timerFired(.sender), &actions)
        case .timerFired(.trailer):
            isTrailerTimed = false
            flush(&actions)
        case .lineLost:
            flush(&actions)
            decide(.linkLost, &actions)
            return actions
        }
        watchTrailer(&actions)
        return actions
    }

    private mutating func send(_ number: Int, _ message: OutboundMessage, _ actions: inout [ConversationAction]) {
        do throws(FrameEncoder.RestrictedCharacter) {
            decide(.send(number: number, frames: try frames(message.content)), &actions)
        } catch {
            actions.append(.finished(number: number, .refused("it cannot be sent: \(error)")))
        }
    }

    private func frames(_ text: [UInt8]) throws(FrameEncoder.RestrictedCharacter) -> [[UInt8]] {
        guard settings.framing == .frames else { return [text] }
        var encoder = FrameEncoder(
            textBytes: settings.sendTextBytes, layout: settings.sendsRecordPerFrame ? .recordPerFrame : .filled)
        return try encoder.frames(text)
    }

    // MARK: - Reading

    private mutating func drain(_ actions: inout [ConversationAction]) {
        while let token = decoder.next() { decide(.token(token), &actions) }
    }

    private mutating func flush(_ actions: inout [ConversationAction]) {
        while let token = decoder.flush() {
            decide(.token(token), &actions)
            drain(&actions)
        }
    }

    private mutating func watchTrailer(_ actions: inout [ConversationAction]) {
        if decoder.isHeldBySilence {
            isTrailerTimed = true
            actions.append(.startTimer(.trailer, trailer))
        } else if isTrailerTimed {
            isTrailerTimed = false
            actions.append(.stopTimer(.trailer))
        }
    }

    // MARK: - The link's actions

    private mutating func decide(_ event: LinkMachine.Event, _ actions: inout [ConversationAction]) {
        var saves: [Save] = []
        for action in link.handle(event) {
            switch action {
            case .sendControl(let character): actions.append(.write([character.rawValue]))
            case .sendFrame(let bytes): actions.append(.write(bytes))
            case .save(let save): saves.append(save)
            case .startTimer(let timer, let duration): actions.append(.startTimer(ConversationTimer(timer), duration))
            case .stopTimer(let timer): actions.append(.stopTimer(ConversationTimer(timer)))
            case .finished(let number, let delivery):
                actions.append(.finished(number: number, SimulationOutcome(delivery)))
            case .hangUp: actions.append(.hangUp)
            case .note: break
            }
        }
        for save in saves {
            let messages = messages(with: save)
            decide(.saved(save.token), &actions)
            actions += messages.map { .received($0) }
        }
    }

    /// The whole messages that this part completes; what broke off comes again.
    private mutating func messages(with save: Save) -> [[UInt8]] {
        if save.part == 0 { open = [] }
        open += save.bytes
        switch save.ending {
        case .open, .incomplete(.receiveTimeout), .incomplete(.linkLost), .incomplete(.restartedByEnquiry),
            .incomplete(.headerBeforeTerminator), .incomplete(.tooLong):
            return []
        case .complete, .incomplete(.eotBeforeTerminator):
            defer { open = [] }
            return LinkTranscript.messages(in: open, checksum: .off).messages.map(\.text)
        }
    }
}

extension ConversationTimer {
    fileprivate init(_ timer: LinkMachine.Timer) {
        switch timer {
        case .receiver: self = .receiver
        case .sender: self = .sender
        }
    }
}

extension SimulationOutcome {
    fileprivate init(_ delivery: LinkMachine.Delivery) {
        switch delivery {
        case .delivered: self = .accepted
        case .failed(.linkLost): self = .lost("the connection ended")
        case .failed(let failure):
            switch failure {
            case .enquiryUnanswered, .frameUnanswered: self = .lost(failure.sentence)
            case .noFrames, .enquiryRefused, .frameRefused, .queueFull, .withdrawn, .linkLost:
                self = .refused(failure.sentence)
            }
        }
    }
}
