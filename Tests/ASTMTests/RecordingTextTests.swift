import ASTM
import Testing

@Suite("Recordings as loggers leave them")
struct RecordingTextTests {
    private func texts(_ recording: String, isRecording: Bool = true) -> [String] {
        LinkTranscript.messages(in: Array(recording.utf8), isRecording: isRecording).messages
            .map { String(decoding: $0.text, as: UTF8.self) }
    }

    private let plain = "H|\\^&|||A\rP|1\rO|1|S\rR|1|^^^WBC|5.1\rL|1|N\r"

    @Test(
        "blanks, tabs and numbers before the letters",
        arguments: [
            "H|\\^&|||A\n P|1\n  O|1|S\n   R|1|^^^WBC|5.1\nL|1|N\n",
            "  H|\\^&|||A\r\n\tP|1\r\n\tO|1|S\r\n\tR|1|^^^WBC|5.1\r\nL|1|N",
            "1 H|\\^&|||A\n2 P|1\n3 O|1|S\n4 R|1|^^^WBC|5.1\n5 L|1|N\n",
            "0001: H|\\^&|||A\n0002: P|1\n0003: O|1|S\n0004: R|1|^^^WBC|5.1\n0005: L|1|N\n",
            "10) H|\\^&|||A\n11) P|1\n12) O|1|S\n13) R|1|^^^WBC|5.1\n14) L|1|N\n",
            "\u{2}1H|\\^&|||A\r\n\u{2}2P|1\r\n\u{2}3O|1|S\r\n\u{2}4R|1|^^^WBC|5.1\r\n\u{2}5L|1|N\r\n",
            "H|\\^&|||A\r\r\nP|1\r\r\nO|1|S\r\r\nR|1|^^^WBC|5.1\r\r\nL|1|N\r\r\n",
        ])
    func letters(_ recording: String) { #expect(texts(recording) == [plain]) }

    @Test("a live link takes none of it away")
    func live() {
        let indented = "H|\\^&|||A\r P|1\r  O|1|S\rL|1|N\r"
        #expect(texts(indented, isRecording: false) == [indented])
        let broken = "H|\\^&|||A\rR|1|^^^WBC|5\r\n.1|g\rL|1|N\r"
        #expect(texts(broken, isRecording: false) == ["H|\\^&|||A\rR|1|^^^WBC|5\r.1|g\rL|1|N\r"])
        #expect(texts(broken) == ["H|\\^&|||A\rR|1|^^^WBC|5.1|g\rL|1|N\r"])
    }

    @Test("what a logger broke in two belongs together where records end with CR alone")
    func breaks() {
        #expect(
            texts("H|\\^&|||A\rP|1\rO|1|\r\nS\rR|1|^^^\r\nW\r\nBC|5.1\rL|1|N\r\r\n") == [plain])
        // Behind CR CR LF, after the terminator, and where every line ends with CR LF, a line stands for itself.
        #expect(texts("H|\\^&|||A\rP|1\r\r\n17\rL|1|N\r\n0F\r\n") == ["H|\\^&|||A\rP|1\r17\rL|1|N\r"])
        #expect(texts("H|\\^&|||A\r\nP|1\r\n4B\r\nL|1|N\r\n") == ["H|\\^&|||A\rP|1\r4B\rL|1|N\r"])
    }

    @Test("text without a header is not touched")
    func noHeader() {
        #expect(texts(" P|1\n R|1|x\n") == texts(" P|1\n R|1|x\n", isRecording: false))
        #expect(texts("nothing\nat all\n") == [])
    }

    @Test("a letter is one only with the header's delimiter")
    func otherDelimiter() {
        #expect(texts("H!\\^&!!!A\n R|1\n 5 R!1!x\nL!1\n") == ["H!\\^&!!!A\r R|1\rR!1!x\rL!1\r"])
    }

    @Test("a frame that a logger broke with CR LF is read where its checksum proves it")
    func brokenFrame() {
        let text = "1H|\\^&\rR|1|^^^WBC|5.1\rL|1|N\r\u{3}"
        let sum = text.utf8.reduce(UInt8(0)) { $0 &+ $1 }
        let digits = String(sum >> 4, radix: 16, uppercase: true) + String(sum & 15, radix: 16, uppercase: true)
        let broken = "\u{2}" + text.replacing("WBC", with: "W\r\nBC") + digits + "\r\n"
        let transcript = LinkTranscript.messages(in: Array(broken.utf8))
        #expect(transcript.counters.repairedFrames == 1)
        #expect(transcript.messages.map(\.text) == [Array("H|\\^&\rR|1|^^^WBC|5.1\rL|1|N\r".utf8)])
        let wrong = LinkTranscript.messages(in: Array(broken.replacing("5.1", with: "5.2").utf8))
        #expect(wrong.counters.badFrames == 1)
        #expect(wrong.messages.isEmpty)
    }

    @Test("whole records of a last frame that breaks off are told and not processed")
    func brokenOff() throws {
        let good = frames(["H|\\^&\rP|1\rO|1|S\rR|1|^^^A|1\r"])
        let bytes = good + Array("\u{2}2R|2|^^^B|2\rR|3|^^^C|3\rR|4|^^^D|".utf8)
        let message = try #require(LinkTranscript.messages(in: bytes, isRecording: true).messages.first)
        #expect(
            message.text == Array("H|\\^&\rP|1\rO|1|S\rR|1|^^^A|1\rR|2|^^^B|2\rR|3|^^^C|3\r".utf8))
        #expect(!message.isComplete)
        #expect(message.processableText == 0)
        let live = LinkTranscript.messages(in: bytes).messages.first
        #expect(live?.text == Array("H|\\^&\rP|1\rO|1|S\rR|1|^^^A|1\r".utf8))
        // Not even a terminator in it makes the message whole.
        let ended = good + Array("\u{2}2R|2|^^^B|2\rL|1|N\r".utf8)
        #expect(LinkTranscript.messages(in: ended, isRecording: true).messages.map(\.isComplete) == [false])
    }

    private func frames(_ texts: [String]) -> [UInt8] {
        texts.enumerated().flatMap { index, text -> [UInt8] in
            let body = Array("\(index + 1)\(text)".utf8) + [0x17]
            let sum = body.reduce(UInt8(0), &+)
            let digits = String(sum >> 4, radix: 16, uppercase: true) + String(sum & 15, radix: 16, uppercase: true)
            return [0x02] + body + Array("\(digits)\r\n".utf8)
        }
    }
}
