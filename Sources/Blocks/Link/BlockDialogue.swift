/// What is answered to a device of blocks, as data.
public struct BlockDialogue: Hashable, Sendable {
    /// Which blocks: those whose text begins with one of these.
    public struct Match: Hashable, Sendable {
        /// Beginnings of a text.
        public var prefixes: [[UInt8]]

        /// Blocks that begin so.
        public init(prefixes: [[UInt8]]) { self.prefixes = prefixes }

        /// Whether a text is one of them.
        public func holds(for text: some Collection<UInt8>) -> Bool { prefixes.contains { text.starts(with: $0) } }
    }

    /// Several blocks that make one message.
    public struct Series: Hashable, Sendable {
        /// Its first block.
        public var begins: Match
        /// Its last block.
        public var ends: Match
        /// Longest silence within it; then it ends as it stands.
        public var within: Duration

        /// A series.
        public init(begins: Match, ends: Match, within: Duration) {
            self.begins = begins
            self.ends = ends
            self.within = within
        }
    }

    /// A fixed answer to some blocks.
    public struct Reply: Hashable, Sendable {
        /// To which.
        public var to: Match
        /// Its text, without framing; nil: none, the good answer alone.
        public var text: [UInt8]?
        /// Whether the block is a message as well, kept before it is answered; otherwise it only asks (a poll).
        public var isKept: Bool

        /// An answer.
        public init(to: Match, text: [UInt8]?, isKept: Bool = false) {
            self.to = to
            self.text = text
            self.isKept = isKept
        }
    }

    /// Control characters between blocks, and what is sent at once for each.
    public var answers: [UInt8: [UInt8]] = [:]
    /// What follows a block that is durable; nil: nothing.
    public var good: [UInt8]?
    /// What follows a block that is refused; nil: nothing.
    public var bad: [UInt8]?
    /// How long the device waits for either after its block; a later one is left out. Nil: it waits as long as it takes.
    public var answerWithin: Duration?
    /// Nil: every block is a message.
    public var series: Series?
    /// Fixed answers, the first that fits.
    public var replies: [Reply] = []
    /// Whether the device answers our blocks with `good` and `bad`: then one is on its way at a time.
    public var isAnswered = false

    /// A dialogue in which nothing is answered.
    public init() {}
}

/// The clocks of a link of blocks.
public struct BlockTimers: Hashable, Sendable {
    /// How long the device may take to answer a block of ours.
    public var answer = Duration.seconds(5)
    /// When a save that failed, and cannot be refused, is tried again.
    public var saveRetry = Duration.seconds(5)

    /// The usual ones.
    public init() {}
}

/// The bounds of a link of blocks.
public struct BlockLimits: Hashable, Sendable {
    /// Longest message, its blocks with their framing together, in bytes.
    public var messageBytes = 16 << 20
    /// How often a block of ours is sent before it is given up.
    public var attempts = 3
    /// Messages of ours that wait.
    public var queuedSends = 64

    /// The usual ones.
    public init() {}
}
