/// What a piece of a line is, and how it looks when it is broken.
enum WirePiece: Hashable {
    case enq, ack, eot
    /// NAK, or one without meaning.
    case otherControl
    /// A LIS01 frame.
    case frame
    /// An MLLP block with MSA.
    case answer
    /// Any other MLLP block.
    case message
    /// Bare LIS02 records.
    case records

    static let eotByte: UInt8 = 0x04
    static let enqByte: UInt8 = 0x05
    static let ackByte: UInt8 = 0x06
    static let vtByte: UInt8 = 0x0B
    static let nakByte: UInt8 = 0x15
    static let fsByte: UInt8 = 0x1C

    init(_ bytes: [UInt8], _ speech: SimulatedSpeech) {
        switch speech {
        case .records: self = .records
        case .blocks: self = Self.acknowledgement(in: bytes) == nil ? .message : .answer
        case .frames, .ownBlocks:
            guard bytes.count == 1 else {
                self = speech == .frames ? .frame : .message
                return
            }
            switch bytes[0] {
            case Self.enqByte: self = .enq
            case Self.ackByte: self = .ack
            case Self.eotByte: self = .eot
            default: self = .otherControl
            }
        }
    }

    /// A message of ours begins with it.
    var beginsMessage: Bool { self == .enq || self == .message || self == .records }

    /// It is more than a control character.
    var carriesMessage: Bool {
        switch self {
        case .frame, .answer, .message, .records: true
        case .enq, .ack, .eot, .otherControl: false
        }
    }

    /// The protocol goes on without its having arrived.
    var canWait: Bool {
        switch self {
        case .eot, .answer, .message, .records: true
        case .enq, .ack, .otherControl, .frame: false
        }
    }

    /// A frame whose second check digit is another one; it ends with two digits, CR and LF.
    static func withWrongChecksum(_ frame: [UInt8]) -> [UInt8] {
        guard frame.count >= 6 else { return frame }
        var frame = frame
        let digit = frame.count - 3
        frame[digit] = frame[digit] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        return frame
    }

    /// An answer that names another message in MSA-2.
    static func withOtherControlID(_ block: [UInt8]) -> [UInt8] {
        guard let start = acknowledgement(in: block), start + 3 < block.count else { return block }
        let separator = block[start + 3]
        guard let second = block[(start + 4)...].firstIndex(of: separator) else { return block }
        var block = block
        block.insert(UInt8(ascii: "X"), at: second + 1)
        return block
    }

    /// Where MSA begins, at the beginning of a line.
    private static func acknowledgement(in block: [UInt8]) -> Int? {
        guard block.count >= 5 else { return nil }
        return (1...(block.count - 4)).first { index in
            block[index - 1] == 0x0D && block[index...].starts(with: "MSA".utf8)
        }
    }
}
