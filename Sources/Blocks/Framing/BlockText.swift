/// What is done with the text of a block.
public enum BlockText {
    /// The text without the control sequences of a printer (ESC/P): what it would have printed.
    ///
    /// ESC takes its command and that command's parameters with it; other control characters go, but line ends, tab and
    /// form feed, and the separators FS, GS, RS and US.
    public static func withoutPrinterCodes(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x1B: skipCommand(&rest)
            case 0x09, 0x0A, 0x0C, 0x0D, 0x1C...0x1F: out.append(byte)
            case ..<0x20, 0x7F: break
            default: out.append(byte)
            }
        }
        return out
    }

    private static func skipCommand(_ rest: inout ArraySlice<UInt8>) {
        guard let command = rest.popFirst() else { return }
        switch command {
        // One parameter: ! - 3 A C J N Q R S U W X a k l p r s t w x and others.
        case UInt8(ascii: "!"), UInt8(ascii: "-"), UInt8(ascii: "3"), UInt8(ascii: "A"), UInt8(ascii: "C"),
            UInt8(ascii: "J"), UInt8(ascii: "N"), UInt8(ascii: "Q"), UInt8(ascii: "R"), UInt8(ascii: "S"),
            UInt8(ascii: "U"), UInt8(ascii: "W"), UInt8(ascii: "a"), UInt8(ascii: "d"), UInt8(ascii: "k"),
            UInt8(ascii: "l"), UInt8(ascii: "p"), UInt8(ascii: "r"), UInt8(ascii: "s"), UInt8(ascii: "t"),
            UInt8(ascii: "w"), UInt8(ascii: "x"), 0x19, UInt8(ascii: " "), UInt8(ascii: "/"), UInt8(ascii: "+"):
            rest = rest.dropFirst()
        // Two: position.
        case UInt8(ascii: "$"), UInt8(ascii: "\\"), UInt8(ascii: "?"): rest = rest.dropFirst(2)
        // Tabs up to NUL.
        case UInt8(ascii: "B"), UInt8(ascii: "D"): rest = rest.drop { $0 != 0 }.dropFirst()
        // Graphics: a length of two bytes, then that many.
        case UInt8(ascii: "K"), UInt8(ascii: "L"), UInt8(ascii: "Y"), UInt8(ascii: "Z"): skipCounted(&rest)
        case UInt8(ascii: "*"), UInt8(ascii: "("):
            rest = rest.dropFirst()
            skipCounted(&rest)
        // No parameter: NUL, @, E, F, G, H, M, P and the others.
        default: break
        }
    }

    private static func skipCounted(_ rest: inout ArraySlice<UInt8>) {
        guard let low = rest.popFirst(), let high = rest.popFirst() else { return }
        rest = rest.dropFirst(Int(low) | Int(high) << 8)
    }
}
