import ASTM
import Testing

@Suite struct RecordWriterTests {
    @Test(arguments: [
        (TextEncoding.utf8, "Zoë€अ"), (.auto, "Zo\u{EB}??"), (.iso8859_1, "Zo\u{EB}??"),
        (.windows1252, "Zo\u{EB}\u{80}?"),
    ])
    func encodings(encoding: TextEncoding, written: String) {
        // Of all but UTF-8 a character stands for a byte.
        let bytes = encoding == .utf8 ? Array(written.utf8) : written.unicodeScalars.map { UInt8($0.value) }
        var writer = RecordWriter(encoding: encoding)
        writer.record("C", [.text("Zoë€अ"), .components(["x", "Zoë€अ"])])
        #expect([UInt8](writer.bytes) == [Array("C|".utf8), bytes, Array("|x^".utf8), bytes, [0x0D]].flatMap { $0 })
    }

    @Test func withoutAnEscapeDelimiterTheStructureStaysWhole() throws {
        var writer = RecordWriter(
            delimiters: Delimiters(field: 0x7C, repeat: 0x5C, component: 0x5E, escape: nil))
        writer.header(["a|b"])
        writer.record("P", [.components(["x^y\\z\r", "w"])])
        let message = try ASTMMessage.parse(writer.bytes)
        #expect(message.records.map(\.type.letter) == ["H", "P"])
        #expect(message.records[0].text(field: 3) == "a b")
        #expect(message.records[1].text(field: 2, component: 1) == "x y z ")
        #expect(message.records[1].text(field: 2, component: 2) == "w")
    }
}
