import HL7
import Testing

@Suite struct HL7MessageTests {
    func parse(_ text: String) throws -> HL7Message { try HL7Message.parse(bytes(text)) }

    @Test func fieldsByPath() throws {
        let message = try parse(result)
        func at(_ path: String) throws -> String? { message.text(try HL7Path(path)) }
        #expect(try at("MSH-1") == "|")
        #expect(try at("MSH-2") == "^~\\&")
        #expect(try at("MSH-3") == "BC")
        #expect(try at("MSH-9.2") == "R01")
        #expect(try at("MSH-16") == "0")
        #expect(try at("MSH-18") == "UNICODE")
        #expect(try at("PID-3.1") == "MRN1")
        #expect(try at("PID-3(2).4") == "LOCAL")
        #expect(try at("PID-3(1)") == "MRN1^^^HOSP^MR")
        #expect(try at("PID-3") == "MRN1^^^HOSP^MR~X9^^^LOCAL")
        #expect(try at("PID-5.2") == "ASHA")
        #expect(try at("OBX-5") == "7.51")
        #expect(try at("OBX-8(2)") == "H")
        #expect(try at("OBX[2]-3.4") == "HGB")
        #expect(try at("OBX[2]-5.1") == "<0.10")
        #expect(try at("OBX[2]-5") == "<0.10^")
        #expect(try at("OBX[2]-10") == "  ")
        #expect(try at("OBX.11") == "F")
        for absent in [
            "OBX-2.2", "OBX[2]-2", "OBX[3]-1", "PID-99", "PID-2", "ZZZ-1", "PID-3(3).1", "MSH-99", "OBX-1.1.2",
        ] {
            #expect(try at(absent) == nil, "\(absent)")
        }
        #expect(message.messageType == "ORU")
        #expect(message.triggerEvent == "R01")
        #expect(message.controlID == "17")
    }

    @Test func segmentsKnowTheirPlace() throws {
        let message = try parse(result)
        #expect(message.segments.map(\.name) == ["MSH", "PID", "OBR", "OBX", "OBX"])
        #expect(message.segments.map(\.position) == [1, 2, 3, 4, 5])
        #expect(message.segments.map(\.occurrence) == [1, 1, 1, 1, 2])
        #expect(message.all("OBX").map(\.position) == [4, 5])
        #expect(message.first("OBX")?.position == 4)
        #expect(message.first("NTE") == nil)
        #expect(message.first("TOOLONG") == nil)
        #expect(message.segment(at: 5)?.occurrence == 2)
        #expect(message.segment(at: 0) == nil)
        #expect(message.segment(at: 6) == nil)
        #expect(message.first("PID")?.repeats(3) == 2)
        #expect(message.first("PID")?.repeats(2) == 0)
        #expect(message.first("PID")?.components(3, repeat: 2) == 4)
        #expect(message.first("PID")?.fieldCount == 8)
        #expect(message.header.fieldCount == 18)
        #expect(message.header.repeats(2) == 1)
    }

    @Test func deleteIsNotEmpty() throws {
        let message = try parse(result)
        #expect(message.value(try HL7Path("OBX[2]-7")) == .delete)
        #expect(message.text(try HL7Path("OBX[2]-7")) == nil)
        #expect(message.value(try HL7Path("OBX[2]-4")) == .empty)
        #expect(message.value(try HL7Path("OBX-5")) == .text("7.51"))
        #expect(message.value(try HL7Path("ZZZ-5")) == .empty)
    }

    @Test func subcomponents() throws {
        let message = try parse("MSH|^~\\&\rOBX|1|ST|CT&x&1^b&c||a&b")
        func at(_ path: String) throws -> String? { message.text(try HL7Path(path)) }
        #expect(try at("OBX-3.1.3") == "1")
        #expect(try at("OBX-3.2.2") == "c")
        #expect(try at("OBX-5.1.2") == "b")
        #expect(try at("OBX-5.1") == "a&b")
        #expect(try at("OBX-3.1.4") == nil)
    }

    @Test func delimitersComeFromTheHeader() throws {
        let message = try parse("MSH#*%!?#dev\rPID#1##A*B?C%D##x!F!y")
        #expect(message.text(try HL7Path("PID-3.2.2")) == "C")
        #expect(message.text(try HL7Path("PID-3(2)")) == "D")
        #expect(message.text(try HL7Path("PID-5")) == "x#y")
        #expect(message.text(try HL7Path("MSH-1")) == "#")
        #expect(message.text(try HL7Path("MSH-3")) == "dev")
        // Not declared means not divided.
        let bare = try parse("MSH||dev\rPID|1||A^B~C\\F\\")
        #expect(bare.text(try HL7Path("PID-3")) == "A^B~C\\F\\")
        #expect(bare.text(try HL7Path("PID-3.1")) == "A^B~C\\F\\")
        #expect(bare.text(try HL7Path("PID-3.2")) == nil)
        #expect(bare.text(try HL7Path("MSH-3")) == "dev")
    }

    @Test(arguments: ["\r", "\n", "\r\n", "\r\r", "\n\n\r"])
    func segmentEndsAndBlankLines(end: String) throws {
        let lines = result.split(separator: "\r").joined(separator: end)
        for around in ["", "\r\n", "\u{FEFF}", "  \r\n "] {
            let message = try parse(around + lines + end)
            #expect(message.segments.map(\.name) == ["MSH", "PID", "OBR", "OBX", "OBX"])
            #expect(message.text(try HL7Path("OBX[2]-11")) == "F")
            #expect(message.text(try HL7Path("MSH-18")) == "UNICODE")
        }
    }

    @Test func errorsNameWhatWasSeen() {
        #expect(throws: HL7Error.empty) { try parse("") }
        #expect(throws: HL7Error.empty) { try parse("\r\n \r") }
        #expect(throws: HL7Error.noHeader(saw: "PID")) { try parse("PID|1\rMSH|^~\\&") }
        #expect(throws: HL7Error.noHeader(saw: "?")) { try parse("RAO|ASHA") }
        #expect(throws: HL7Error.noHeader(saw: "?")) { try parse("x") }
        #expect(throws: HL7Error.delimiters) { try parse("MSH") }
        #expect(throws: HL7Error.delimiters) { try parse("MSHABC") }
        #expect(HL7Error.noHeader(saw: "PID").description.contains("but with PID"))
    }

    @Test func characterSets() throws {
        func unit(_ declared: String, _ unit: [UInt8], _ encoding: TextEncoding = .auto) throws -> String? {
            let input = bytes("MSH|^~\\&||||||||||||||||\(declared)\rOBX|1|NM|x||5|") + unit + bytes("\r")
            return try HL7Message.parse(input, encoding: encoding).first("OBX")?.text(field: 6)
        }
        #expect(try unit("ASCII", [0xC2, 0xB5]) == "µ")
        #expect(try unit("8859/1", [0xC2, 0xB5]) == "µ")
        #expect(try unit("8859/1", [0xB5]) == "µ")
        #expect(try unit("UNICODE UTF-8", [0xB5]) == "µ")
        #expect(try unit("", [0xB5]) == "µ")
        #expect(try unit("UNKNOWN", [0xB5]) == "µ")
        #expect(try unit("windows-1252", [0x80]) == "€")
        #expect(try unit("8859/1", [0x80]) == "\u{80}")
        #expect(try unit("8859/1~UNICODE UTF-8", [0xB5]) == "µ")
        // The profile goes before everything.
        #expect(try unit("UNICODE UTF-8", [0xC2, 0xB5], .iso8859_1) == "Âµ")
        #expect(try unit("8859/1", [0xB5], .utf8) == "µ")
        #expect(try unit("", bytes("\\XB5\\g")) == "µg")
        #expect(try unit("", bytes("\\XC2B5\\g"), .iso8859_1) == "Âµg")
    }

    /// One ISO 8859-1 letter in a name leaves the units what they are.
    @Test func aMessageOfTwoCharacterSetsIsReadPartByPart() throws {
        let input = bytes("MSH|^~\\&|\rPID|1||1||M") + [0xFC] + bytes("ller\rOBX|1|NM|x||5|µmol/L\\T\\µ\r")
        let message = try HL7Message.parse(input)
        #expect(message.first("PID")?.text(field: 5) == "Müller")
        #expect(message.first("OBX")?.text(field: 6) == "µmol/L&µ")
    }

    @Test func partsAreTheTextsOfAFieldCutOnce() throws {
        let message = try HL7Message.parse(bytes("MSH|^~\\&|A^B\rPID|1||a^b&c^\"\"~~d\\S\\^|\r"))
        let pid = try #require(message.first("PID"))
        #expect(pid.parts(3) == [["a", "b&c", nil], [nil], ["d^", nil]])
        #expect(pid.parts(3, subcomponent: 1) == [["a", "b", nil], [nil], ["d^", nil]])
        #expect(pid.parts(3, subcomponent: 2) == [[nil, "c", nil], [nil], [nil, nil]])
        #expect(pid.parts(2) == [])
        #expect(pid.parts(9) == [])
        #expect(message.header.parts(2) == [["^~\\&"]])
    }

    @Test func manyNames() throws {
        let names: [String] = (0..<40).map { "Z\($0 / 10)\($0 % 10)" }
        let message = try parse("MSH|^~\\&\r" + (names + names).joined(separator: "|1\r") + "|1\r")
        let expected = [Int](repeating: 1, count: 40) + [Int](repeating: 2, count: 40)
        #expect(message.segments.map(\.occurrence) == [1] + expected)
        #expect(message.text(try HL7Path("Z39[2]-1")) == "1")
    }

    @Test func longFieldsAreFoundAsShortOnes() throws {
        // The reader looks at eight bytes at a time: every length around that.
        for length in 0..<40 {
            let long = String(repeating: "x", count: length)
            let message = try parse("MSH|^~\\&\rOBX|\(long)|b|\(long)^c|d|")
            #expect(message.text(try HL7Path("OBX-1")) == (length == 0 ? nil : long))
            #expect(message.text(try HL7Path("OBX-2")) == "b")
            #expect(message.text(try HL7Path("OBX-3.2")) == "c")
            #expect(message.text(try HL7Path("OBX-4")) == "d")
            #expect(message.text(try HL7Path("OBX-5")) == nil)
        }
    }

    /// Against the plainest reading there is: split by the delimiters.
    @Test(arguments: 0..<100)
    func fieldsAgreeWithPlainSplitting(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let alphabet = bytes("||||^~&ab7 .\u{80}")
        let body = (0..<Int.random(in: 0..<120, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0
        }
        let message = try HL7Message.parse(bytes("MSH|^~\\&\rOBX|") + body)
        let segment = try #require(message.first("OBX"))
        let fields = body.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        for (index, field) in fields.enumerated() {
            #expect(segment.raw(index + 1).elementsEqual(field))
            let repeats = field.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
            for (number, one) in repeats.enumerated() {
                #expect(segment.raw(field: index + 1, repeat: number + 1).elementsEqual(one))
                let components = one.split(separator: UInt8(ascii: "^"), omittingEmptySubsequences: false)
                for (place, component) in components.enumerated() {
                    let found = segment.raw(field: index + 1, repeat: number + 1, component: place + 1)
                    #expect(found.elementsEqual(component))
                }
            }
        }
        #expect(segment.raw(fields.count + 1).isEmpty)
    }

    @Test(arguments: 0..<300)
    func anyBytesAreReadOrRefused(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let alphabet = bytes("MSH|^~\\&PIDOBX12\r\n\" ") + [0, 0x80, 0xC3, 0xFF]
        var input = (0..<200).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        if seed % 2 == 0 { input = bytes("MSH") + input }
        guard let message = try? HL7Message.parse(input) else { return }
        for segment in message.segments {
            for field in [Int.min, -1, 0, 1, 2, 3, 9, Int.max] {
                _ = segment.value(field: field, repeat: field, component: field, subcomponent: field)
                _ = segment.text(field: field)
                _ = segment.repeats(field)
            }
        }
        _ = HL7Acknowledgement(code: .AE, controlID: "1", time: "2").answer(to: message)
    }

    @Test func nothingIsPrinted() throws {
        let message = try parse(result)
        var shown = "\(message) \(message.first("PID").map { "\($0)" } ?? "") \(MLLPToken.message(bytes("RAO")))"
        dump(message, to: &shown)
        dump(Array(message.segments), to: &shown)
        for secret in ["MRN1", "RAO", "L24", "82"] { #expect(!shown.contains(secret), "\(secret)") }
        #expect(message.description == "message MSH PID OBR OBX OBX, \(result.utf8.count) bytes")
    }
}

@Suite struct HL7PathTests {
    @Test(arguments: ["PID-3.1", "OBX-5", "PID-3(2).4.1", "OBX[2]-5", "ZA1-10.2"])
    func writtenAsRead(path: String) throws { #expect(try HL7Path(path).description == path) }

    @Test(arguments: [
        "", "PID", "PID-", "PID-0", "pid-3", "PI-3", "PIDX-3", "PID-3.", "PID-3.0", "PID-3.1.1.1", "PID-3 ", "PID-a",
        "PID[0]-3", "PID[-3", "PID-3(0)", "PID-3(1", "PID-99999999999999999999", "PID--3", "PID-3()", "PID-٣",
    ])
    func refused(path: String) { #expect(throws: HL7Path.Malformed(text: path)) { try HL7Path(path) } }
}

@Suite struct HL7EscapeTests {
    let codec = HL7EscapeCodec(delimiters: .standard)

    @Test(arguments: [
        ("a\\F\\b", "a|b"), ("a\\S\\b", "a^b"), ("a\\T\\b", "a&b"), ("a\\R\\b", "a~b"), ("a\\E\\b", "a\\b"),
        ("\\X48692A\\", "Hi*"), ("a\\.br\\b", "a\nb"), ("\\F\\\\F\\", "||"), ("\\E\\F\\E\\", "\\F\\"),
        ("\\H\\bold\\N\\", "\\H\\bold\\N\\"), ("\\.sp+3\\", "\\.sp+3\\"), ("\\Z1\\", "\\Z1\\"), ("\\X4\\", "\\X4\\"),
        ("C:\\dir", "C:\\dir"), ("\\", "\\"), ("\\\\", "\\\\"), ("\\F", "\\F"), ("10\\ 20\\", "10\\ 20\\"), ("", ""),
    ])
    func unescape(escaped: String, plain: String) { #expect(text(codec.unescape(bytes(escaped))) == plain) }

    @Test(arguments: 0..<50)
    func roundTrip(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        // CR becomes a line break, so it is not in this set.
        let alphabet = bytes("|\\^&~FSTREXab.\n") + [0, 5, 0x7F, 0xC3, 0xFF]
        let plain = (0..<40).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        let escaped = codec.escape(plain)
        #expect(codec.unescape(escaped) == plain)
        #expect(!escaped.contains { $0 < 0x20 || bytes("|^~&").contains($0) })
    }

    @Test func lineEndsBecomeOneBreak() {
        #expect(text(codec.escape(bytes("a\r\nb\rc\nd"))) == "a\\.br\\b\\.br\\c\\.br\\d")
    }

    @Test func withoutAnEscapeCharacterTheStructureStaysWhole() {
        let codec = HL7EscapeCodec(
            delimiters: HL7Delimiters(
                field: UInt8(ascii: "|"), component: UInt8(ascii: "^"), repeat: nil, escape: nil, subcomponent: nil))
        #expect(text(codec.escape(bytes("a|b^c\rd~\\"))) == "a b c d~\\")
        #expect(text(codec.unescape(bytes("\\F\\"))) == "\\F\\")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var writer = HL7Writer()
        writer.header(["a|b", "", ["c^", "d"]])
        writer.segment("OBX", ["1", "", .repeats([["x~", "y"], "z\\"]), .raw(bytes("r^s")), "", ""])
        #expect(text(writer.bytes) == "MSH|^~\\&|a\\F\\b||c\\S\\^d\rOBX|1||x\\R\\^y~z\\E\\|r^s\r")
        let message = try HL7Message.parse(writer.bytes)
        #expect(message.text(try HL7Path("MSH-3")) == "a|b")
        #expect(message.text(try HL7Path("MSH-5.1")) == "c^")
        #expect(message.text(try HL7Path("OBX-3(1).1")) == "x~")
        #expect(message.text(try HL7Path("OBX-3(2)")) == "z\\")
        #expect(message.text(try HL7Path("OBX-4.2")) == "s")
    }
}
