import Blocks
import Profiles

/// Blocks of a device's own in either role: as the analyser sends its blocks and hears what answers them, so the host does.
/// The link's own machine does both, with a save that always succeeds at once.
struct BlockConversation: SimulatedConversation {
    private let profile: Profile
    private var decoder: BlockDecoder
    private var link: BlockLink
    private var open: [UInt8] = []
    private var isSilenceTimed = false

    /// - Parameters:
    ///   - isAnalyser: answers our blocks as the device does; a host's part is the profile's dialogue.
    ///   - refuses: every block is answered with the profile's bad answer.
    init(profile: Profile, times: SimulatedTimes, isAnalyser: Bool, refuses: Bool) {
        self.profile = profile
        let rules = profile.blocks
        decoder = BlockDecoder(rules.framing)
        var dialogue = rules.dialogue
        if isAnalyser {
            // What the host sends are blocks one by one; and it answers ours wherever it answers at all.
            dialogue.series = nil
            dialogue.replies = []
            dialogue.answers = [:]
            dialogue.isAnswered = dialogue.good != nil
        }
        var timers = BlockTimers()
        timers.answer = times.answer
        var limits = BlockLimits()
        limits.attempts = 1
        link = BlockLink(framing: rules.framing, dialogue: dialogue, timers: timers, limits: limits)
        link.isAccepting = !refuses
    }

    mutating func handle(_ event: ConversationEvent) -> [ConversationAction] {
        var actions: [ConversationAction] = []
        switch event {
        case .bytes(let bytes):
            decoder.append(bytes)
            drain(&actions)
        case .send(let number, let message):
            let blocks = profile.blockTexts(message.content)
            decide(.send(number: number, blocks: blocks), &actions)
        // The link's answer is the whole answer.
        case .reply: break
        case .timerFired(.receiver): decide(.timerFired(.receiver), &actions)
        case .timerFired(.sender): decide(.timerFired(.sender), &actions)
        case .timerFired(.trailer):
            isSilenceTimed = false
            if let token = decoder.flush() { decide(.token(token), &actions) }
            drain(&actions)
        case .lineLost:
            while let token = decoder.flush() { decide(.token(token), &actions) }
            decide(.linkLost, &actions)
            return actions
        }
        watchSilence(&actions)
        return actions
    }

    private mutating func drain(_ actions: inout [ConversationAction]) {
        while let token = decoder.next() { decide(.token(token), &actions) }
    }

    private mutating func watchSilence(_ actions: inout [ConversationAction]) {
        if decoder.isHeldBySilence {
            isSilenceTimed = true
            actions.append(.startTimer(.trailer, profile.blocks.framing.silence))
        } else if isSilenceTimed {
            isSilenceTimed = false
            actions.append(.stopTimer(.trailer))
        }
    }

    private mutating func decide(_ event: BlockLink.Event, _ actions: inout [ConversationAction]) {
        var saves: [BlockSave] = []
        for action in link.handle(event) {
            switch action {
            case .sendBytes(let bytes): actions.append(.write(bytes))
            case .save(let save): saves.append(save)
            case .startTimer(let timer, let duration): actions.append(.startTimer(ConversationTimer(timer), duration))
            case .stopTimer(let timer): actions.append(.stopTimer(ConversationTimer(timer)))
            case .finished(let number, let delivery):
                actions.append(.finished(number: number, SimulationOutcome(delivery)))
            case .note: break
            }
        }
        for save in saves {
            if save.part == 0 { open = [] }
            open += save.bytes
            let message = open
            decide(.saved(save.token), &actions)
            if save.ending == .complete { actions.append(.received(message)) }
        }
    }
}

extension ConversationTimer {
    fileprivate init(_ timer: BlockLink.Timer) {
        switch timer {
        case .receiver: self = .receiver
        case .sender: self = .sender
        }
    }
}

extension SimulationOutcome {
    fileprivate init(_ delivery: BlockLink.Delivery) {
        switch delivery {
        case .delivered: self = .accepted
        case .failed(.unanswered): self = .lost("the other side did not answer a block")
        case .failed(.refused): self = .refused("the other side refused a block")
        case .failed(.linkLost): self = .lost("the connection ended")
        case .failed(let failure): self = .refused(failure.sentence)
        }
    }
}
