/// The delimiters a header record declares (LIS02-A2 5.4): the second to the fifth character of the message.
public struct Delimiters: Hashable, Sendable {
    /// Between fields.
    public let field: UInt8
    /// Between repeats of a field; `nil` if the header declares none.
    public let `repeat`: UInt8?
    /// Between components; `nil` if the header declares none.
    public let component: UInt8?
    /// Around escape sequences; `nil` if the header declares none.
    public let escape: UInt8?
    /// The header doubled its first delimiter (`\\^&`), as text copied out of program code does; it was read once.
    public let wasDoubled: Bool

    /// The set of the standard's examples, for messages we write.
    public static let standard = Delimiters(
        field: UInt8(ascii: "|"), repeat: UInt8(ascii: "\\"), component: UInt8(ascii: "^"),
        escape: UInt8(ascii: "&"))

    /// - Parameters:
    ///   - field: between fields.
    ///   - repeat: between repeats.
    ///   - component: between components.
    ///   - escape: around escape sequences.
    public init(field: UInt8, repeat: UInt8?, component: UInt8?, escape: UInt8?) {
        self.init(field: field, repeat: `repeat`, component: component, escape: escape, wasDoubled: false)
    }

    private init(field: UInt8, repeat: UInt8?, component: UInt8?, escape: UInt8?, wasDoubled: Bool) {
        self.field = field
        self.repeat = `repeat`
        self.component = component
        self.escape = escape
        self.wasDoubled = wasDoubled
    }

    /// Reads them from a header record.
    /// - Parameter header: the record from its H on.
    /// - Returns: `nil` if the delimiters are missing or contradict each other.
    public init?(header: some Collection<UInt8>) {
        let head = Array(header.prefix(7))
        guard head.count >= 3, Byte.canDelimit(head[1]) else { return nil }
        let field = head[1]
        var declared = Array(head[2...].prefix { $0 != field && $0 != Byte.cr && $0 != Byte.lf })
        let isDoubled = declared.count == 4 && declared[0] == declared[1]
        if isDoubled { declared.removeFirst() }
        guard (1...3).contains(declared.count), declared.allSatisfy(Byte.canDelimit),
            Set(declared).count == declared.count
        else { return nil }
        self.init(
            field: field, repeat: declared[0], component: declared.count > 1 ? declared[1] : nil,
            escape: declared.count > 2 ? declared[2] : nil, wasDoubled: isDoubled)
    }

    /// The second field of the header: repeat, component and escape delimiter.
    public var definition: [UInt8] { [`repeat`, component, escape].compactMap { $0 } }
}
