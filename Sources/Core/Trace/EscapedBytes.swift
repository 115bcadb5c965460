/// Bytes as printable ASCII, without loss: `\xHH` for control characters, DEL and everything above it, `\\` for a
/// backslash, any other character as itself.
public enum EscapedBytes {
    /// The text of some bytes.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.underestimatedCount)
        for byte in bytes {
            switch byte {
            case backslash: out += [backslash, backslash]
            case 0x20...0x7E: out.append(byte)
            default: out += [backslash, UInt8(ascii: "x"), digit(byte >> 4), digit(byte & 0x0F)]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The bytes of such a text; nil for text that `text(_:)` does not write. Hexadecimal digits of either case are
    /// taken.
    public static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.underestimatedCount)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard (0x20...0x7E).contains(byte) else { return nil }
            guard byte == backslash else {
                out.append(byte)
                continue
            }
            switch rest.next() {
            case backslash: out.append(backslash)
            case UInt8(ascii: "x"):
                guard let high = rest.next().flatMap(value), let low = rest.next().flatMap(value) else { return nil }
                out.append(high << 4 | low)
            default: return nil
            }
        }
        return out
    }

    private static let backslash = UInt8(ascii: "\\")

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x41 + nibble - 10 }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
