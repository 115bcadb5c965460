import Testing

@testable import Core

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws(JSONSyntaxError) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), maximumDepth: 4)
    }

    private func written(_ value: JSONValue) -> String {
        var bytes: [UInt8] = []
        value.write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        "0", "-0", "5.10", "0.50", "1e5", "-12.500E+07", "123456789012345678901234567890",
    ])
    func aNumberKeepsItsText(token: String) throws {
        #expect(try read(token) == .number(token))
        #expect(written(.number(token)) == token)
    }

    @Test func anObjectKeepsTheOrderOfItsKeys() throws {
        let text = #"{"b":1,"a":[true,false,null,"x"],"c":{"d":"e"}}"#
        #expect(written(try read(text)) == text)
        #expect(written(try read(" { \"b\" : 1 }\r\n")) == #"{"b":1}"#)
    }

    @Test(arguments: [
        (#""plain""#, "plain"), (#""""#, ""), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\b\f\n\r\t""#, "\u{8}\u{c}\n\r\t"),
        (#""\u00e9\u0905""#, "éअ"), (#""\ud83d\ude00""#, "😀"), ("\"आशा\"", "आशा"),
        (#""before\u0041after""#, "beforeAafter"),
    ])
    func textIsUnescaped(json: String, text: String) throws {
        #expect(try read(json) == .string(text))
        #expect(try read(written(.string(text))) == .string(text))
    }

    @Test(arguments: [
        ("", 1, 1, "the text ends"), ("{", 1, 2, "a key in double quotes"), ("{\"a\" 1}", 1, 6, "a colon is missing"),
        ("{\"a\":1 \"b\":2}", 1, 8, "a comma or }"), ("[1 2]", 1, 4, "a comma or ]"),
        ("[1,]", 1, 4, "a value is expected"),
        ("{\"a\":1,}", 1, 8, "a key in double quotes"), ("[1]\n x", 2, 2, "goes on after its end"),
        ("{\"a\":1,\n \"a\":2}", 2, 5, "stands here twice"), ("\"abc", 1, 5, "no closing quote"),
        ("\"a\\", 1, 4, "no closing quote"), ("\"a\nb\"", 1, 3, "a line end or control character"),
        ("\"a\\nb\u{1}\"", 1, 6, "a line end or control character"),
        (#""\x""#, 1, 4, "a backslash"), (#""\u12"#, 1, 6, "four hexadecimal digits"),
        (#""\ud83d""#, 1, 8, "half of a surrogate pair"), (#""\ude00""#, 1, 8, "half of a surrogate pair"),
        (#""\ud83dA""#, 1, 8, "half of a surrogate pair"), (#""\ud83d\u0041""#, 1, 14, "half of a surrogate pair"),
        ("01", 1, 2, "goes on after its end"), ("1.", 1, 3, "no number"), ("-", 1, 2, "no number"),
        ("1e", 1, 3, "no number"),
        ("+1", 1, 1, "a value is expected"), (".5", 1, 1, "a value is expected"),
        ("nul", 1, 1, "text needs double quotes"),
        ("NaN", 1, 1, "a value is expected"), ("'a'", 1, 1, "a value is expected"),
        ("[[[[[1]]]]]", 1, 6, "levels deep"),
    ])
    func aMistakeHasItsPlace(json: String, line: Int, column: Int, words: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try read(json) }
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.what.contains(words) == true, "\(error?.what ?? "no error")")
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: [0x22, 0x52, 0xC3, 0x22], maximumDepth: 4)
        }
        #expect(error?.what == "this text is not UTF-8")
    }

    @Test func aByteOrderMarkIsPassedOver() throws {
        #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF] + Array("[]".utf8)) == .array([]))
    }

    @Test func everyCutOfAGoodTextIsAMistake() {
        let whole = Array(#"{"a":[1,{"b":"c\u00e9"}],"d":null}"#.utf8)
        for length in 0..<whole.count {
            #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(whole.prefix(length))) }
        }
    }

    @Test func itPrintsRedacted() throws {
        #expect("\(try read(#"{"mrn":"MRN0001"}"#))" == "JSONValue(redacted)")
    }
}
