/// Raw bytes as people can read them: control characters by name, CR as a new line, bytes that are no UTF-8 in hex.
enum VisibleText {
    static func of(_ bytes: [UInt8]) -> String {
        let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            switch byte {
            case 0x0D: out.append(0x0A)
            case 0..<0x20: out += "<\(names[Int(byte)])>".utf8
            case 0x7F: out += "<DEL>".utf8
            case 0x80... where !isUTF8: out += "<\(hexDigits(byte))>".utf8
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hexDigits(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return text.count < 2 ? "0" + text : text
    }

    /// ASCII names (ECMA-48 section 8.1).
    private static let names = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI", "DLE",
        "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ]
}
