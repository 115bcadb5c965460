import ASTM
import Testing

@Suite struct RecordTests {
    func parse(_ records: [String]) throws -> ASTMMessage { try ASTMMessage.parse(recordText(records)) }

    @Test func fieldsCountFromTheRecordLetter() throws {
        let message = try parse([
            "H|\\^&|||dev^1.2^77", "P|1||MRN1", "O|1|S1^2^10||^^^GLU\\^^^K", "R|1|^^^GLU^685|5.10|mmol/L||H\\A||F",
            "L|1|N",
        ])
        let result = try #require(message.records(.result).first)
        #expect(result.text(field: 1) == "R")
        #expect(result.text(field: 3, repeat: 1, component: 4) == "GLU")
        #expect(result.text(field: 3, component: 5) == "685")
        #expect(result.text(field: 4) == "5.10")
        #expect(result.text(field: 3) == "^^^GLU^685")
        #expect(result.text(field: 7, repeat: 2) == "A")
        #expect(result.repeats(7) == 2)
        #expect(result.components(3) == 5)
        #expect(Array(result.raw(5)) == bytes("mmol/L"))
        #expect(result.fieldCount == 9)
        #expect(result.position == 4)
        let order = try #require(message.records(.order).first)
        #expect(order.text(field: 5, repeat: 2, component: 4) == "K")
        #expect(order.text(field: 3, component: 2) == "2")
        let header = try #require(message.header)
        #expect(header.text(field: 1) == "H")
        #expect(header.text(field: 2) == "\\^&")
        #expect(header.text(field: 2, repeat: 1, component: 1) == "\\^&")
        #expect(header.text(field: 5, component: 3) == "77")
        #expect(message.isTerminated)
    }

    @Test func whatIsNotThereIsNil() throws {
        let message = try parse(["H|\\^&", "R|1|^^^GLU||"])
        let result = try #require(message.records(.result).first)
        for field in [-1, 0, 4, 5, 6, 100, Int.max, Int.min] { #expect(result.text(field: field) == nil) }
        #expect(result.text(field: 3, component: 1) == nil)
        #expect(result.text(field: 3, component: 9) == nil)
        #expect(result.text(field: 3, repeat: 2, component: 4) == nil)
        #expect(result.text(field: 3, repeat: 0) == nil)
        #expect(result.raw(Int.min).isEmpty)
        #expect(result.repeats(4) == 0)
        #expect(result.components(4) == 0)
        #expect(result.repeats(3) == 1)
        #expect(!message.isTerminated)
        #expect(message.record(at: 0) == nil)
        #expect(message.record(at: 3) == nil)
    }

    @Test func emptyIsNotDelete() throws {
        let message = try parse(["H|\\^&", "R|1|x|\"\"||\"\"^a"])
        let result = try #require(message.records(.result).first)
        #expect(result.value(field: 4) == .delete)
        #expect(result.text(field: 4) == nil)
        #expect(result.value(field: 5) == .empty)
        #expect(result.value(field: 6, component: 1) == .delete)
        #expect(result.value(field: 6, component: 2) == .text("a"))
        #expect(result.value(field: 3) == .text("x"))
    }

    @Test(arguments: [
        ("H|`^&", "a`b^c", "b", "c"), ("H|@^\\", "a@b^c", "b", "c"), ("H;~*!", "a~b*c", "b", "c"),
    ])
    func delimitersComeFromTheHeader(header: String, field: String, first: String, second: String) throws {
        let separator = String(Array(header)[1])
        let message = try parse([header, ["R", "1", field].joined(separator: separator)])
        let result = try #require(message.records(.result).first)
        #expect(result.text(field: 3, repeat: 2, component: 1) == first)
        #expect(result.text(field: 3, repeat: 2, component: 2) == second)
    }

    @Test func delimiterDefinitions() {
        #expect(Delimiters(header: bytes("H|\\^&|||")) == .standard)
        #expect(Delimiters(header: bytes("H|\\^&")) == .standard)
        let two = Delimiters(header: bytes("H;^&;;"))
        #expect(two?.repeat == UInt8(ascii: "^"))
        #expect(two?.component == UInt8(ascii: "&"))
        #expect(two?.escape == nil)
        let doubled = Delimiters(header: bytes("H|\\\\^&|||"))
        #expect(doubled?.wasDoubled == true)
        #expect(doubled?.repeat == UInt8(ascii: "\\"))
        #expect(doubled?.escape == UInt8(ascii: "&"))
        for wrong in ["", "H", "H|", "H||||", "H|\\^\\|", "H|\\^&%$|", "Hxyz", "H ^&", "H|ab&|"] {
            #expect(Delimiters(header: bytes(wrong)) == nil, "\(wrong)")
        }
    }

    @Test func recordsKnowWhereTheyBelong() throws {
        let message = try parse([
            "H|\\^&",  // 1
            "P|1",  // 2
            "C|1|P",  // 3
            "O|1|S1",  // 4
            "C|1|O",  // 5
            "M|1|h",  // 6
            "C|1|M",  // 7
            "M|2|h",  // 8
            "R|1|a",  // 9
            "C|1|R",  // 10
            "C|2|R",  // 11
            "R|2|b",  // 12
            "O|2|S2",  // 13
            "R|1|c",  // 14
            "P|2",  // 15
            "R|1|d",  // 16
            "Q|1",  // 17
            "L|1",  // 18
        ])
        #expect(
            message.records.map(\.parent) == [
                nil, 1, 2, 2, 4, 4, 6, 4, 4, 9, 9, 4, 2, 13, 1, 15, 1, 1,
            ])
        let results = message.records(.result)
        #expect(results.map { message.order(of: $0)?.position } == [4, 4, 13, nil])
        #expect(results.map { message.patient(of: $0)?.position } == [2, 2, 2, 15])
        #expect(message.comments(of: results[0]).map(\.position) == [10, 11])
        #expect(message.comments(of: results[1]).isEmpty)
        let order = try #require(message.record(at: 4))
        #expect(message.comments(of: order).map(\.position) == [5])
        #expect(message.manufacturerRecords(of: order).map(\.position) == [6, 8])
        #expect(message.parent(of: order)?.type == .patient)
    }

    @Test func typesAreCaseInsensitiveAndLinesThatAreNoneAreKept() throws {
        let message = try parse(["h|\\^&", "p|1", "X|1|y", "AAB/=", "HQ==", "3R|1|a|5", "l|1"])
        #expect(message.records.map(\.type.letter) == ["H", "P", "?", "?", "?", "R", "L"])
        #expect(message.records.map(\.hasStrayNumber) == [false, false, false, false, false, true, false])
        #expect(message.records[5].text(field: 1) == "R")
        #expect(message.records[5].text(field: 4) == "5")
        #expect(Array(message.records[3].bytes) == bytes("AAB/="))
    }

    @Test func lineEndsAndBlankLines() throws {
        for end in ["\r", "\n", "\r\n", "\r\r"] {
            let message = try ASTMMessage.parse(bytes(smallMessage.joined(separator: end)))
            #expect(message.records.map(\.type.letter) == ["H", "P", "O", "R", "L"])
            #expect(message.records[3].text(field: 5) == "mmol/L")
        }
    }

    @Test func severalMessagesEachWithItsDelimiters() throws {
        let text = recordText(["H|\\^&", "R|1|a^b", "L|1", "H;`!&", "R;1;a!b", "L;1", "H;`!&", "R;1;c!d"])
        let messages = try ASTMMessage.parseAll(text)
        #expect(messages.map(\.records.count) == [3, 3, 2])
        #expect(messages.map { $0.records[1].text(field: 3, component: 2) } == ["b", "b", "d"])
        #expect(messages.map(\.isTerminated) == [true, true, false])
        #expect(messages[1].records[1].position == 2)
        #expect(throws: ASTMError.severalMessages(3)) { try ASTMMessage.parse(text) }
    }

    @Test func errorsNameWhatWasSeen() {
        #expect(throws: ASTMError.empty) { try ASTMMessage.parse([]) }
        #expect(throws: ASTMError.empty) { try ASTMMessage.parse(bytes("\r\n\r")) }
        #expect(throws: ASTMError.noHeader(saw: "P")) { try parse(["P|1", "H|\\^&"]) }
        #expect(throws: ASTMError.noHeader(saw: "?")) { try parse(["RUBBISH"]) }
        #expect(throws: ASTMError.noHeader(saw: "?")) { try parse(["X"]) }
        #expect(throws: ASTMError.delimiters(record: 1)) { try parse(["H||||"]) }
        #expect(throws: ASTMError.delimiters(record: 4)) {
            try ASTMMessage.parseAll(recordText(["H|\\^&", "P|1", "L|1", "H||"]))
        }
        #expect(ASTMError.noHeader(saw: "P").description.contains("a P record"))
    }

    @Test func encodings() throws {
        func unit(_ unit: [UInt8], _ encoding: TextEncoding = .auto) throws -> String? {
            let text = bytes("H|\\^&\rR|1|x|5|") + unit + bytes("\r")
            return try ASTMMessage.parse(text, encoding: encoding).records[1].text(field: 5)
        }
        #expect(try unit([0xC2, 0xB5, 0x67]) == "µg")
        #expect(try unit([0xB5, 0x67]) == "µg")
        #expect(try unit([0xC2, 0xB5], .iso8859_1) == "Âµ")
        #expect(try unit([0x80, 0x35], .windows1252) == "€5")
        // A profile that says UTF-8 and a device that does not send it: nothing is lost.
        #expect(try unit([0xB5], .utf8) == "µ")
        // Bytes by escape sequence need not be UTF-8 though the message is.
        #expect(try unit(bytes("&XB5&g")) == "µg")
        #expect(try unit(bytes("&XC2B5&g")) == "µg")
    }

    /// One ISO 8859-1 letter in a name leaves the units what they are.
    @Test func aMessageOfTwoEncodingsIsReadPartByPart() throws {
        let text = bytes("H|\\^&\rP|1||||M") + [0xFC] + bytes("ller\rR|1|x|5|µmol/L&S&µ\r")
        let message = try ASTMMessage.parse(text)
        #expect(message.records[1].text(field: 6) == "Müller")
        #expect(message.records[2].text(field: 5) == "µmol/L^µ")
    }

    @Test func partsAreTheTextsOfAFieldCutOnce() throws {
        let message = try parse(["H|\\^&", "R|1|a^\"\"^&S&\\\\d|"])
        #expect(message.records[1].parts(3) == [["a", nil, "^"], [nil], ["d"]])
        #expect(message.records[1].parts(4) == [])
        #expect(message.records[0].parts(2) == [["\\^&"]])
    }

    @Test func nothingIsPrinted() throws {
        let message = try parse(["H|\\^&", "P|1||MRN77||RAO^ASHA"])
        let shown = "\(message) \(message.records[1]) \(String(reflecting: message.records)) \(frame(1, "P|1||MRN77"))"
        #expect(!shown.contains("MRN77"))
        #expect(!shown.contains("RAO"))
        var dumped = ""
        dump(message, to: &dumped)
        dump(LinkReceiver.Action.note(.junk(bytes: 1)), to: &dumped)
        dump([LinkToken.junk(bytes("RAO"))], to: &dumped)
        #expect(!dumped.contains("RAO") && !dumped.contains("82"))
        #expect(message.description == "message HP, not terminated")
    }
}

@Suite struct EscapeTests {
    let codec = EscapeCodec(delimiters: .standard)

    @Test(arguments: [
        ("a&F&b", "a|b"), ("a&S&b", "a^b"), ("a&R&b", "a\\b"), ("a&E&b", "a&b"), ("&X0A&", "\n"), ("&X48692A&", "Hi*"),
        ("&F&&F&", "||"), ("&E&F&E&", "&F&"), ("&H&bold&N&", "&H&bold&N&"), ("&Zab&", "&Zab&"), ("&X4&", "&X4&"),
        ("&XGG&", "&XGG&"), ("&X&", "&X&"), ("a & b & c", "a & b & c"), ("&", "&"), ("&&", "&&"), ("&F", "&F"),
        ("&F&R&", "|R&"),
        ("", ""), ("R&D", "R&D"),
    ])
    func unescape(escaped: String, plain: String) {
        #expect(codec.unescape(bytes(escaped)) == bytes(plain))
    }

    @Test func otherDelimiters() throws {
        let delimiters = try #require(Delimiters(header: bytes("H|@^\\|")))
        let codec = EscapeCodec(delimiters: delimiters)
        #expect(codec.unescape(bytes("a\\R\\b&F&\\E\\")) == bytes("a@b&F&\\"))
        let none = try #require(Delimiters(header: bytes("H;^&;")))
        #expect(EscapeCodec(delimiters: none).unescape(bytes("&F&")) == bytes("&F&"))
    }

    @Test(arguments: 0..<50)
    func roundTrip(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let alphabet = bytes("|\\^&FSREXab\r\n") + [0, 5, 0x7F, 0xC3, 0xFF]
        let plain = (0..<40).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        let escaped = codec.escape(plain)
        #expect(codec.unescape(escaped) == plain)
        #expect(
            !escaped.contains {
                $0 < 0x20 || $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "^") || $0 == UInt8(ascii: "\\")
            })
    }

    @Test func whatIsWrittenIsReadBack() throws {
        for delimiters in [Delimiters.standard, try #require(Delimiters(header: bytes("H|@^\\|")))] {
            var writer = RecordWriter(delimiters: delimiters)
            writer.header(["", "", ["dev|1", "^"]])
            writer.record("O", ["1", "S&1", .raw([0x78]), .repeats([["", "a\\"], ["", "b@"]])])
            writer.record("L", ["1", "N"])
            let message = try ASTMMessage.parse(writer.bytes)
            #expect(message.delimiters == delimiters)
            #expect(message.records[0].text(field: 5, component: 1) == "dev|1")
            #expect(message.records[0].text(field: 5, component: 2) == "^")
            #expect(message.records[1].text(field: 3) == "S&1")
            #expect(message.records[1].text(field: 4) == "x")
            #expect(message.records[1].text(field: 5, repeat: 1, component: 2) == "a\\")
            #expect(message.records[1].text(field: 5, repeat: 2, component: 2) == "b@")
        }
    }
}
