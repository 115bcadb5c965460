import Glibc

/// The encoding of texts that a data set declares in Specific Character Set (0008,0005) (PS3.3 section C.12.1.1.2).
///
/// Decoding either gives exactly the characters that were meant or says that it cannot: nothing is replaced.
public struct SpecificCharacterSet: Sendable, Hashable {
    /// The encoding of the first value, and whether escape sequences of ISO 2022 may change it.
    private let base: Term
    private let extended: Bool
    /// The only encoding beyond ASCII that is declared after the first value.
    private let only: Term?

    enum Term: Hashable, Sendable {
        /// An encoding of the C library's `iconv` that keeps ASCII as it is.
        case iconv(String)
        case utf8
        /// ISO_IR 13: half-width katakana above ASCII.
        case katakana
        /// ISO_IR 6, the default repertoire.
        case ascii
        case unknown
    }

    /// From the values of the element; none means the default repertoire.
    ///
    /// Spellings that devices use for the defined terms (`ISO-IR 100`, `ISO_IR_100`, `ISO 2022 100`) are understood.
    public init(_ values: [String]) {
        let terms = values.map(Self.term)
        base = terms.first ?? .ascii
        extended = values.count > 1 || values.contains { $0.contains("2022") }
        let others = Set(terms.filter { $0 != .ascii })
        only = others.count == 1 ? others.first : nil
    }

    /// The text, or nil when the bytes are not of this character set or the set is not supported.
    func decode(_ bytes: some Collection<UInt8>) -> String? {
        let bytes = Array(bytes)
        if bytes.allSatisfy({ $0 < 0x80 && $0 != ISO2022.escape }) { return String(decoding: bytes, as: UTF8.self) }
        if extended, bytes.contains(ISO2022.escape) { return ISO2022.decode(bytes, base: base) }
        // Devices declare a second set and then use it without escaping to it; with one set there is no doubt which.
        if base == .ascii, let only { return Self.decode(bytes, only) }
        return Self.decode(bytes, base)
    }

    static func decode(_ bytes: [UInt8], _ term: Term) -> String? {
        switch term {
        case .utf8: String(validating: bytes, as: UTF8.self)
        case .katakana: katakana(bytes)
        case .iconv(let name): CharacterConversion.decode(bytes, from: name)
        case .ascii, .unknown: nil
        }
    }

    private static func term(_ value: String) -> Term {
        let spelled = value.uppercased().filter { $0.isLetter || $0.isNumber }
        if spelled.isEmpty { return .ascii }
        if spelled == "GB18030" || spelled == "GBK" { return .iconv(spelled) }
        guard spelled.hasPrefix("ISO") else { return .unknown }
        var number = spelled.dropFirst(3)
        if number.hasPrefix("2022") { number = number.dropFirst(4) }
        if number.hasPrefix("IR") { number = number.dropFirst(2) }
        switch number {
        case "6": return .ascii
        case "192": return .utf8
        case "13": return .katakana
        default: return singleByte[String(number)].map { .iconv($0) } ?? (number.isEmpty ? .ascii : .unknown)
        }
    }

    /// JIS X 0201.
    ///
    /// Its yen sign and overline stand at the places of `\` and `~` and are used as these in DICOM.
    static func katakana(_ bytes: [UInt8]) -> String? {
        var view = String.UnicodeScalarView()
        for byte in bytes {
            switch byte {
            case 0x00..<0x80: view.append(Unicode.Scalar(byte))
            case 0xA1...0xDF:
                guard let scalar = Unicode.Scalar(0xFF61 + UInt32(byte - 0xA1)) else { return nil }
                view.append(scalar)
            default: return nil
            }
        }
        return String(view)
    }

    /// Registration number of ISO-IR to the name `iconv` knows.
    static let singleByte: [String: String] = [
        "100": "ISO-8859-1", "101": "ISO-8859-2", "109": "ISO-8859-3", "110": "ISO-8859-4", "144": "ISO-8859-5",
        "127": "ISO-8859-6", "126": "ISO-8859-7", "138": "ISO-8859-8", "148": "ISO-8859-9", "203": "ISO-8859-15",
        "166": "TIS-620",
    ]
}

/// The C library's `iconv`, without replacement characters.
enum CharacterConversion {
    /// Nil when the bytes are not of that encoding or the C library lacks it (a minimal image without gconv modules).
    static func decode(_ bytes: [UInt8], from name: String) -> String? {
        guard let converter = iconv_open("UTF-8", name), converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        // No encoding here gives more than four bytes of UTF-8 for one of its own.
        var output = [UInt8](repeating: 0, count: bytes.count * 4 + 4)
        let written: Int? = bytes.withUnsafeBytes { source in
            output.withUnsafeMutableBytes { target in
                // iconv's parameter is not const for historical reasons; it does not write to the source.
                var from = UnsafeMutablePointer(mutating: source.bindMemory(to: CChar.self).baseAddress)
                var left = source.count
                var into = target.bindMemory(to: CChar.self).baseAddress
                var room = target.count
                let result = iconv(converter, &from, &left, &into, &room)
                return result == -1 || left != 0 ? nil : target.count - room
            }
        }
        return written.flatMap { String(validating: output[..<$0], as: UTF8.self) }
    }
}
