import Testing

@testable import DICOM

struct CharacterEncoderTests {
    private static let escape = "\u{1B}"

    private func encoded(_ text: String, _ terms: String) -> [UInt8]? {
        CharacterEncoder(SpecificCharacterSet(text: terms)).encode(text)
    }

    private static func bytes(_ parts: Any...) -> [UInt8] {
        parts.flatMap { ($0 as? String).map { Array($0.utf8) } ?? ($0 as? [UInt8]) ?? [] }
    }

    @Test("the standard's examples are written byte for byte (PS3.5 sections H.3.1, H.3.2, I.2)")
    func examples() {
        let e = Self.escape
        #expect(
            encoded("Yamada^Tarou=山田^太郎=やまだ^たろう", "\\ISO 2022 IR 87")
                == Array(
                    "Yamada^Tarou=\(e)$B;3ED\(e)(B^\(e)$BB@O:\(e)(B=\(e)$B$d$^$@\(e)(B^\(e)$B$?$m$&\(e)(B".utf8))
        #expect(
            encoded("ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎", "ISO 2022 IR 13\\ISO 2022 IR 87")
                == Self.bytes(
                    [0xD4, 0xCF, 0xC0, 0xDE, 0x5E, 0xC0, 0xDB, 0xB3] as [UInt8],
                    "=\(e)$B;3ED\(e)(J^\(e)$BB@O:\(e)(J"))
        #expect(
            encoded("Hong^Gildong=洪^吉洞=홍^길동", "\\ISO 2022 IR 149")
                == Self.bytes(
                    "Hong^Gildong=\(e)$)C", [0xFB, 0xF3] as [UInt8], "^\(e)$)C",
                    [0xD1, 0xCE, 0xD4, 0xD7] as [UInt8], "=\(e)$)C", [0xC8, 0xAB] as [UInt8], "^\(e)$)C",
                    [0xB1, 0xE6, 0xB5, 0xBF] as [UInt8]))
    }

    @Test(
        "what is written is read back",
        arguments: [
            ("ISO_IR 100", "Äneas^Rüdiger"), ("ISO_IR 101", "Łódź^Žofie"), ("ISO_IR 109", "Ħal^Ċensu"),
            ("ISO_IR 110", "Ąžuolas"), ("ISO_IR 144", "Люкceмбypг"), ("ISO_IR 127", "قباني^لنزار"),
            ("ISO_IR 126", "Διονυσιος"), ("ISO_IR 138", "שרון^דבורה"), ("ISO_IR 148", "Çağrı^Işık"),
            ("ISO_IR 203", "Œuvre€"),
            ("ISO_IR 166", "สมชาย"), ("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ"), ("ISO_IR 192", "राव^आशा=王^小東"),
            ("GB18030", "Wang^XiaoDong=王^小东 राव"), ("GBK", "Wang^XiaoDong=王^小东"), ("\\ISO 2022 IR 87", "山田^太郎 A"),
            ("\\ISO 2022 IR 87\\ISO 2022 IR 159", "丂山^丂"), ("\\ISO 2022 IR 149", "김희중 Kim 김"),
            ("\\ISO 2022 IR 58", "王^小东"), ("\\ISO 2022 IR 100\\ISO 2022 IR 144", "Müller^Люк ü"),
            ("ISO 2022 IR 100\\ISO 2022 IR 126", "Müller^Διο=é"),
            ("ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159", "ﾔ山丂ﾔ^ﾔ"),
            ("ISO 2022 IR 149", "김희중"), ("ISO 2022 IR 87", "山田"),
        ])
    func roundTrip(terms: String, text: String) throws {
        let set = SpecificCharacterSet(text: terms)
        let bytes = try #require(CharacterEncoder(set).encode(text))
        #expect(SpecificCharacterSet(text: set.declared).decode(bytes) == text)
        #expect(set.isSupported && ResponseCharacterSets.isUsable(set.declared))
    }

    @Test(
        "a character that a set does not have is never written as something else",
        arguments: [
            ("ISO_IR 6", "é"), ("", "é"), ("ISO_IR 100", "Łódź"), ("ISO_IR 100", "€"), ("ISO_IR 126", "Люк"),
            ("ISO_IR 13", "山"), ("ISO_IR 13", "ヤ"), ("\\ISO 2022 IR 87", "김"), ("\\ISO 2022 IR 149", "राव"),
            ("GBK", "राव"), ("ISO_IR 999", "é"), ("ISO_IR 100", "a\u{1B}b"), ("ISO_IR 192", "a\u{1B}b"),
        ])
    func refuses(terms: String, text: String) {
        #expect(encoded(text, terms) == nil)
    }

    @Test("what is replaced is counted")
    func replacing() {
        let latin = CharacterEncoder(SpecificCharacterSet(["ISO_IR 100"])).replacing("Müller^राव")
        #expect(latin.bytes == Self.bytes("M", [0xFC] as [UInt8], "ller^???") && latin.replaced == 3)
        let japanese = CharacterEncoder(SpecificCharacterSet(text: "\\ISO 2022 IR 87")).replacing("山김")
        #expect(japanese.bytes == Array("\u{1B}$B;3\u{1B}(B?".utf8) && japanese.replaced == 1)
    }

    @Test(
        "how a set is declared, whatever the spelling",
        arguments: [
            ("ISO-IR 100", "ISO_IR 100"), ("ISO_IR_100", "ISO_IR 100"), ("ISO 2022 100", "ISO_IR 100"),
            ("ISO 2022 IR 100", "ISO_IR 100"), ("ISO 2022 IR 6\\ISO 2022 IR 87", "\\ISO 2022 IR 87"),
            ("\\ISO 2022 IR 149", "\\ISO 2022 IR 149"), ("ISO 2022 IR 149", "\\ISO 2022 IR 149"), ("ISO_IR 6", ""),
            ("utf-8", "ISO_IR 192"), ("gb18030", "GB18030"), ("ISO 8859-1", "ISO_IR 100"), ("", ""),
        ])
    func declared(spelled: String, expected: String) {
        #expect(SpecificCharacterSet(text: spelled).declared == expected)
    }

    @Test(
        "sets that cannot go together, or are none",
        arguments: ["ISO_IR 192\\ISO 2022 IR 87", "LATIN", "ISO_IR 999", "\\GB18030"])
    func unusable(text: String) {
        #expect(!ResponseCharacterSets.isUsable(text))
    }
}
