/// One value of Specific Character Set (PS3.3 tables C.12-2 to C.12-5): a character repertoire and how it is encoded.
struct DefinedTerm: Hashable, Sendable {
    enum Encoding: Hashable, Sendable {
        /// ISO_IR 6, the default repertoire.
        case ascii
        /// One byte a character above ASCII, by its name in `iconv`.
        case oneByte(String)
        /// ISO_IR 13: half-width katakana above ASCII.
        case katakana
        /// Two bytes with the high bit set a character, by the name of an EUC encoding in `iconv`; only with code
        /// extensions.
        case twoBytes(String)
        /// JIS X 0208 and JIS X 0212: two bytes in place of ASCII; only with code extensions.
        case jisX0208
        case jisX0212
        /// UTF-8, GB18030 or GBK: without code extensions.
        case multiByte(String)
        case unknown
    }

    let encoding: Encoding
    /// The number of its registration (`100` of `ISO_IR 100`), or its name where it has none.
    let registration: String
    /// The escape sequence that designates it, without the escape character; empty where there is none.
    let escape: [UInt8]

    private init(_ encoding: Encoding, _ registration: String, _ escape: String = "") {
        self.encoding = encoding
        self.registration = registration
        self.escape = Array(escape.utf8)
    }

    static let ascii = DefinedTerm(.ascii, "6", "(B")
    static let utf8 = DefinedTerm(.multiByte("UTF-8"), "192")
    static let unknown = DefinedTerm(.unknown, "")

    /// Every one that is known.
    static let all: [DefinedTerm] = [
        ascii, utf8, DefinedTerm(.oneByte("ISO-8859-1"), "100", "-A"), DefinedTerm(.oneByte("ISO-8859-2"), "101", "-B"),
        DefinedTerm(.oneByte("ISO-8859-3"), "109", "-C"), DefinedTerm(.oneByte("ISO-8859-4"), "110", "-D"),
        DefinedTerm(.oneByte("ISO-8859-5"), "144", "-L"), DefinedTerm(.oneByte("ISO-8859-6"), "127", "-G"),
        DefinedTerm(.oneByte("ISO-8859-7"), "126", "-F"), DefinedTerm(.oneByte("ISO-8859-8"), "138", "-H"),
        DefinedTerm(.oneByte("ISO-8859-9"), "148", "-M"), DefinedTerm(.oneByte("ISO-8859-15"), "203", "-b"),
        DefinedTerm(.oneByte("TIS-620"), "166", "-T"), DefinedTerm(.katakana, "13", ")I"),
        DefinedTerm(.jisX0208, "87", "$B"), DefinedTerm(.jisX0212, "159", "$(D"),
        DefinedTerm(.twoBytes("EUC-KR"), "149", "$)C"), DefinedTerm(.twoBytes("EUC-CN"), "58", "$)A"),
        DefinedTerm(.multiByte("GB18030"), "GB18030"), DefinedTerm(.multiByte("GBK"), "GBK"),
    ]

    private static let byRegistration = Dictionary(uniqueKeysWithValues: all.map { ($0.registration, $0) })
    /// Devices name encodings by the standards they come from, too: the part of ISO 8859, and UTF-8.
    private static let parts = [
        "88591": "100", "88592": "101", "88593": "109", "88594": "110", "88595": "144", "88596": "127", "88597": "126",
        "88598": "138", "88599": "148", "885915": "203",
    ]

    /// From a value as devices spell it: `ISO_IR 100`, `ISO-IR 100`, `ISO_IR_100`, `ISO 2022 IR 100`, `ISO 2022 100`.
    ///
    /// Empty is the default repertoire.
    init(_ value: String) {
        let spelled = value.uppercased().filter { $0.isLetter || $0.isNumber }
        self = Self.find(spelled) ?? .unknown
    }

    private static func find(_ spelled: String) -> DefinedTerm? {
        switch spelled {
        case "", "ISO", "ISOIR", "ISO2022", "ISO2022IR": return ascii
        case "UTF8": return utf8
        case "GB18030", "GBK": return byRegistration[spelled]
        default:
            guard spelled.hasPrefix("ISO") else { return nil }
            var number = spelled.dropFirst(3)
            if number.hasPrefix("2022") { number = number.dropFirst(4) }
            if number.hasPrefix("IR") { number = number.dropFirst(2) }
            let text = String(number)
            return byRegistration[parts[text] ?? text].flatMap { $0.isNumbered ? $0 : nil }
        }
    }

    private var isNumbered: Bool { registration.allSatisfy(\.isNumber) }

    /// Whether it may stand beside others in one data set (ISO 2022).
    var allowsExtensions: Bool { !escape.isEmpty }

    /// Whether it can be the only one.
    var standsAlone: Bool {
        switch encoding {
        case .jisX0208, .jisX0212, .twoBytes, .unknown: false
        case .ascii, .oneByte, .katakana, .multiByte: true
        }
    }

    /// The value that declares it, alone or among several.
    func value(extended: Bool) -> String {
        guard isNumbered else { return registration }
        if extended { return encoding == .ascii ? "" : "ISO 2022 IR \(registration)" }
        return "ISO_IR \(registration)"
    }
}
