/// What a recording of a link holds: the journal's parts of a message joined, or a capture file, framed or not.
public struct LinkTranscript: Equatable, Sendable {
    /// One message found.
    public struct Message: Equatable, Sendable {
        /// The joined record text (LIS02-A2), each record ended by CR.
        public let text: [UInt8]
        /// The terminator record was there.
        public let isComplete: Bool
        /// How many leading bytes of `text` may be processed: all when complete or ended by EOT after a whole record, else
        /// up to the last drop of level (see `Save.processableText`, which knows how the message ended and goes before this).
        public let processableText: Int
    }

    /// What was counted on the way.
    public struct Counters: Hashable, Sendable {
        /// Good frames, duplicates not counted.
        public var frames = 0
        /// Frames refused for a fault.
        public var badFrames = 0
        /// Frames that repeat the one before.
        public var duplicateFrames = 0
        /// Frames whose checksum was right only after the recorder's line ends were undone; counted in `frames` too.
        public var repairedFrames = 0
        /// Messages found.
        public var messages = 0
        /// Bytes that belong to no frame, and in unframed text to no message.
        public var junkBytes = 0
    }

    /// The messages in order.
    public private(set) var messages: [Message] = []
    /// What was counted.
    public private(set) var counters = Counters()

    private var text: [UInt8] = []
    private var scanner = RecordScanner()
    private var lastWire: [UInt8] = []
    /// The frame read last, where it broke off.
    private var brokenOff: FrameFault?

    /// Reads a recording.
    ///
    /// Never fails: what is no frame and no record is counted as junk.
    ///
    /// With an STX that is not before a record's letter the bytes are read as frames, else as bare records, in which line ends may be CR, LF or
    /// both, and lines beginning with `#` are remarks. The first frame may have any number, as a journal's part has.
    /// - Parameters:
    ///   - bytes: the recording.
    ///   - checksum: the policy the frames were accepted with; strict for capture files.
    ///   - isRecording: a file for a person to look at: what loggers did to bare records is undone (`RecordingText`), frames
    ///     that lost all their ends are read as such, and the whole records of a last frame that breaks off are told, though
    ///     they may not be processed. Never for what a link received.
    public static func messages(
        in bytes: [UInt8], checksum: ChecksumPolicy = .strict, isRecording: Bool = false
    ) -> LinkTranscript {
        var transcript = LinkTranscript()
        let hasEnds = !isRecording || bytes.contains { $0 == Byte.etx || $0 == Byte.etb }
        if hasEnds, BareRecord.isFramed(bytes) {
            transcript.readFrames(bytes, checksum: checksum)
            if isRecording, let last = transcript.brokenOff { transcript.addBrokenOff(last) }
        } else {
            transcript.readLines(isRecording ? RecordingText.restored(bytes) : bytes)
        }
        transcript.endMessage()
        transcript.counters.messages = transcript.messages.count
        return transcript
    }

    // MARK: - Frames

    private mutating func readFrames(_ bytes: [UInt8], checksum: ChecksumPolicy) {
        var limits = LinkLimits()
        // The bytes are in memory already: they are the limit.
        limits.frameBytes = max(limits.frameBytes, bytes.count + 16)
        limits.junkBytes = limits.frameBytes
        var decoder = FrameDecoder(limits: limits, checksum: checksum)
        decoder.append(bytes)
        while let token = decoder.next() ?? decoder.flush() { read(token) }
    }

    private mutating func read(_ token: LinkToken) {
        brokenOff = nil
        switch token {
        case .frame(let frame): add(frame)
        case .badFrame(let fault):
            guard let frame = Self.repaired(fault) else {
                counters.badFrames += 1
                if fault.reason == .truncated { brokenOff = fault }
                return
            }
            counters.repairedFrames += 1
            add(frame)
        case .enq:
            endMessage()
            lastWire = []
        case .eot:
            endMessage(isWhole: scanner.endsRecord)
            lastWire = []
        case .ack, .nak: break
        case .text(let bytes), .junk(let bytes): counters.junkBytes += bytes.count
        }
    }

    private mutating func add(_ frame: Frame) {
        // Only one side was recorded, so the number alone does not tell a retransmission.
        guard frame.wire != lastWire else {
            counters.duplicateFrames += 1
            return
        }
        lastWire = frame.wire
        counters.frames += 1
        frame.wire.withUnsafeBufferPointer { wire in
            let part = UnsafeBufferPointer(rebasing: wire[frame.textRange])
            if scanner.isInterrupted(by: part) { endMessage(isWhole: true) }
            text.append(contentsOf: part)
            if scanner.scan(part, isFinal: frame.isFinal) { text.append(Byte.cr) }
        }
        if scanner.isComplete { endMessage() }
    }

    /// Takes over the whole records of a frame without end or checksum; none of them counts as processable.
    private mutating func addBrokenOff(_ fault: FrameFault) {
        guard fault.wire.count > 2, (0x30...0x37).contains(fault.wire[1]), let end = fault.wire.lastIndex(of: Byte.cr),
            end > 2
        else { return }
        let processable = min(scanner.processable, text.count)
        let begins = fault.wire.withUnsafeBufferPointer { wire in
            let part = UnsafeBufferPointer(rebasing: wire[2...end])
            return !text.isEmpty || BareRecord.begins(part)
        }
        guard begins else { return }
        messages.append(Message(text: text + fault.wire[2...end], isComplete: false, processableText: processable))
        text = []
        scanner = RecordScanner()
    }

    private mutating func endMessage(isWhole: Bool = false) {
        defer {
            text = []
            scanner = RecordScanner()
        }
        guard !text.isEmpty else { return }
        let isComplete = scanner.isComplete
        let processable = isComplete || isWhole ? text.count : min(scanner.processable, text.count)
        messages.append(Message(text: text, isComplete: isComplete, processableText: processable))
    }

    /// A recorder may have changed the line ends.
    ///
    /// If undoing that makes the checksum right, it was so.
    private static func repaired(_ fault: FrameFault) -> Frame? {
        switch fault.reason {
        case .checksum, .checksumMissing: break
        case .frameNumber, .tooLong, .truncated: return nil
        }
        var withoutPairs: [UInt8] = []
        var withoutBreaks: [UInt8] = []
        for (index, byte) in fault.wire.enumerated() {
            if byte == Byte.lf, index > 0, fault.wire[index - 1] == Byte.cr {
                // A logger's CR LF between two reads of the line.
                withoutBreaks.removeLast()
                continue
            }
            withoutPairs.append(byte)
            withoutBreaks.append(byte)
        }
        let candidates = [
            fault.wire.map { $0 == Byte.lf ? Byte.cr : $0 },
            withoutPairs,
            withoutPairs.map { $0 == Byte.cr ? Byte.lf : $0 },
            withoutBreaks,
        ]
        for candidate in candidates {
            var decoder = FrameDecoder()
            decoder.append(candidate)
            if case .frame(let frame)? = decoder.next() ?? decoder.flush() { return frame }
        }
        return nil
    }

    // MARK: - Bare records

    private mutating func readLines(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                var end = start
                while end < bytes.count, bytes[end] != Byte.cr, bytes[end] != Byte.lf { end += 1 }
                readLine(UnsafeBufferPointer(rebasing: bytes[start..<end]))
                start = end + 1
            }
        }
    }

    private mutating func readLine(_ whole: UnsafeBufferPointer<UInt8>) {
        guard let line = BareRecord.content(of: whole, beginsMessage: text.isEmpty) else { return }
        // No checksum tells whether the last record is whole, so this header proves nothing about it.
        if scanner.isInterrupted(by: line) { endMessage() }
        if text.isEmpty, !BareRecord.begins(line) {
            counters.junkBytes += line.count
            return
        }
        text.append(contentsOf: line)
        if scanner.scan(line, isFinal: true) { text.append(Byte.cr) }
        if scanner.isComplete { endMessage() }
    }
}

extension LinkTranscript.Message: PrintsRedacted {
    /// Lengths; never the text.
    public var description: String {
        "message, \(text.count) bytes, \(isComplete ? "complete" : "incomplete"), processable \(processableText)"
    }
}

extension LinkTranscript: PrintsRedacted {
    /// The counters; never a text.
    public var description: String { "transcript, \(counters)" }
}
