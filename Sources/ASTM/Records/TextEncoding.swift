/// How the bytes of a message become text.
///
/// The standard says ISO 8859-1 (LIS02-A2 5.1); devices also send UTF-8.
public enum TextEncoding: Sendable, Hashable {
    /// Valid UTF-8, else ISO 8859-1; decided for the message, and where that is no valid UTF-8 for each part.
    case auto
    /// UTF-8; a field which is not valid is read as ISO 8859-1.
    case utf8
    /// ISO 8859-1; every byte is a character.
    case iso8859_1
    /// Windows-1252: ISO 8859-1 with printable characters at 0x80 to 0x9F.
    case windows1252

    /// What `auto` means for these bytes.
    func resolved(for bytes: [UInt8]) -> TextEncoding {
        guard self == .auto else { return self }
        return (try? UTF8Span(validating: bytes.span)) == nil ? .iso8859_1 : .utf8
    }

    /// Decodes; never fails and never loses a byte.
    public func text(_ bytes: some Collection<UInt8>) -> String {
        switch self {
        case .auto, .utf8:
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            return Self.singleByte(bytes) { Unicode.Scalar($0) }
        case .iso8859_1: return Self.singleByte(bytes) { Unicode.Scalar($0) }
        case .windows1252: return Self.singleByte(bytes) { Self.windows1252Scalar($0) }
        }
    }

    /// The bytes of a text we send.
    ///
    /// A character the encoding does not have becomes `?`.
    public func bytes(_ text: String) -> [UInt8] {
        switch self {
        case .utf8: return Array(text.utf8)
        case .auto, .iso8859_1: return Self.bytes(text) { $0.value < 0x100 ? UInt8($0.value) : nil }
        case .windows1252:
            return Self.bytes(text) { scalar in
                if let index = Self.windows1252High.firstIndex(of: scalar) { return 0x80 + UInt8(index) }
                return scalar.value < 0x100 ? UInt8(scalar.value) : nil
            }
        }
    }

    private static func bytes(_ text: String, _ byte: (Unicode.Scalar) -> UInt8?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for character in text {
            let written = character.unicodeScalars.map(byte)
            let isWhole = written.allSatisfy { $0 != nil }
            bytes += isWhole ? written.compactMap { $0 } : [UInt8(ascii: "?")]
        }
        return bytes
    }

    private static func singleByte(
        _ bytes: some Collection<UInt8>, _ scalar: (UInt8) -> Unicode.Scalar
    ) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(scalar(byte)) }
        return String(text)
    }

    private static func windows1252Scalar(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return windows1252High[Int(byte) - 0x80]
    }

    /// 0x80 to 0x9F; the five unassigned bytes keep their ISO 8859-1 meaning.
    private static let windows1252High: [Unicode.Scalar] = [
        "\u{20AC}", "\u{81}", "\u{201A}", "\u{0192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
        "\u{02C6}", "\u{2030}", "\u{0160}", "\u{2039}", "\u{0152}", "\u{8D}", "\u{017D}", "\u{8F}",
        "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
        "\u{02DC}", "\u{2122}", "\u{0161}", "\u{203A}", "\u{0153}", "\u{9D}", "\u{017E}", "\u{0178}",
    ]
}
