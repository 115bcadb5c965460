/// A link of blocks as a pure machine: events in, actions out, for devices that speak neither ASTM nor HL7.
///
/// A block that is kept is answered only after the save that contains it succeeded. Where the device cannot be refused a
/// save that failed is tried again, and meanwhile it feels that nothing is read. Messages of ours go out whenever no save is
/// under way, one at a time where the device answers them; a device that polls gets them in place of the fixed reply.
public struct BlockLink: Sendable {
    /// The clocks of a link; at most one of each runs.
    public enum Timer: Hashable, Sendable, CaseIterable {
        /// Of what we receive.
        case receiver
        /// Of what we send.
        case sender
    }

    /// What can happen.
    public enum Event: Hashable, Sendable {
        /// The decoder saw something. Not while `isWaitingForSave`.
        case token(BlockToken)
        /// This timer, as it was started last, ran out.
        case timerFired(Timer)
        /// The bytes are durable.
        case saved(BlockSaveToken)
        /// The bytes are not durable.
        case saveFailed(BlockSaveToken)
        /// The connection ended; what came before was handed in.
        case linkLost
        /// Send this message: the texts of its blocks, without framing. `number` comes back in `finished`, once.
        case send(number: Int, blocks: [[UInt8]])
        /// The message with this number is no longer wanted; once it is on the wire nothing changes.
        case withdraw(number: Int)
    }

    /// What to do, in this order.
    public enum Action: Hashable, Sendable {
        /// Send these bytes: an answer, or a framed block.
        case sendBytes([UInt8])
        /// Make these bytes durable and report the outcome.
        case save(BlockSave)
        /// Start this timer, or start it again.
        case startTimer(Timer, Duration)
        /// Stop this timer.
        case stopTimer(Timer)
        /// The message of the `send` with this number has arrived, or has not.
        case finished(number: Int, Delivery)
        /// For the trace and the counters.
        case note(BlockNote)
    }

    /// How a `send` ended.
    public enum Delivery: Hashable, Sendable {
        /// The device accepted every block, or they are on the wire and it answers nothing.
        case delivered
        /// Not all of it is known to have arrived.
        case failed(Failure)
    }

    /// Why a message of ours was given up.
    public enum Failure: Hashable, Sendable {
        /// There was nothing to send.
        case noBlocks
        /// No answer to the block with this index, each time.
        case unanswered(block: Int)
        /// The device refused the block with this index, each time.
        case refused(block: Int)
        /// Too many messages wait already.
        case queueFull
        /// It was taken back.
        case withdrawn
        /// The connection ended.
        case linkLost
    }

    /// Where the receiving side stands.
    enum State: Hashable, Sendable {
        /// The next block is taken.
        case ready
        /// A block is not yet durable. Success and failure lead to `ready`, or to `waiting` where nothing can be refused.
        case saving(BlockSave, After)
        /// The save failed and cannot be refused. The timer and a lost link lead to `saving`.
        case waiting(BlockSave, After)
    }

    /// What follows a save.
    enum After: Hashable, Sendable {
        /// The good answer, then this text of ours, if there is one.
        case answer([UInt8]?)
        /// The message is closed: take this block.
        case take(Block)
        /// Nothing.
        case rest
    }

    /// How it stands with the time that the device waits for the answer to its block.
    enum AnswerTime: Hashable, Sendable {
        /// Nothing is measured.
        case unmeasured
        /// The receiver's timer measures it.
        case running
        /// It is over: the device has stopped waiting.
        case over
    }

    /// A message of several blocks that is not whole yet.
    struct Open: Hashable, Sendable {
        var number: Int
        var parts: Int
        var bytes: Int
    }

    /// One message to be sent.
    struct Letter: Hashable, Sendable {
        let number: Int
        let blocks: [[UInt8]]
        /// The block on the wire, or next.
        var index = 0
        var attempts = 0
    }

    /// How blocks are marked.
    public let framing: BlockFraming
    let dialogue: BlockDialogue
    let timers: BlockTimers
    let limits: BlockLimits
    var state = State.ready
    var answerTime = AnswerTime.unmeasured
    var open: Open?
    var letters: [Letter] = []
    /// The first letter's block waits for its answer.
    var isAwaitingAnswer = false
    var messages = 0
    var saves = 0
    var isLost = false

    /// While `false`, blocks that would be kept are refused where they can be; what asks is answered all the same.
    public var isAccepting = true

    /// A link with nothing on it.
    public init(
        framing: BlockFraming, dialogue: BlockDialogue, timers: BlockTimers = BlockTimers(),
        limits: BlockLimits = BlockLimits()
    ) {
        self.framing = framing
        self.dialogue = dialogue
        self.timers = timers
        self.limits = limits
    }

    /// A save is under way or about to be tried again: hand in no tokens until its outcome is reported (back-pressure).
    public var isWaitingForSave: Bool { state != .ready }

    /// No message is being received, and none of ours waits for its answer.
    public var isNeutral: Bool { state == .ready && open == nil && !isAwaitingAnswer }

    /// A message of ours is on the wire and not answered yet.
    public var isSending: Bool { isAwaitingAnswer }

    /// Messages of ours without an outcome so far.
    public var queuedSends: Int { letters.count }

    /// Takes one event and says what to do; in no state does an event trap.
    public mutating func handle(_ event: Event) -> [Action] {
        var actions: [Action]
        switch event {
        case .token(let token): actions = isWaitingForSave ? [.note(.tokenDuringSave)] : take(token)
        case .timerFired(.receiver): actions = receiverTimerFired()
        case .timerFired(.sender): actions = senderTimerFired()
        case .saved(let token): actions = settle(token, isSaved: true)
        case .saveFailed(let token): actions = settle(token, isSaved: false)
        case .linkLost: actions = lose()
        case .send(let number, let blocks): actions = post(Letter(number: number, blocks: blocks))
        case .withdraw(let number): actions = withdraw(number)
        }
        if !sendsWhenPolled { actions += sendNext() }
        return actions
    }
}

extension BlockLink.Action: PrintsRedacted {
    /// The action without the bytes.
    public var description: String {
        switch self {
        case .sendBytes(let bytes): "send \(bytes.count) bytes"
        case .save(let save): save.description
        case .startTimer(let timer, let duration): "start \(timer) timer \(duration)"
        case .stopTimer(let timer): "stop \(timer) timer"
        case .finished(let number, let delivery): "finished \(number) \(delivery)"
        case .note(let note): "note \(note)"
        }
    }
}

extension BlockLink.Event: PrintsRedacted {
    /// The event without the text of a block.
    public var description: String {
        switch self {
        case .token(let token): token.description
        case .timerFired(let timer): "\(timer) timer fired"
        case .saved(let token): "saved \(token.number)"
        case .saveFailed(let token): "save \(token.number) failed"
        case .linkLost: "link lost"
        case .send(let number, let blocks): "send \(number), \(blocks.count) blocks"
        case .withdraw(let number): "withdraw \(number)"
        }
    }
}

extension BlockLink: PrintsRedacted {
    /// Where the link stands.
    public var description: String {
        "block link, \(isWaitingForSave ? "saving" : isNeutral ? "neutral" : "busy"), \(messages) messages, "
            + "\(letters.count) to send"
    }
}
