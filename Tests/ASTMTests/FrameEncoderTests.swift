import ASTM
import Testing

@Suite struct FrameEncoderTests {
    @Test func aWholeMessageIsCutAtTheLimit() throws {
        var encoder = FrameEncoder(textBytes: 10)
        let frames = try encoder.frames(bytes("H|\\^&\rP|1\rL|1|N\r"))
        #expect(frames == [wire(1, "H|\\^&\rP|1\r", final: false), wire(2, "L|1|N\r")])
    }

    @Test func oneRecordAFrame() throws {
        var encoder = FrameEncoder(textBytes: 8, layout: .recordPerFrame)
        let frames = try encoder.frames(bytes("H|\\^&\rC|1|I|abcdef\rL|1|N\r"))
        #expect(
            frames == [
                wire(1, "H|\\^&\r"), wire(2, "C|1|I|ab", final: false), wire(3, "cdef\r"), wire(4, "L|1|N\r"),
            ])
    }

    @Test func numbersGoRoundAndOnFromMessageToMessage() throws {
        var encoder = FrameEncoder(textBytes: 1)
        let first = try encoder.frames(bytes("123456789"))
        #expect(first.map { $0[1] } == bytes("123456701"))
        #expect(encoder.nextNumber == 2)
        #expect(try encoder.frames(bytes("x"))[0][1] == 0x32)
        encoder.restart()
        #expect(try encoder.frames(bytes("x"))[0][1] == 0x31)
    }

    @Test func restrictedCharactersAreOurFault() {
        var encoder = FrameEncoder()
        #expect(throws: FrameEncoder.RestrictedCharacter(byte: 0x0A, offset: 3)) {
            try encoder.frames(bytes("C|1\nx"))
        }
        #expect(encoder.nextNumber == 1)
    }

    @Test func limitsAreBroughtInside() {
        #expect(FrameEncoder(textBytes: 0).textBytes == 1)
        #expect(FrameEncoder(textBytes: 1_000_000).textBytes == 63_993)
        #expect(FrameEncoder.frame(number: 9, text: [], isFinal: true)[1] == 0x31)
    }

    @Test(arguments: [FrameEncoder.Layout.filled, .recordPerFrame], [1, 7, 240, 64_000])
    func whatIsEncodedIsReadBack(layout: FrameEncoder.Layout, textBytes: Int) throws {
        var encoder = FrameEncoder(textBytes: textBytes, layout: layout)
        let text = recordText(smallMessage)
        let session = [enq] + (try encoder.frames(text)).flatMap { $0 } + [eot]
        let transcript = LinkTranscript.messages(in: session)
        #expect(transcript.messages.map(\.text) == [text])
        #expect(transcript.messages.map(\.isComplete) == [true])
        #expect(transcript.counters.badFrames == 0)
    }
}
