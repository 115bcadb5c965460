import Core

/// What a link's last frames say about the line: a pure machine, fed with how each frame or message went.
///
/// It looks at the last `LinkHealth.window` frames. Where at most one of them was bad nothing is said: a line recovers by
/// itself, and so does this.
struct LinkHealth: Sendable, Equatable {
    /// Frames that are looked back on, in each direction.
    static let window = 40
    /// Bytes without a good frame, nearly all of them noise, after which the line counts as misread.
    static let noiseBytes = 2_000

    /// What was wrong with a frame, or with an HL7 message.
    enum Fault: UInt8, Sendable, CaseIterable {
        /// Its checksum.
        case checksum = 1
        /// It had no checksum.
        case checksumMissing
        /// It had no frame number.
        case frameNumber
        /// Its number was neither the next nor the last.
        case outOfSequence
        /// Bytes that belong to none came before it.
        case junk
        /// It was longer than is taken.
        case tooLong
        /// It broke off before its end.
        case brokenOff
        /// No parser understood it.
        case unreadable
        /// It was full of bytes no text holds, as a wrong parity or speed makes them.
        case garbage
    }

    /// What happened.
    enum Event: Sendable, Equatable {
        /// A frame was taken.
        case good
        /// A frame was refused, or skipped.
        case bad(Fault)
        /// ENQ, EOT, ACK or NAK came.
        case control
        /// Bytes came that belong to no frame; pieces that follow each other count as one fault.
        case noise(bytes: Int)
        /// The device answered one of our frames.
        case answered(accepted: Bool)
        /// So many bytes wait for the device to read them; 0 when it reads again.
        case waiting(bytes: Int)
    }

    /// What the sentences are about.
    enum Unit: Sendable, Equatable {
        /// Frames of LIS01, and the wire they come over.
        case frame(isSerial: Bool)
        /// HL7 messages in MLLP blocks.
        case message
        /// Blocks of a device's own format, and the wire they come over.
        case block(isSerial: Bool)
    }

    let unit: Unit
    /// How long a device may be silent; nil where that means nothing.
    let silence: Duration?
    /// The last frames received, oldest first; nil for a good one.
    private(set) var incoming = Window()
    /// How our last frames were answered; a refused one is a fault.
    private(set) var outgoing = Window()
    /// Bytes since the last good frame: noise and damaged frames, and control characters.
    private(set) var noise = 0
    private(set) var controls = 0
    private(set) var waitingBytes = 0
    /// When the device was heard last.
    private(set) var heard: Timestamp?
    /// When something was last wrong.
    private(set) var lastFault: Timestamp?
    private var isInNoise = false

    /// A link of which nothing is known.
    init(unit: Unit = .frame(isSerial: false), silence: Duration? = nil) {
        self.unit = unit
        self.silence = silence
    }

    /// Takes note of what happened. `moment` is asked for where something is wrong, and where silence counts.
    mutating func record(_ event: Event, at moment: () -> Timestamp) {
        if silence != nil, event.isHeard { heard = moment() }
        if case .noise(let bytes) = event {
            noise += bytes
            if !isInNoise || noise >= Self.noiseBytes { lastFault = moment() }
            if !isInNoise { incoming.add(.junk) }
            isInNoise = true
            return
        }
        switch event {
        case .good:
            incoming.add(nil)
            noise = 0
            controls = 0
        case .bad(let fault):
            incoming.add(fault)
            lastFault = moment()
        case .control: controls += 1
        case .answered(let accepted):
            outgoing.add(accepted ? nil : .checksum)
            if !accepted { lastFault = moment() }
        case .waiting(let bytes):
            waitingBytes = bytes
            if bytes > 0 { lastFault = moment() }
            return
        case .noise: break
        }
        isInNoise = false
    }

    /// A frame's own bytes belong to no text, as far as one can tell: they count as noise too.
    mutating func addNoise(bytes: Int) { noise += bytes }

    /// Whether more of these bytes than of any text are NUL, or have the eighth bit set: a wrong parity, number of data
    /// bits or speed.
    static func isGarbage(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count >= 8 && bytes.count { $0 >= 0x80 || $0 == 0 } * 4 > bytes.count
    }

    /// The outcomes of the last frames.
    struct Window: Sendable, Equatable {
        /// Fault codes, 0 for a good frame, written round and round.
        private var outcomes: [UInt8] = []
        private var next = 0

        mutating func add(_ fault: Fault?) {
            let code = fault?.rawValue ?? 0
            if outcomes.count < LinkHealth.window {
                outcomes.append(code)
            } else {
                outcomes[next] = code
                next = (next + 1) % LinkHealth.window
            }
        }

        /// Frames looked back on.
        var count: Int { outcomes.count }
        /// Bad ones among them.
        var bad: Int { outcomes.count { $0 != 0 } }
        /// The most frequent fault and how often it came; of two as frequent the one named first.
        var worst: (fault: Fault, count: Int)? {
            let counts = Fault.allCases.map { fault in (fault, outcomes.count { $0 == fault.rawValue }) }
            return counts.filter { $0.1 > 0 }.max { $0.1 < $1.1 || ($0.1 == $1.1 && $0.0.rawValue > $1.0.rawValue) }
        }
    }
}

extension LinkHealth.Event {
    /// Whether it shows that the device says something.
    fileprivate var isHeard: Bool {
        if case .waiting = self { false } else { true }
    }
}
