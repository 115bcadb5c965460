import ASTM
import Blocks

/// The encodings a layout's texts may be in.
typealias BlockEncoding = ASTM.TextEncoding

/// The blocks of a recording, grouped into messages.
///
/// A recording that lost its framing, or in which words such as `<STX>` stand for it, is read all the same: what stands
/// between control characters, and line ends where the layout has no use for them, are its blocks. Never where a block was
/// found whose check is wrong.
struct BlockRecording {
    /// Blocks that belong together.
    struct Message {
        var blocks: [Block] = []
        /// The exact bytes of all blocks.
        var wire: [UInt8] { blocks.flatMap(\.wire) }
        /// The text of each.
        var texts: [[UInt8]] { blocks.map(\.text) }
    }

    private(set) var messages: [Message] = []
    /// Whole blocks; 0 for a recording without framing.
    private(set) var frames = 0
    private(set) var badFrames = 0
    /// What there was, where no message was found.
    private(set) var fault = ""

    /// - Parameter isRecording: Whether it may have lost its framing; what a link stored has not.
    init(_ bytes: [UInt8], _ rules: BlockRules, isRecording: Bool = true) {
        var found = Self.blocks(in: bytes, rules)
        if isRecording, found.allSatisfy({ !$0.isAccepted(by: rules.framing) && !$0.verdict.isWrong }) {
            let named = Self.named(bytes)
            if named != bytes { found = Self.blocks(in: named, rules) }
            if found.allSatisfy({ !$0.isAccepted(by: rules.framing) && !$0.verdict.isWrong }) {
                found = []
                let texts = Self.unframed(named, rules)
                group(texts.map { Block(wire: rules.framing.framed($0), text: $0, verdict: .good) }, rules)
            }
        }
        let accepted = found.filter { $0.isAccepted(by: rules.framing) }
        frames = accepted.count
        badFrames = found.count - accepted.count
        fault =
            badFrames > 0
            ? "No block was found whole, only \(badFrames) damaged one\(badFrames == 1 ? "" : "s"). Check line settings, "
                + "framing and check of the profile."
            : "No block was found, only \(bytes.count) bytes that belong to none. Check that the profile fits."
        group(accepted, rules)
    }

    private mutating func group(_ blocks: [Block], _ rules: BlockRules) {
        var open: Message?
        for block in blocks {
            guard let series = rules.dialogue.series else {
                messages.append(Message(blocks: [block]))
                continue
            }
            let begins = series.begins.holds(for: block.text)
            if begins || open == nil {
                if let open { messages.append(open) }
                open = Message()
            }
            open?.blocks.append(block)
            if series.ends.holds(for: block.text) || open?.blocks.count == 1 && !begins {
                if let open { messages.append(open) }
                open = nil
            }
        }
        if let open { messages.append(open) }
    }

    private static func blocks(in bytes: [UInt8], _ rules: BlockRules) -> [Block] {
        var framing = rules.framing
        // The bytes are in memory already: they are the limit.
        framing.limit = max(framing.limit, bytes.count + 1)
        var decoder = BlockDecoder(framing)
        decoder.append(bytes)
        var blocks: [Block] = []
        while let token = decoder.next() ?? decoder.flush() {
            if case .block(let block) = token { blocks.append(block) }
        }
        return blocks
    }

    // MARK: - Without framing

    private static func unframed(_ bytes: [UInt8], _ rules: BlockRules) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var text: [UInt8] = []
        let check = rules.framing.check
        // A check behind the end stays where the end did.
        let behind = check?.place == .afterEnd ? check?.length ?? 0 : 0
        let marks = Set(rules.framing.ends.filter { $0.count == 1 }.joined())
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard isMark(byte) || rules.layout.endsBlock(byte) else {
                text.append(byte)
                continue
            }
            if !text.isEmpty, marks.contains(byte) { index += behind }
            texts.append(text)
            text = []
        }
        texts.append(text)
        return texts.filter { text in text.contains { $0 > 0x20 } }
    }

    /// SOH, STX, ETX, EOT, ENQ, ACK, NAK, SYN and ETB.
    private static func isMark(_ byte: UInt8) -> Bool { (0x01...0x06).contains(byte) || (0x15...0x17).contains(byte) }

    /// The bytes with the words or pictures some loggers write for control characters replaced by these.
    private static func named(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "["),
                let close = bytes[index...].prefix(5).firstIndex(where: { $0 == (byte == 0x3C ? 0x3E : 0x5D) }),
                let control = ControlName.byte(String(decoding: bytes[index + 1..<close], as: UTF8.self))
            {
                out.append(control)
                index = close + 1
            } else if byte == 0xE2, index + 2 < bytes.count, bytes[index + 1] == 0x90, bytes[index + 2] < 0xA0 {
                // U+2400 to U+241F, the pictures of the control characters.
                out.append(bytes[index + 2] - 0x80)
                index += 3
            } else {
                out.append(byte)
                index += 1
            }
        }
        return out
    }
}

extension Layout {
    /// Whether a line end cannot stand within a block of this layout.
    fileprivate func endsBlock(_ byte: UInt8) -> Bool {
        guard byte == 0x0D || byte == 0x0A else { return false }
        switch units {
        case .block: return true
        case .lines: return false
        case .separated(let mark): return !mark.contains(byte)
        }
    }
}

extension Block.Verdict {
    /// Whether it proves that the block is not as it was sent.
    fileprivate var isWrong: Bool { if case .checkWrong = self { true } else { false } }
}

/// The names of control characters.
enum ControlName {
    static let all: [(name: String, byte: UInt8)] = [
        ("NUL", 0x00), ("SOH", 0x01), ("STX", 0x02), ("ETX", 0x03), ("EOT", 0x04), ("ENQ", 0x05), ("ACK", 0x06),
        ("TAB", 0x09), ("HT", 0x09), ("LF", 0x0A), ("VT", 0x0B), ("FF", 0x0C), ("CR", 0x0D), ("DLE", 0x10),
        ("DC1", 0x11), ("DC2", 0x12), ("DC3", 0x13), ("DC4", 0x14), ("NAK", 0x15), ("SYN", 0x16), ("ETB", 0x17),
        ("CAN", 0x18), ("SUB", 0x1A), ("ESC", 0x1B), ("FS", 0x1C), ("GS", 0x1D), ("RS", 0x1E), ("US", 0x1F),
    ]

    /// The control character of a name.
    static func byte(_ name: String) -> UInt8? { all.first { $0.name == name }?.byte }
}
