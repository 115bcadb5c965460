/// Recordings in which control characters are written as their names: `<STX>1H|\^&<CR><ETX>B5<CR><LF>`, as terminal programs
/// and manuals do.
enum WrittenControls {
    private static let names: [(name: String, byte: UInt8)] = [
        ("STX", 0x02), ("ETX", 0x03), ("EOT", 0x04), ("ENQ", 0x05), ("ACK", 0x06), ("LF", 0x0A), ("VT", 0x0B),
        ("SB", 0x0B),
        ("CR", 0x0D), ("NAK", 0x15), ("ETB", 0x17), ("FS", 0x1C), ("EB", 0x1C),
    ]
    private static let longestName = 3

    /// The bytes that are meant; others as they are. Where line ends are written, those of the file itself mean nothing.
    static func restored(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.contains(where: { $0 == 0x02 || $0 == 0x0B }) { return bytes }
        var begins = false
        var hasReturns = false
        for index in bytes.indices where bytes[index] == UInt8(ascii: "<") || bytes[index] == UInt8(ascii: "[") {
            switch written(bytes[index...])?.byte {
            case 0x02, 0x0B: begins = true
            case 0x0D: hasReturns = true
            default: break
            }
        }
        guard begins else { return bytes }
        var restored: [UInt8] = []
        restored.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.first {
            if let (control, length) = written(rest) {
                restored.append(control)
                rest = rest.dropFirst(length)
                continue
            }
            if !hasReturns || (byte != 0x0D && byte != 0x0A) { restored.append(byte) }
            rest.removeFirst()
        }
        return restored
    }

    private static func written(_ rest: ArraySlice<UInt8>) -> (byte: UInt8, length: Int)? {
        let close: UInt8
        switch rest.first {
        case UInt8(ascii: "<"): close = UInt8(ascii: ">")
        case UInt8(ascii: "["): close = UInt8(ascii: "]")
        default: return nil
        }
        let name = rest.dropFirst().prefix(longestName + 1).prefix { $0 != close }
        guard name.count <= longestName, rest.dropFirst(name.count + 1).first == close,
            let found = names.first(where: { $0.name.utf8.elementsEqual(name) })
        else { return nil }
        return (found.byte, name.count + 2)
    }
}
