import HL7
import Testing

@Suite struct HL7WriterTests {
    @Test func emptyFieldsAtTheEnd() {
        var writer = HL7Writer()
        writer.segment("DSC", ["", ""])
        writer.segment("DSC", ["", ""], keepsEmptyFields: true)
        writer.segment("ZZZ", ["a", "", ""], keepsEmptyFields: true)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "DSC\rDSC||\rZZZ|a||\r")
    }

    @Test(arguments: [
        (TextEncoding.utf8, "Zoë€अ"), (.auto, "Zoë€अ"), (.iso8859_1, "Zo\u{EB}??"), (.windows1252, "Zo\u{EB}\u{80}?"),
    ])
    func encodings(encoding: TextEncoding, written: String) {
        // Of a character set of one byte a character stands for a byte.
        let isWide = encoding == .utf8 || encoding == .auto
        let bytes = isWide ? Array(written.utf8) : written.unicodeScalars.map { UInt8($0.value) }
        var writer = HL7Writer(encoding: encoding)
        writer.segment("PID", [.text("Zoë€अ"), .components(["अ"])])
        #expect(writer.bytes.starts(with: [Array("PID|".utf8), bytes, Array("|".utf8)].flatMap { $0 }))
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        for encoding in [TextEncoding.utf8, .iso8859_1, .windows1252] {
            var writer = HL7Writer(encoding: encoding)
            writer.header(["A|^~\\&\r\nB", "Zoë"])
            let header = try HL7Message.parse(writer.bytes, encoding: encoding).header
            #expect(header.text(field: 3) == "A|^~\\&\nB" && header.text(field: 4) == "Zoë")
        }
    }
}
