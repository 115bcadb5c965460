import Core
import Profiles
import Testing

/// Recordings as people have them: decoded as a person would read them.
@Suite struct RecordingTests {
    private let generic = "name: T\nprotocol: hl7\npass_through: true\n"

    @Test func anIndentedLogIsRead() throws {
        let log =
            "H|\\^&|||T^1|||||||P|1|20260314\n P|1||M1\n  O|1|S1\n   R|1|^^^GLU|5.1|mmol/L\n  O|2|S2\n   R|1|^^^K|4\nL||N\n"
        let report = try passing().decode(Array(log.utf8))
        #expect(report.messages.map(\.report.specimen) == ["S1", "S2"])
        #expect(report.messages.flatMap { $0.report.observations.map(\.value.token) } == ["5.1", "4"])
        // What a link received keeps its rules.
        let live = astm(try passing(), log.replacing("\n", with: "\r"))
        #expect(live.flatMap(\.observations).isEmpty)
    }

    /// STX as filler before a block says nothing about the language of what stands before it.
    @Test func hl7BetweenFillersIsFound() throws {
        func message(_ number: Int) -> String {
            "MSH|^~\\&|||||2026||ORU^R01|\(number)|P|2.3.1\rOBR|1||S\(number)\rOBX|1|NM|WBC||\(number).5\r"
        }
        let recording =
            "\u{2}\u{2}\u{2}" + message(1) + "\u{2}\u{B}" + message(2) + "\u{1C}\r\u{2}\u{2}\u{B}" + message(3)
            + message(4)
        let report = try profile(generic).decode(Array(recording.utf8))
        #expect(report.messages.map(\.report.specimen) == ["S1", "S2", "S3", "S4"])
        #expect(report.unreadable == nil)
        let asASTM = try passing().decode(Array(recording.utf8))
        #expect(asASTM.unreadable?.hasPrefix("This recording is HL7 v2") == true)
    }

    @Test(arguments: ["<", "["])
    func controlCharactersByName(_ open: String) throws {
        let text = "<ENQ>\n<STX>1H|\\^&|||T<CR>O|1|S<CR>R|1|^^^A|5<CR>L|1|N<CR><ETX>FB<CR><LF>\n<EOT>\n"
        let recording = open == "<" ? text : text.replacing("<", with: "[").replacing(">", with: "]")
        let report = try profile("name: T\nprotocol: astm\npass_through: true\nlink: { checksum: lenient }\n")
            .decode(Array(recording.utf8))
        #expect(report.link.frames == 1)
        #expect(report.messages.map(\.report.specimen) == ["S"])
        #expect(report.messages.flatMap { $0.report.observations.map(\.value.token) } == ["5"])
        let hl7 = "<VT>MSH|^~\\&|A|||||\n|ORU^R01|1|P|2.3\n<CR>OBR|1||S<CR>OBX|1|ST|A||<B> & [C]<CR><FS><CR>\n"
        let block = try profile(generic).decode(
            Array((open == "<" ? hl7 : hl7.replacing("<VT>", with: "[VT]")).utf8))
        #expect(block.link.frames == 1)
        #expect(block.messages.first?.report.observations.first?.value.token == "<B> & [C]")
    }

    @Test func aLastFrameThatBreaksOffIsSetAside() throws {
        let bytes = Array("\u{2}1H|\\^&\rP|1\rO|1|S\rR|1|^^^A|1\r\u{17}0D\r\n\u{2}2R|2|^^^B|2\rR|3|^^^".utf8)
        let report = try profile("name: T\nprotocol: astm\npass_through: true\nlink: { checksum: lenient }\n")
            .decode(bytes)
        #expect(report.link.badFrames == 1)
        #expect(report.messages.flatMap { $0.report.ignored.map(\.at) } == ["R|1", "R|2"])
    }
}
