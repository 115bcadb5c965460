import Core
import Foundation
import Testing
import Upstream

@Suite struct JSONWriterTests {
    private func written(_ text: String) -> String {
        var json = JSONWriter()
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", #""""#), ("10^3/uL", #""10^3/uL""#), (#"a "b" \ c"#, #""a \"b\" \\ c""#), ("\t\r\n", #""\t\r\n""#),
        ("राव µL 😀", #""राव µL 😀""#), ("a/b", #""a/b""#), ("\u{7F}\u{2028}", "\"\u{7F}\u{2028}\""),
    ])
    func stringsAreEscaped(text: String, json: String) {
        #expect(written(text) == json)
    }

    @Test func everyCharacterComesBackAndWhatFHIRForbidsIsShown() throws {
        for scalar in (UInt32(0)...0x2FF).compactMap(Unicode.Scalar.init) {
            let back = try JSONDecoder().decode(String.self, from: Data(written("x\(scalar)y").utf8))
            let isForbidden = scalar.value < 0x20 && !"\t\r\n".unicodeScalars.contains(scalar)
            let shown = isForbidden ? Unicode.Scalar(0x2400 + scalar.value).map(String.init) : String(scalar)
            #expect(back == "x\(shown ?? "")y")
        }
    }

    @Test func aBridgedStringIsWrittenLikeANativeOne() {
        let bridged = NSString(string: "µ\"x").appending("")
        #expect(written(bridged) == #""µ\"x""#)
    }

    @Test(arguments: [
        "0", "-0", "5", "5.10", "-2.3", "0.001", "1E3", "1e-5", "12.50E+2", "123456789012345678901234567890",
    ])
    func numbers(token: String) throws {
        #expect(isJSONNumber(token))
        // Foundation agrees that it is one.
        _ = try JSONSerialization.jsonObject(with: Data("[\(token)]".utf8))
    }

    @Test(arguments: [
        "", "-", "+5", ".5", "5.", "007", "00", "-01", "5,1", "1e", "1e+", "0x1F", "NaN", "Infinity", " 5", "5 ", "5\n",
        "٥",
        "1_000", "1.2.3", "--1", "5%",
    ])
    func noNumbers(token: String) {
        #expect(!isJSONNumber(token))
    }
}
