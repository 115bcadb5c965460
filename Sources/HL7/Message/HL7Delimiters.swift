/// The delimiters a message declares in MSH-1 and MSH-2 (HL7 v2 chapter 2).
public struct HL7Delimiters: Hashable, Sendable {
    /// MSH-1, between fields.
    public let field: UInt8
    /// First character of MSH-2; `nil` if it is not there.
    public let component: UInt8?
    /// Second character of MSH-2.
    public let `repeat`: UInt8?
    /// Third character of MSH-2.
    public let escape: UInt8?
    /// Fourth character of MSH-2.
    public let subcomponent: UInt8?

    /// `|^~\&`, for messages we begin.
    public static let standard = HL7Delimiters(
        field: UInt8(ascii: "|"), component: UInt8(ascii: "^"), repeat: UInt8(ascii: "~"),
        escape: UInt8(ascii: "\\"), subcomponent: UInt8(ascii: "&"))

    /// - Parameters:
    ///   - field: MSH-1.
    ///   - component: between components.
    ///   - repeat: between repetitions.
    ///   - escape: around escape sequences.
    ///   - subcomponent: between subcomponents.
    public init(field: UInt8, component: UInt8?, repeat: UInt8?, escape: UInt8?, subcomponent: UInt8?) {
        self.field = field
        self.component = component
        self.repeat = `repeat`
        self.escape = escape
        self.subcomponent = subcomponent
    }

    /// Reads them from a header segment (MSH, FHS or BHS).
    /// - Parameter header: the segment from its first letter on.
    /// - Returns: `nil` if there is no usable field separator.
    public init?(header: some Collection<UInt8>) {
        let head = Array(header.prefix(9))
        guard head.count >= 4, Self.canSeparate(head[3]) else { return nil }
        let declared = head[4...].prefix { $0 != head[3] && !Byte.isEnd($0) }
        func character(_ index: Int) -> UInt8? {
            guard index < declared.count, Self.canSeparate(declared[4 + index]) else { return nil }
            return declared[4 + index]
        }
        self.init(
            field: head[3], component: character(0), repeat: character(1), escape: character(2),
            subcomponent: character(3))
    }

    /// MSH-2 as this set writes it.
    public var encodingCharacters: [UInt8] { [component, `repeat`, escape, subcomponent].compactMap { $0 } }

    /// Printable ASCII, neither letter, digit nor space.
    private static func canSeparate(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return byte > 0x20 && byte < 0x7F && !(0x30...0x39).contains(byte) && !(0x61...0x7A).contains(lower)
    }
}
