import Testing

@testable import DICOM

struct SpecificCharacterSetTests {
    @Test(
        "encodings of one byte, UTF-8 and GB18030",
        arguments: [
            (["ISO_IR 100"], [0x4D, 0xFC, 0x6C], "Mül"), (["ISO_IR 101"], [0xA3], "Ł"), (["ISO_IR 109"], [0xA1], "Ħ"),
            (["ISO_IR 110"], [0xA1], "Ą"), (["ISO_IR 144"], [0xD8, 0xD2], "ив"), (["ISO_IR 127"], [0xC7], "ا"),
            (["ISO_IR 126"], [0xC4], "Δ"), (["ISO_IR 138"], [0xF9], "ש"), (["ISO_IR 148"], [0xFD], "ı"),
            (["ISO_IR 166"], [0xA1], "ก"), (["ISO_IR 13"], [0xD4], "ﾔ"), (["ISO_IR 192"], [0xE0, 0xA4, 0xB0], "र"),
            (["GB18030"], [0xCD, 0xF5], "王"), (["GBK"], [0xCD, 0xF5], "王"),
            // Spellings that devices use.
            (["ISO-IR 100"], [0xFC], "ü"), (["ISO_IR_100"], [0xFC], "ü"), (["iso_ir 100 "], [0xFC], "ü"),
            (["ISO 2022 IR 6", "ISO 2022 IR 100"], [0xFC], "ü"), (["", "ISO 2022 IR 100"], [0xFC], "ü"),
            (["ISO 2022 IR 100"], [0xFC], "ü"), (["ISO 2022 100"], [0xFC], "ü"),
            ([""], [0x41], "A"), ([], [0x41], "A"), (["NONSENSE"], [0x41], "A"),
        ] as [([String], [UInt8], String)])
    func decodes(terms: [String], bytes: [UInt8], expected: String) {
        #expect(SpecificCharacterSet(terms).decode(bytes) == expected)
    }

    @Test(
        "bytes that are not of the declared set are refused, not replaced",
        arguments: [
            ([], [0xFC]), (["ISO_IR 6"], [0xFC]), (["ISO_IR 192"], [0xFC, 0x41]), (["NONSENSE"], [0xFC]),
            (["ISO_IR 999"], [0xFC]), (["GB18030"], [0xCD]), (["ISO_IR 109"], [0xA5]),
            (["", "ISO 2022 IR 87"], [0x1B, 0x7A, 0x41]), (["", "ISO 2022 IR 87"], [0x1B]),
            (["", "ISO 2022 IR 100", "ISO 2022 IR 101"], [0xFC]),
            (["", "ISO 2022 IR 87"], [0x1B, 0x24, 0x42, 0x3B]),
        ] as [([String], [UInt8])])
    func refuses(terms: [String], bytes: [UInt8]) {
        #expect(SpecificCharacterSet(terms).decode(bytes) == nil)
    }

    private static func bytes(_ parts: Any...) -> [UInt8] {
        parts.flatMap { ($0 as? String).map { Array($0.utf8) } ?? ($0 as? [UInt8]) ?? [] }
    }

    @Test("the standard's Japanese example (PS3.5 section H.3.1)")
    func japanese() {
        let bytes = Array(
            "Yamada^Tarou=\u{1B}$B;3ED\u{1B}(B^\u{1B}$BB@O:\u{1B}(B=\u{1B}$B$d$^$@\u{1B}(B^\u{1B}$B$?$m$&\u{1B}(B".utf8)
        #expect(SpecificCharacterSet(["", "ISO 2022 IR 87"]).decode(bytes) == "Yamada^Tarou=山田^太郎=やまだ^たろう")
    }

    @Test("the standard's second Japanese example, with half-width katakana (PS3.5 section H.3.2)")
    func katakana() {
        let bytes = Self.bytes(
            [0xD4, 0xCF, 0xC0, 0xDE, 0x5E, 0xC0, 0xDB, 0xB3] as [UInt8], "=\u{1B}$B;3ED\u{1B}(J^\u{1B}$BB@O:\u{1B}(J")
        #expect(SpecificCharacterSet(["ISO 2022 IR 13", "ISO 2022 IR 87"]).decode(bytes) == "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎")
    }

    @Test("the standard's Korean example (PS3.5 section I.2)")
    func korean() {
        let bytes = Self.bytes(
            "Hong^Gildong=\u{1B}$)C", [0xFB, 0xF3] as [UInt8], "^\u{1B}$)C", [0xD1, 0xCE, 0xD4, 0xD7] as [UInt8],
            "=\u{1B}$)C", [0xC8, 0xAB] as [UInt8], "^\u{1B}$)C", [0xB1, 0xE6, 0xB5, 0xBF] as [UInt8])
        #expect(SpecificCharacterSet(["", "ISO 2022 IR 149"]).decode(bytes) == "Hong^Gildong=洪^吉洞=홍^길동")
        // The delimiter brings back the initial set, so these bytes mean nothing any more.
        let unset = Self.bytes("\u{1B}$)C", [0xFB, 0xF3] as [UInt8], "^", [0xD1, 0xCE] as [UInt8])
        #expect(SpecificCharacterSet(["", "ISO 2022 IR 149"]).decode(unset) == nil)
    }
}
