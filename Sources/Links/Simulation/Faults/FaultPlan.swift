/// Does the faults that were asked for to what passes between a protocol and its line, as a pure machine: pieces and
/// bytes in, steps out. The protocol's own machines know nothing of it.
public struct FaultPlan: Sendable {
    /// What to do, in this order.
    public enum Step: Equatable, Sendable {
        /// Write these bytes to the line, in a write of their own.
        case write([UInt8])
        /// Hand these bytes to the protocol.
        case deliver([UInt8])
        /// Something is held back: call `released` after a short while.
        case hold
        /// Cut the line.
        case hangUp
    }

    private let speech: SimulatedSpeech
    private var counters: [SimulatedFault: FaultCounter] = [:]
    private var random: SeededGenerator
    /// Held back to be sent with what follows.
    private var held: [UInt8] = []
    /// The frame to be sent again when its ACK comes, which is lost.
    private var repeated: [UInt8]?
    /// The block that is coming in, where its end decides what becomes of it.
    private var gathered: [UInt8] = []
    /// After how many messages nothing is sent any more.
    private let messagesBeforeSilence: Int?
    private var messages = 0

    /// Most bytes of one incoming block that are kept until its end.
    static let gatheredBytes = 4 * 1024 * 1024

    /// - Parameters:
    ///   - requests: the faults; those that do not fit the speech do nothing.
    ///   - speech: what travels on the line.
    ///   - seed: decides which of every N pieces is struck; nil: the N-th.
    public init(_ requests: [FaultRequest] = [], speech: SimulatedSpeech, seed: UInt64? = nil) {
        self.speech = speech
        random = SeededGenerator(seed: seed ?? 0)
        messagesBeforeSilence = requests.first { $0.fault == .silence }?.every
        for request in requests where request.fault != .silence && request.fault.fits(speech) {
            counters[request.fault] = FaultCounter(every: request.every, isDrawn: seed != nil, &random)
        }
    }

    /// A new connection: what was under way on the one before is forgotten.
    public mutating func connected() {
        held = []
        gathered = []
        repeated = nil
    }

    private var isSilent: Bool { messagesBeforeSilence.map { messages > $0 } ?? false }

    private mutating func strikes(_ fault: SimulatedFault) -> Bool {
        counters[fault]?.strikes(&random) ?? false
    }

    // MARK: - What we send

    /// One piece that the protocol sends: a control character, a frame, a block, or bare records.
    public mutating func outgoing(_ piece: [UInt8]) -> [Step] {
        let kind = WirePiece(piece, speech)
        repeated = nil
        if kind.beginsMessage { messages += 1 }
        if isSilent || isLost(kind) { return [] }
        var bytes = piece
        if kind == .frame, strikes(.wrongChecksum) { bytes = WirePiece.withWrongChecksum(bytes) }
        if kind == .answer, strikes(.wrongControlID) { bytes = WirePiece.withOtherControlID(bytes) }
        if kind.carriesMessage {
            if strikes(.hangUp) {
                defer { held = [] }
                return [.write(held + bytes.prefix(max(1, bytes.count / 2))), .hangUp]
            }
            if kind == .frame, strikes(.duplicateFrame) { repeated = bytes }
            if speech == .blocks, strikes(.brokenBlock) { bytes.removeLast(min(2, bytes.count)) }
            if strikes(.noise) { bytes = noise() + bytes }
        }
        if kind.canWait, strikes(.merge) {
            held += bytes
            return [.hold]
        }
        let whole = held + bytes
        held = []
        return strikes(.split) ? whole.map { .write([$0]) } : [.write(whole)]
    }

    /// What was held back has waited long enough.
    public mutating func released() -> [Step] {
        defer { held = [] }
        return held.isEmpty ? [] : [.write(held)]
    }

    private mutating func isLost(_ kind: WirePiece) -> Bool {
        switch kind {
        case .ack: strikes(.lostACK)
        case .frame: strikes(.lostFrame)
        case .answer:
            // Both are asked, so that each counts for itself.
            [strikes(.lostACK), strikes(.noACK)].contains(true)
        case .enq, .eot, .otherControl, .message, .records: false
        }
    }

    private mutating func noise() -> [UInt8] {
        let length = Int.random(in: 1...8, using: &random)
        return (0..<length).map { _ in UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &random) }
    }

    // MARK: - What comes

    /// Bytes that came from the line, however they were cut.
    public mutating func incoming(_ bytes: [UInt8]) -> [Step] {
        switch speech {
        case .frames: incomingFrames(bytes)
        case .records: [.deliver(bytes)]
        case .ownBlocks: incomingAnswers(bytes)
        case .blocks:
            counters[.lostACK] == nil && messagesBeforeSilence == nil ? [.deliver(bytes)] : incomingBlocks(bytes)
        }
    }

    /// No control character can stand inside a frame (LIS01-A2 6.6.2), so each is seen for itself.
    private mutating func incomingFrames(_ bytes: [UInt8]) -> [Step] {
        var steps: [Step] = []
        var passed: [UInt8] = []
        func pass() {
            if !passed.isEmpty { steps.append(.deliver(passed)) }
            passed = []
        }
        for byte in bytes {
            switch byte {
            case WirePiece.ackByte:
                if let frame = repeated {
                    repeated = nil
                    pass()
                    steps.append(.write(frame))
                    continue
                }
                if strikes(.lostACK) { continue }
            case WirePiece.nakByte, WirePiece.eotByte: repeated = nil
            case WirePiece.enqByte:
                messages += 1
                if strikes(.contention), !isSilent {
                    pass()
                    steps.append(.write([WirePiece.enqByte]))
                    continue
                }
            default: break
            }
            passed.append(byte)
        }
        pass()
        return steps
    }

    /// An answer of one character comes for itself.
    private mutating func incomingAnswers(_ bytes: [UInt8]) -> [Step] {
        bytes == [WirePiece.ackByte] && strikes(.lostACK) ? [] : [.deliver(bytes)]
    }

    private mutating func incomingBlocks(_ bytes: [UInt8]) -> [Step] {
        var passed: [UInt8] = []
        for byte in bytes {
            if gathered.isEmpty, byte != WirePiece.vtByte {
                passed.append(byte)
                continue
            }
            gathered.append(byte)
            guard byte == WirePiece.fsByte || gathered.count >= Self.gatheredBytes else { continue }
            if WirePiece(gathered, .blocks) == .answer {
                if !strikes(.lostACK) { passed += gathered }
            } else {
                messages += 1
                passed += gathered
            }
            gathered = []
        }
        return passed.isEmpty ? [] : [.deliver(passed)]
    }
}
