/// How a device that speaks neither ASTM nor HL7 marks its blocks on the line, as data.
public struct BlockFraming: Hashable, Sendable {
    /// The bytes a block begins with; empty: it begins with the first byte after the one before.
    public var start: [UInt8]
    /// The byte sequences that end a block, any of them; empty: only silence does.
    public let ends: [[UInt8]]
    /// The end we write: the one named first.
    public let written: [UInt8]
    /// Silence that ends an open block, also where an end is due that some devices leave out; nil: none does.
    public var idle: Duration?
    /// How a block is checked; nil: it is not.
    public var check: BlockCheck?
    /// Whether a block with a wrong or missing check is kept all the same.
    public var acceptsWrongCheck = false
    /// Longest block, framing included, in bytes.
    public var limit = standardLimit
    /// What stands between blocks and is no part of any: EOT, ENQ, ACK and NAK.
    public var controls: Set<UInt8> = [0x04, 0x05, 0x06, 0x15]

    /// Longest block where a profile says nothing, in bytes.
    public static let standardLimit = 64 << 10
    /// How long an open block may wait for what is missing where no `idle` is set.
    public static let patience = Duration.seconds(3)

    /// A framing.
    public init(start: [UInt8] = [], ends: [[UInt8]] = [], idle: Duration? = nil, check: BlockCheck? = nil) {
        self.start = start
        written = ends.first ?? []
        // At one place the shortest counts, so that a block ends alike however its bytes come: of CR LF, where CR ends one as
        // well, LF fills the gap to the next.
        self.ends = ends.sorted { $0.count < $1.count }
        self.idle = idle
        self.check = check
    }

    /// Silence after which the decoder is to be flushed while it waits for something.
    public var silence: Duration { idle ?? Self.patience }

    /// A text of ours as it goes on the line: with start, check and the first of the ends.
    public func framed(_ text: [UInt8]) -> [UInt8] {
        let sum = check.map { $0.bytes(start: start, text: text, end: written) } ?? []
        return check?.place == .beforeEnd ? start + text + sum + written : start + text + written + sum
    }
}

/// How a block proves that it arrived as it was sent.
public struct BlockCheck: Hashable, Sendable {
    /// How the bytes are taken together.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Exclusive or of all bytes (BCC).
        case xor
        /// Their sum, modulo 256.
        case sum
    }

    /// Which bytes count.
    public enum Span: String, Hashable, Sendable, CaseIterable {
        /// The text alone.
        case text
        /// The text and the end.
        case textAndEnd = "text-and-end"
        /// Everything from the start to the end.
        case startToEnd = "start-to-end"
    }

    /// How it is written.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        /// One byte.
        case byte
        /// Two hexadecimal digits, either case taken, upper case written.
        case hex
        /// Two hexadecimal digits, written in lower case.
        case lowerHex = "lower-hex"
    }

    /// Where it stands.
    public enum Place: String, Hashable, Sendable, CaseIterable {
        /// Between text and end.
        case beforeEnd = "before-end"
        /// Behind the end.
        case afterEnd = "after-end"
    }

    /// How the bytes are taken together.
    public var kind: Kind
    /// Which bytes count.
    public var span: Span
    /// How it is written.
    public var form: Form
    /// Where it stands.
    public var place: Place

    /// A check.
    public init(kind: Kind, span: Span, form: Form, place: Place) {
        self.kind = kind
        self.span = span
        self.form = form
        self.place = place
    }

    /// Bytes it takes.
    public var length: Int { form == .byte ? 1 : 2 }

    /// The check of a block, as it is written.
    public func bytes(start: some Sequence<UInt8>, text: some Sequence<UInt8>, end: some Sequence<UInt8>) -> [UInt8] {
        var value: UInt8 = 0
        if span == .startToEnd { value = combined(value, start) }
        value = combined(value, text)
        if span != .text { value = combined(value, end) }
        switch form {
        case .byte: return [value]
        case .hex: return [digit(value >> 4), digit(value & 15)]
        case .lowerHex: return [digit(value >> 4) | 0x20, digit(value & 15) | 0x20]
        }
    }

    /// Whether a check as received is this one; hexadecimal digits of either case are.
    public func isSame(_ received: some Sequence<UInt8>, as expected: [UInt8]) -> Bool {
        if form == .byte { return received.elementsEqual(expected) }
        return received.map(lowered).elementsEqual(expected.map(lowered))
    }

    private func combined(_ value: UInt8, _ bytes: some Sequence<UInt8>) -> UInt8 {
        bytes.reduce(value) { kind == .xor ? $0 ^ $1 : $0 &+ $1 }
    }

    private func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x41 + nibble - 10 }

    private func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x46).contains(byte) ? byte | 0x20 : byte }
}
