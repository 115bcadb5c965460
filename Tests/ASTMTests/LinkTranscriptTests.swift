import ASTM
import Testing

@Suite struct LinkTranscriptTests {
    let text = recordText(smallMessage)

    func framed(_ lines: [String], start: UInt8 = 1) -> [UInt8] {
        lines.enumerated().flatMap { wire((start + UInt8($0.offset)) & 7, $0.element + "\r") }
    }

    @Test func aCaptureOfOneSession() {
        let transcript = LinkTranscript.messages(in: [enq] + framed(smallMessage) + [eot])
        #expect(transcript.messages.map(\.text) == [text])
        #expect(transcript.messages.map(\.isComplete) == [true])
        #expect(transcript.messages.map(\.processableText) == [text.count])
        #expect(transcript.counters.frames == 5)
        #expect(transcript.counters.messages == 1)
        #expect(transcript.counters.junkBytes == 0)
    }

    @Test func twoEnquiriesAtTheStartAndRubbishAfterTheEnd() {
        let transcript = LinkTranscript.messages(in: [enq, enq] + framed(smallMessage) + [eot] + bytes("'''\nx"))
        #expect(transcript.messages.map(\.text) == [text])
        #expect(transcript.counters.junkBytes == 5)
    }

    @Test func aJournalsPartMayBeginWithAnyNumber() {
        let transcript = LinkTranscript.messages(in: framed(smallMessage, start: 6))
        #expect(transcript.messages.map(\.text) == [text])
        #expect(transcript.counters.frames == 5)
    }

    @Test func badFramesAreSkippedAndDuplicatesToo() {
        var bad = wire(2, "P|1\r")
        bad[4] = 0x39
        let input =
            [enq] + wire(1, "H|\\^&|||dev\r") + bad + wire(2, "P|1\r") + wire(2, "P|1\r")
            + framed(Array(smallMessage.dropFirst(2)), start: 3) + [eot]
        let transcript = LinkTranscript.messages(in: input)
        #expect(transcript.messages.map(\.text) == [text])
        #expect(transcript.counters.badFrames == 1)
        #expect(transcript.counters.duplicateFrames == 1)
        #expect(transcript.counters.frames == 5)
    }

    @Test func framesAcceptedByALenientPolicyAreReadBackByIt() {
        var bad = wire(1, "H|\\^&\rL|1|N\r")
        bad[bad.count - 4] ^= 1
        #expect(LinkTranscript.messages(in: bad).messages.isEmpty)
        #expect(LinkTranscript.messages(in: bad, checksum: .lenient).messages.count == 1)
    }

    @Test func aRecorderThatChangedLineEndsIsUndone() {
        let original = [enq] + framed(smallMessage) + [eot]
        let lineFeeds = original.filter { $0 != 10 }.map { $0 == 13 ? 10 : $0 }
        let pairs = original.filter { $0 != 10 }.flatMap { $0 == 13 ? [13, 10] : [$0] }
        for mangled in [lineFeeds, pairs] {
            let transcript = LinkTranscript.messages(in: mangled)
            #expect(transcript.messages.map(\.text) == [text])
            #expect(transcript.counters.badFrames == 0)
            #expect(transcript.counters.repairedFrames == 5)
        }
    }

    @Test func severalMessagesAndSessions() {
        let message = framed(smallMessage)
        for input in [
            [enq] + message + message + [eot], [enq] + message + [eot, enq] + message + [eot], message + message,
        ] {
            #expect(LinkTranscript.messages(in: input).messages.map(\.text) == [text, text])
        }
    }

    @Test func anIncompleteMessageSaysHowFarItGoes() {
        let lines = ["H|\\^&", "P|1", "O|1|S1", "R|1|x|5", "O|2|S2", "R|1|x|6"]
        for end in [[enq], []] {
            let transcript = LinkTranscript.messages(in: [enq] + framed(lines) + end)
            #expect(transcript.messages.map(\.isComplete) == [false])
            #expect(transcript.messages.map(\.processableText) == [recordText(Array(lines.prefix(4))).count])
        }
        // EOT after a whole record: the sender took leave, so all of it counts.
        let left = LinkTranscript.messages(in: [enq] + framed(lines) + [eot])
        #expect(left.messages.map(\.isComplete) == [false])
        #expect(left.messages.map(\.processableText) == [recordText(lines).count])
        // A header closes what stands before it, all of it.
        let both = LinkTranscript.messages(in: [enq] + framed(lines + smallMessage) + [eot])
        #expect(both.messages.map(\.isComplete) == [false, true])
        #expect(both.messages.map(\.processableText) == [recordText(lines).count, text.count])
    }

    @Test(arguments: ["\r", "\n", "\r\n", "\r\r\n", "\n\n"])
    func bareRecordsWithAnyLineEnd(end: String) {
        let input = bytes(smallMessage.joined(separator: end) + end)
        let transcript = LinkTranscript.messages(in: input)
        #expect(transcript.messages.map(\.text) == [text])
        #expect(transcript.messages.map(\.isComplete) == [true])
        #expect(transcript.counters.frames == 0)
        // The last line end may be missing, marks and control characters may stand around.
        let framedBy = [0xEF, 0xBB, 0xBF] + bytes(smallMessage.joined(separator: end)) + [eot]
        #expect(LinkTranscript.messages(in: framedBy).messages.map(\.text) == [text])
    }

    @Test func bareRecordsWithRemarksAndRubbish() {
        let lines = ["# a remark", "", "log line"] + smallMessage + ["", "# next", "  "] + smallMessage
        let transcript = LinkTranscript.messages(in: bytes(lines.joined(separator: "\n")))
        #expect(transcript.messages.map(\.text) == [text, text])
        #expect(transcript.counters.junkBytes == 8)
    }

    @Test func bareRecordsWithoutTerminatorOrHeader() {
        let unended = Array(smallMessage.dropLast())
        let transcript = LinkTranscript.messages(in: recordText(unended + smallMessage))
        #expect(transcript.messages.map(\.isComplete) == [false, true])
        // Nothing proves that the last record before the second header is whole.
        #expect(transcript.messages.map(\.processableText) == [0, text.count])
        let headless = LinkTranscript.messages(in: recordText(Array(smallMessage.dropFirst())))
        #expect(headless.messages.map(\.text) == [recordText(Array(smallMessage.dropFirst()))])
    }

    @Test func nothingAtAll() {
        #expect(LinkTranscript.messages(in: []).messages.isEmpty)
        let transcript = LinkTranscript.messages(in: bytes("no message here\nnor here"))
        #expect(transcript.messages.isEmpty)
        #expect(transcript.counters.junkBytes == 23)
    }

    @Test(arguments: 0..<200)
    func anyBytesAreRead(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let alphabet = bytes("HPORCLQM|\\^&12\r\n ") + [stx, etx, etb, eot, enq, 0, 0xC3]
        let input = (0..<300).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        for message in LinkTranscript.messages(in: input, checksum: .off).messages {
            #expect(message.processableText <= message.text.count)
            _ = try? ASTMMessage.parseAll(message.text)
        }
    }

    /// Some devices put bare records between STX and ETX; a frame has its number after STX.
    @Test func bareRecordsBetweenStxAndEtx() throws {
        let text = recordText(smallMessage)
        let transcript = LinkTranscript.messages(in: [enq, stx] + text + [etx, eot])
        #expect(transcript.messages.map(\.text) == [text])
        #expect(transcript.counters.badFrames == 0)
        // A damaged frame stays one, and is not read as bare text.
        let damaged = LinkTranscript.messages(in: [stx] + bytes("1H|\\^&\rL|1\r") + [etx] + bytes("00\r\n"))
        #expect(damaged.messages.isEmpty)
        #expect(damaged.counters.badFrames == 1)
    }
}
