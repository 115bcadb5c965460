/// The encoding of texts that a data set declares in Specific Character Set (0008,0005) (PS3.3 section C.12.1.1.2).
///
/// Decoding either gives exactly the characters that were meant or says that it cannot: nothing is replaced.
public struct SpecificCharacterSet: Sendable, Hashable {
    /// The repertoires, at least one; the first is in force at the beginning of each value.
    let terms: [DefinedTerm]
    /// Whether escape sequences of ISO 2022 may change it.
    let isExtended: Bool
    /// The only encoding beyond ASCII that is declared.
    private let only: DefinedTerm?

    /// Unicode.
    static let utf8 = SpecificCharacterSet([DefinedTerm.utf8.value(extended: false)])

    /// From the values of the element; none means the default repertoire.
    ///
    /// Spellings that devices use for the defined terms (`ISO-IR 100`, `ISO_IR_100`, `ISO 2022 100`) are understood.
    public init(_ values: [String]) {
        let terms = values.map { DefinedTerm($0) }
        self.terms = terms.isEmpty ? [.ascii] : terms
        isExtended = values.count > 1 || values.contains { $0.contains("2022") }
        let others = Set(terms.filter { $0 != .ascii })
        only = others.count == 1 ? others.first : nil
    }

    /// From the element's text, values separated by a backslash.
    public init(text: String) {
        self.init(text.split(separator: "\\", omittingEmptySubsequences: false).map { String($0) })
    }

    /// The bytes of a text; nil when it has a character that is not of this character set.
    func encode(_ text: String) -> [UInt8]? { CharacterEncoder(self).encode(text) }

    /// Whether every repertoire is known and they may be declared together.
    public var isSupported: Bool {
        guard !terms.contains(.unknown) else { return false }
        return written.count == 1 || written.allSatisfy(\.allowsExtensions)
    }

    /// The repertoires as they are written: a set of two bytes a character is never the first.
    var written: [DefinedTerm] {
        guard let first = terms.first, !first.standsAlone else { return terms }
        return [.ascii] + terms.filter { $0 != .ascii }
    }

    /// The text of Specific Character Set that declares it; empty for the default repertoire.
    public var declared: String {
        let terms = written
        if terms.count == 1, let only = terms.first { return only == .ascii ? "" : only.value(extended: false) }
        return terms.map { $0.value(extended: true) }.joined(separator: "\\")
    }

    /// The text, or nil when the bytes are not of this character set or the set is not supported.
    func decode(_ bytes: some Collection<UInt8>) -> String? {
        let bytes = Array(bytes)
        let first = terms.first ?? .ascii
        if bytes.allSatisfy({ $0 < 0x80 && $0 != ISO2022.escape }) { return String(decoding: bytes, as: UTF8.self) }
        if isExtended, bytes.contains(ISO2022.escape) { return ISO2022.decode(bytes, base: first) }
        // Devices declare a second set and then use it without escaping to it; with one set there is no doubt which.
        if first == .ascii, let only { return Self.decode(bytes, only) }
        return Self.decode(bytes, first)
    }

    private static func decode(_ bytes: [UInt8], _ term: DefinedTerm) -> String? {
        switch term.encoding {
        case .multiByte("UTF-8"): String(validating: bytes, as: UTF8.self)
        case .multiByte(let name), .oneByte(let name), .twoBytes(let name):
            CharacterConversion.decode(bytes, from: name)
        case .katakana: katakana(bytes)
        case .ascii, .jisX0208, .jisX0212, .unknown: nil
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
}
