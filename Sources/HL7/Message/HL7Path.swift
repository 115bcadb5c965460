/// A place in a message, parsed once and used often: `PID-3.1`, `OBX-5`, `PID-3(2).4.1`, `OBX[2]-5`.
///
/// Written `SEG-F`, after the segment `[n]` for its nth occurrence, after the field `(n)` for a repetition, then
/// `.component` and `.subcomponent`. A dot in place of the dash is understood. All numbers count from 1; MSH-1 is the
/// field separator.
public struct HL7Path: Hashable, Sendable {
    /// The segment's three letters.
    public let segment: String
    /// Which of the segments of this name.
    public let occurrence: Int
    /// The field.
    public let field: Int
    /// The repetition; `nil` is the whole field, or with a component the first repetition.
    public let `repeat`: Int?
    /// The component; `nil` is the whole repetition.
    public let component: Int?
    /// The subcomponent; `nil` is the whole component.
    public let subcomponent: Int?

    let name: SegmentName

    /// Why a text is no path.
    ///
    /// The fault is that of whoever wrote the profile or the configuration.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// The text.
        public let text: String

        /// - Parameter text: what was written.
        public init(text: String) { self.text = text }

        /// What is wrong and how it should look.
        public var description: String { "'\(text)' is no HL7 path: write it like PID-3.1, OBX-5 or PID-3(2).4.1" }
    }

    /// - Parameters:
    ///   - segment: the segment's letters.
    ///   - occurrence: which of the segments of this name, from 1.
    ///   - field: from 1.
    ///   - repeat: from 1.
    ///   - component: from 1.
    ///   - subcomponent: from 1.
    public init(
        segment: String, occurrence: Int = 1, field: Int, repeat: Int? = nil, component: Int? = nil,
        subcomponent: Int? = nil
    ) {
        self.segment = segment
        self.occurrence = occurrence
        self.field = field
        self.repeat = `repeat`
        self.component = component
        self.subcomponent = subcomponent
        self.name = SegmentName(segment)
    }

    /// Reads a path as written in a profile.
    public init(_ text: String) throws(Malformed) {
        var rest = Substring(text)
        let segment = rest.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber) }
        rest = rest.dropFirst(segment.count)
        guard segment.count == 3 else { throw Malformed(text: text) }
        let occurrence = Self.bracketed(&rest, "[", "]")
        guard rest.first == "-" || rest.first == "." else { throw Malformed(text: text) }
        rest = rest.dropFirst()
        guard let field = Self.number(&rest) else { throw Malformed(text: text) }
        let number = Self.bracketed(&rest, "(", ")")
        var parts: [Int] = []
        while rest.first == ".", parts.count < 2 {
            rest = rest.dropFirst()
            guard let part = Self.number(&rest) else { throw Malformed(text: text) }
            parts.append(part)
        }
        guard rest.isEmpty else { throw Malformed(text: text) }
        self.init(
            segment: String(segment), occurrence: occurrence ?? 1, field: field, repeat: number,
            component: parts.first, subcomponent: parts.count > 1 ? parts[1] : nil)
    }

    private static func number(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let value = Int(digits), value >= 1 else { return nil }
        rest = rest.dropFirst(digits.count)
        return value
    }

    /// Takes `(n)` or leaves the text as it is, in which case what follows does not fit and the path is refused.
    private static func bracketed(_ rest: inout Substring, _ open: Character, _ close: Character) -> Int? {
        var ahead = rest
        guard ahead.popFirst() == open, let value = number(&ahead), ahead.popFirst() == close else { return nil }
        rest = ahead
        return value
    }
}

extension HL7Path: CustomStringConvertible {
    /// The path as it is written.
    public var description: String {
        var text = segment
        if occurrence != 1 { text += "[\(occurrence)]" }
        text += "-\(field)"
        if let `repeat` { text += "(\(`repeat`))" }
        if let component { text += ".\(component)" }
        if let subcomponent { text += ".\(subcomponent)" }
        return text
    }
}

/// A segment name of up to four bytes in one word, so that names compare at once.
struct SegmentName: Hashable, Sendable {
    /// 0 for names that do not fit; a NUL at the beginning of one would be lost.
    let packed: UInt32

    init(_ name: String) {
        var packed: UInt32 = 0
        for byte in name.utf8.prefix(5) { packed = packed &<< 8 | UInt32(byte) }
        self.packed = name.utf8.count <= 4 && name.utf8.first != 0 ? packed : 0
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        var packed: UInt32 = 0
        if range.count <= 4, let first = range.first, bytes[first] != 0 {
            for index in range { packed = packed &<< 8 | UInt32(bytes[index]) }
        }
        self.packed = packed
    }

    static let msh = SegmentName("MSH")
    private static let headers = [msh, SegmentName("FHS"), SegmentName("BHS")]

    /// Segments whose first field is their field separator.
    var isHeader: Bool { Self.headers.contains(self) }
}
