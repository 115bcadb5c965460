/// Follows the records in the joined text of one message, frame by frame, without keeping the text.
///
/// It knows just enough of LIS02-A2 to tell two things the link needs: where a level drops (4.2.1, what precedes must
/// be stored) and where the terminator record ends. A record begins after CR (LF and blank lines are tolerated) and
/// is one letter followed by the field delimiter; a stray digit before the letter is passed over; any other line
/// (base64 on bare lines, say) belongs to the record before it.
struct RecordScanner: Equatable, Sendable {
    private enum Head: Equatable {
        /// At the beginning of a record.
        case start
        /// After a stray frame number.
        case digit
        /// After a letter which is a record type if a delimiter follows.
        case letter(UInt8)
        /// Inside a record.
        case body
    }

    /// Length of the joined text so far, with the record ends put in by `endFrame`.
    private(set) var textLength = 0
    /// Everything before this offset of the joined text may be processed though the message never ends.
    private(set) var processable = 0
    /// A level dropped in the frame scanned last.
    private(set) var droppedInFrame = false
    /// The terminator record is complete and nothing but blank lines followed it.
    private(set) var isTerminated = false
    /// Something but blank lines was seen.
    private(set) var hasContent = false

    private var head = Head.start
    private var recordStart = 0
    private var level = 0
    private var inTerminator = false
    private var delimiter: UInt8?

    /// The message is complete as far as it was received.
    var isComplete: Bool { isTerminated && head == .start }

    /// Length of the text so far that is whole records.
    var wholeRecords: Int { head == .start ? textLength : recordStart }

    /// The text so far ends with a whole record.
    var endsRecord: Bool { hasContent && head == .start }

    /// A terminator record has begun and its end has not come.
    var isInTerminator: Bool { inTerminator && head == .body }

    /// Whether this text, coming now, would start another message though this one has no terminator yet.
    func isInterrupted(by text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard textLength > 0, head == .start, !isTerminated, !text.isEmpty else { return false }
        let at = Byte.isDigit(text[0]) ? 1 : 0
        guard at + 1 < text.count, text[at] | 0x20 == UInt8(ascii: "h") else { return false }
        return isDelimiter(text[at + 1], after: text[at])
    }

    /// Reads the text of one frame.
    ///
    /// Returns whether the joined text needs a CR after it: the last frame of a message (ETX) ends its record even
    /// where the device sent no CR.
    mutating func scan(_ text: UnsafeBufferPointer<UInt8>, isFinal: Bool) -> Bool {
        droppedInFrame = false
        var index = 0
        let count = text.count
        while index < count {
            if head == .body {
                // The long part of the work: nothing happens before the next record end.
                while index < count, text[index] != Byte.cr, text[index] != Byte.lf { index += 1 }
                guard index < count else { break }
            }
            step(text[index], at: textLength + index)
            index += 1
        }
        textLength += count
        return endFrame(isFinal: isFinal)
    }

    private mutating func endFrame(isFinal: Bool) -> Bool {
        if isFinal, head != .start {
            step(Byte.cr, at: textLength)
            textLength += 1
            return true
        }
        // The letter alone already tells the sender's position, though its delimiter comes with the next frame.
        if case .letter(let letter) = head, let next = Self.level(of: letter), next < level {
            droppedInFrame = true
            processable = recordStart
        }
        return false
    }

    private mutating func step(_ byte: UInt8, at offset: Int) {
        let isEnd = byte == Byte.cr || byte == Byte.lf
        switch head {
        case .body:
            break
        case .start:
            if isEnd { break }
            recordStart = offset
            hasContent = true
            if Byte.isLetter(byte) {
                head = .letter(byte)
            } else if Byte.isDigit(byte) {
                head = .digit
            } else {
                beginBody()
            }
            return
        case .digit:
            if Byte.isLetter(byte) {
                head = .letter(byte)
                return
            }
            beginBody()
        case .letter(let letter):
            if isEnd || isDelimiter(byte, after: letter) {
                begin(letter, delimiter: isEnd ? nil : byte)
            } else {
                beginBody()
            }
        }
        if isEnd { endRecord(at: offset) }
    }

    private mutating func beginBody() {
        head = .body
        isTerminated = false
    }

    private mutating func begin(_ letter: UInt8, delimiter: UInt8?) {
        head = .body
        isTerminated = false
        let letter = letter & 0xDF
        if letter == UInt8(ascii: "H"), let delimiter { self.delimiter = delimiter }
        inTerminator = letter == UInt8(ascii: "L")
        guard let next = Self.level(of: letter) else { return }
        if next < level {
            droppedInFrame = true
            processable = recordStart
        }
        level = next
    }

    private mutating func endRecord(at offset: Int) {
        head = .start
        guard inTerminator else { return }
        inTerminator = false
        isTerminated = true
        processable = offset + 1
    }

    /// A header sets the delimiter of its message, but only where a message may begin: else a base64 line that starts
    /// with `H+` would.
    private func isDelimiter(_ byte: UInt8, after letter: UInt8) -> Bool {
        guard let delimiter else { return Byte.canDelimit(byte) }
        if byte == delimiter { return true }
        return letter | 0x20 == UInt8(ascii: "h") && isTerminated && Byte.canDelimit(byte)
    }

    /// LIS02-A2 section 4.1: H 0, P 1, O 2, R 3; S and Q stand at 1; L ends.
    ///
    /// C and M attach and have no level.
    private static func level(of letter: UInt8) -> Int? {
        switch letter & 0xDF {
        case UInt8(ascii: "H"), UInt8(ascii: "L"): 0
        case UInt8(ascii: "P"), UInt8(ascii: "Q"), UInt8(ascii: "S"): 1
        case UInt8(ascii: "O"): 2
        case UInt8(ascii: "R"): 3
        default: nil
        }
    }
}
