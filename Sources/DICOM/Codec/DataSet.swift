/// A data element's tag (PS3.5 section 7.1).
public struct Tag: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Group and element number as one.
    public let number: UInt32

    /// From group and element number.
    public init(_ group: UInt16, _ element: UInt16) { number = UInt32(group) << 16 | UInt32(element) }

    /// Group number.
    public var group: UInt16 { UInt16(number >> 16) }
    /// Element number.
    public var element: UInt16 { UInt16(truncatingIfNeeded: number) }

    /// As it stands in a data set.
    var littleEndian: [UInt8] {
        [group, element].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    /// In the order of data sets: by group, then by element.
    public static func < (left: Tag, right: Tag) -> Bool { left.number < right.number }

    /// The way the standard writes it, `(0010,0020)`.
    public var description: String {
        func hex(_ value: UInt16) -> String {
            let digits = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "(\(hex(group)),\(hex(element)))"
    }
}

/// A value representation (PS3.5 section 6.2): its two letters.
public struct VR: Hashable, Sendable {
    let first: UInt8
    let second: UInt8

    /// From its two capital letters; nil for anything else.
    init?(_ first: UInt8, _ second: UInt8) {
        guard (0x41...0x5A).contains(first), (0x41...0x5A).contains(second) else { return nil }
        self.first = first
        self.second = second
    }

    private init(_ name: StaticString) {
        first = name.utf8Start[0]
        second = name.utf8Start[1]
    }

    static let ae = VR("AE")
    static let at = VR("AT")
    static let cs = VR("CS")
    static let da = VR("DA")
    static let ds = VR("DS")
    static let `is` = VR("IS")
    static let lo = VR("LO")
    static let lt = VR("LT")
    static let ob = VR("OB")
    static let pn = VR("PN")
    static let sh = VR("SH")
    static let sq = VR("SQ")
    static let st = VR("ST")
    static let tm = VR("TM")
    static let ui = VR("UI")
    static let ul = VR("UL")
    static let un = VR("UN")
    static let us = VR("US")
    static let uc = VR("UC")
    private static let ut = VR("UT")
    private static let short: Set<VR> = [
        ae, VR("AS"), at, cs, da, ds, VR("DT"), VR("FD"), VR("FL"), VR("IS"), lo, lt, pn, sh, VR("SL"), VR("SS"), st,
        tm, ui, ul, us,
    ]
    private static let text: Set<VR> = [lo, lt, pn, sh, st, uc, ut]

    /// Whether the length has 16 bits in Explicit VR.
    ///
    /// Every VR added later has 32 (PS3.5 section 6.2, note).
    var hasShortLength: Bool { Self.short.contains(self) }
    /// Whether Specific Character Set applies to its values (PS3.5 section 6.1.2.3).
    var usesSpecificCharacterSet: Bool { Self.text.contains(self) }
    /// What fills a value up to even length: NUL for UIDs, a space for texts.
    var padding: UInt8 { self == .ui ? 0x00 : 0x20 }
}

/// One element: bytes as on the wire (little endian), or the items of a sequence.
public struct DataElement: Hashable, Sendable {
    /// What it holds.
    public enum Value: Hashable, Sendable {
        case bytes([UInt8])
        case items([DataSet])
    }

    /// The tag.
    public var tag: Tag
    /// The VR; `UN` when an Implicit VR data set holds a tag our dictionary does not know.
    public var vr: VR
    /// The value.
    public var value: Value

    init(_ tag: Tag, _ vr: VR, _ value: Value) {
        self.tag = tag
        self.vr = vr
        self.value = value
    }

    /// A text or UID as bytes of UTF-8, padded to even length.
    init(_ tag: Tag, _ vr: VR, text: String) {
        var bytes = Array(text.utf8)
        if bytes.count % 2 == 1 { bytes.append(vr.padding) }
        self.init(tag, vr, .bytes(bytes))
    }

    init(_ tag: Tag, us value: UInt16) {
        self.init(tag, .us, .bytes([UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]))
    }

    /// The bytes; empty for a sequence.
    var bytes: [UInt8] {
        if case .bytes(let bytes) = value { return bytes }
        return []
    }

    /// The items; nil when it is no sequence.
    var items: [DataSet]? {
        if case .items(let items) = value { return items }
        return nil
    }
}

/// A list of elements in the order they came or are to be sent.
///
/// It may hold a patient's data.
public struct DataSet: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The elements.
    public var elements: [DataElement]

    init(_ elements: [DataElement] = []) { self.elements = elements }

    /// The first element with the tag.
    subscript(_ tag: Tag) -> DataElement? { elements.first { $0.tag == tag } }

    /// Says how many elements there are, not what they hold.
    public var description: String { "DataSet(\(elements.count) elements, redacted)" }
    /// Shows nothing, for the same reason.
    public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
