/// What a link accepts at most, so that no device can fill the memory or keep the line for ever.
public struct LinkLimits: Sendable, Equatable {
    /// Longest frame in bytes, STX to LF (LIS01-A2 6.3.1: 64,000).
    public var frameBytes = 64_000
    /// Longest message in bytes on the wire, all its frames together.
    public var messageBytes = 4 * 1024 * 1024
    /// Most bytes outside frames handed out as one `LinkToken.junk`, and most bytes of an overlong frame kept.
    public var junkBytes = 4096
    /// Bytes that may wait behind a frame whose commit is under way before the link stops reading. A sender that keeps to
    /// the standard sends none: it waits for the ACK.
    public var waitingBytes = 64 * 1024
    /// Control characters in a row that lead nowhere (ENQ after ENQ, refused ENQ, ACK, NAK) before the line is closed.
    /// A device that only polls sends EOT between its ENQs and never gets near.
    public var meaninglessCharacters = 1_000
    /// How often one frame is sent before the sender gives up (LIS01-A2 6.5.1.2: 6).
    public var frameAttempts = 6
    /// How often the sender asks for the line (ENQ) in one attempt to deliver, refusals and contentions together.
    public var enquiryAttempts = 6
    /// Messages that may wait to be sent, the one being sent included.
    public var queuedSends = 64

    /// The defaults above.
    public init() {}
}

/// The waiting times of the link (LIS01-A2 6.2 and 6.5.2).
public struct LinkTimers: Sendable, Equatable {
    /// Receiver in the transfer phase: silence after our reply before the line is given up (6.5.2.4: 30 s).
    public var receive: Duration = .seconds(30)
    /// Sender: wait for the answer to an ENQ or a frame (6.5.2.1, 6.5.2.3: 15 s).
    public var reply: Duration = .seconds(15)
    /// Sender: wait after a NAK to ENQ before asking again (6.2.6: at least 10 s).
    public var busy: Duration = .seconds(10)
    /// Contention, computer: wait for the instrument's next ENQ (6.5.2.2: 20 s).
    public var contentionComputer: Duration = .seconds(20)
    /// Contention, instrument: wait before the next ENQ (6.2.7.1: at least 1 s).
    public var contentionInstrument: Duration = .seconds(1)
    /// Sender which honoured an interrupt request: stay out of the establishment phase (6.3.5: at least 15 s).
    public var interruptPause: Duration = .seconds(15)
    /// From the moment the line has become neutral to our ENQ, if something waits to be sent: none, which still lets an ENQ
    /// that came together with the EOT go first.
    public var turnaround: Duration = .zero
    /// From asking for a save to the moment when the sender may have stopped waiting for our answer (its 15 s, less a
    /// margin for the way): an answer later than this is held back for `lateAnswer`.
    public var answerDue: Duration = .seconds(14)
    /// How long a late answer is held back: it goes out only to a sender that has said nothing more by then. After its EOT
    /// it would be taken for the answer to the next ENQ, and every further ACK for the one after it.
    public var lateAnswer: Duration = .seconds(2)
    /// Bare records without frames: silence after which a message without terminator is ended.
    public var unframed: Duration = .seconds(60)
    /// Bare records without frames: wait before a save that failed is tried again; nothing can be refused there.
    public var saveRetry: Duration = .seconds(5)

    /// The standard's values.
    public init() {}
}

/// What to do with a frame whose checksum is wrong or absent.
public enum ChecksumPolicy: Sendable, Hashable {
    /// Refuse it (LIS01-A2 6.5.1.1).
    case strict
    /// Accept it and say so in the frame's verdict: for devices with a known fault.
    case lenient
    /// Do not look at it: for devices which send none.
    case off
}
