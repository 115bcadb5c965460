import Core

/// Bytes of a trace in pieces that people can read: text as it is, control characters by name.
enum TracePiece: Equatable {
    case text(String)
    /// `STX`, `CR`, or `xE9` for a byte without a name.
    case control(String)
    /// A record ends here; what follows begins a line.
    case lineEnd

    /// The pieces of a row's text (`EscapedBytes`); text that is none stands as it is.
    ///
    /// - Parameter most: Bytes to show; the second value says how many are left out.
    static func pieces(of text: String, most: Int = .max) -> (pieces: [TracePiece], leftOut: Int) {
        guard let bytes = EscapedBytes.bytes(text.utf8) else { return ([.text(text)], 0) }
        var pieces: [TracePiece] = []
        var run: [UInt8] = []
        func endRun() {
            if !run.isEmpty { pieces.append(.text(String(decoding: run, as: UTF8.self))) }
            run = []
        }
        let shown = bytes.prefix(max(0, most))
        for (index, byte) in shown.enumerated() {
            if (0x20...0x7E).contains(byte) {
                run.append(byte)
                continue
            }
            endRun()
            pieces.append(.control(name(of: byte)))
            let next = index + 1 < shown.count ? shown[index + 1] : nil
            if let next, byte == 0x0A || (byte == 0x0D && next != 0x0A && next != 0x03 && next != 0x17) {
                pieces.append(.lineEnd)
            }
        }
        endRun()
        return (pieces, bytes.count - shown.count)
    }

    /// The names of ISO 646; bytes from 0x80 in hexadecimal.
    private static func name(of byte: UInt8) -> String {
        if byte < 0x20 { return names[Int(byte)] }
        if byte == 0x7F { return "DEL" }
        return "x" + String(byte, radix: 16, uppercase: true)
    }

    private static let names = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI", "DLE",
        "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ]
}
