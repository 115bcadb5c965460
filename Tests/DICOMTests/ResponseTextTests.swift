import Testing

@testable import DICOM

/// In which character set an entry goes out.
struct ResponseTextTests {
    private static let ascii = "RAO^ASHA"
    private static let latin = "Müller"
    private static let kanji = "山田^太郎"
    private static let hindi = "राव"

    @Test(
        "the modality's own, else none for ASCII, else the query's, else the fallback, else Unicode",
        arguments: [
            // own, the query's, fallback, text, declared
            (nil, nil, "ISO_IR 192", ascii, ""), (nil, "ISO_IR 100", "ISO_IR 192", ascii, ""),
            (nil, nil, "ISO_IR 192", latin, "ISO_IR 192"), (nil, "ISO_IR 100", "ISO_IR 192", latin, "ISO_IR 100"),
            (nil, "ISO-IR 100", "ISO_IR 192", latin, "ISO_IR 100"),
            (nil, "ISO_IR 100", "ISO_IR 192", hindi, "ISO_IR 192"),
            (nil, nil, "ISO_IR 100", latin, "ISO_IR 100"), (nil, nil, "ISO_IR 100", hindi, "ISO_IR 192"),
            (nil, "\\ISO 2022 IR 87", "ISO_IR 192", kanji, "\\ISO 2022 IR 87"),
            (nil, "NONSENSE", "ISO_IR 192", latin, "ISO_IR 192"), (nil, "ISO_IR 144", "GB18030", kanji, "GB18030"),
            ("ISO_IR 100", nil, "ISO_IR 192", ascii, "ISO_IR 100"),
            ("ISO_IR 100", nil, "ISO_IR 192", latin, "ISO_IR 100"),
            ("ISO_IR 100", "\\ISO 2022 IR 87", "ISO_IR 192", kanji, "\\ISO 2022 IR 87"),
            ("ISO_IR 100", nil, "ISO_IR 192", hindi, "ISO_IR 192"), ("ISO_IR 6", nil, "ISO_IR 192", ascii, ""),
            ("ISO_IR 6", nil, "ISO_IR 192", latin, "ISO_IR 192"),
        ] as [(String?, String?, String, String, String)])
    func choice(own: String?, query: String?, fallback: String, text: String, expected: String) {
        let response = ResponseText(
            ResponseCharacterSets(own: own, fallback: fallback), request: query.map { SpecificCharacterSet(text: $0) })
        let (declared, bytes) = response.encode([Self.ascii, text])
        #expect(declared == expected && response.replaced == 0)
        // Nothing is lost, whatever was chosen.
        let read = SpecificCharacterSet(text: declared)
        #expect(bytes.map { read.decode($0) } == [Self.ascii, text])
    }

    @Test("a modality that takes its own set only gets ?, counted")
    func strict() {
        let response = ResponseText(
            ResponseCharacterSets(own: "ISO_IR 100", strict: true), request: SpecificCharacterSet(["ISO_IR 192"]))
        let (declared, bytes) = response.encode([Self.latin, Self.hindi])
        #expect(declared == "ISO_IR 100" && bytes == [[0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72], Array("???".utf8)])
        #expect(response.replaced == 3)
        _ = response.encode([Self.kanji])
        #expect(response.replaced == 7)
    }

    @Test("each entry is judged by itself")
    func each() {
        let response = ResponseText(ResponseCharacterSets(), request: SpecificCharacterSet(["ISO_IR 100"]))
        #expect(
            [Self.hindi, Self.ascii, Self.latin].map { response.encode([$0]).declared } == [
                "ISO_IR 192", "", "ISO_IR 100",
            ])
    }
}
