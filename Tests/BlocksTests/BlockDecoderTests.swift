import Blocks
import Testing

/// Bytes to tokens, however they are cut.
@Suite struct BlockDecoderTests {
    static let line: [UInt8] =
        [0x05, 0x05] + plain.framed(bytes("D one")) + bytes("xy") + plain.framed(bytes("D two")) + [0x04, 0x06, 0x15]

    @Test(arguments: [1, 2, 3, 7, Int.max])
    func blocksControlsAndJunk(size: Int) {
        #expect(short(tokens(Self.line, plain, size: size)) == "enq enq D one junk2 D two eot ack nak")
    }

    @Test func everyCutGivesTheSame() {
        let whole = tokens(Self.line, plain)
        for cut in Self.line.indices {
            var decoder = BlockDecoder(plain)
            var found: [BlockToken] = []
            for piece in [Self.line[..<cut], Self.line[cut...]] {
                decoder.append(piece)
                while let token = decoder.next() { found.append(token) }
            }
            // Junk comes in the pieces it arrived in.
            #expect(found.filter { $0 != .junk([0x78]) && $0 != .junk([0x79]) }.count >= whole.count - 1)
            #expect(short(found.filter { if case .block = $0 { true } else { false } }) == "D one D two")
        }
    }

    @Test func aTruncatedBlockIsUnfinished() {
        for length in 1..<6 {
            let cut = Array(plain.framed(bytes("D 12")).prefix(length))
            let found = tokens(cut, plain)
            guard case .block(let block)? = found.first else {
                Issue.record("no block of \(length) bytes")
                continue
            }
            #expect(block.verdict == .unfinished && found.count == 1)
            #expect(block.wire == cut)
        }
    }

    @Test func wireAndTextAreExact() {
        let wire = checked.framed(bytes("R 12"))
        #expect(wire == [0x02] + bytes("R 12") + [0x03, 0x52 ^ 0x20 ^ 0x31 ^ 0x32 ^ 0x03])
        #expect(tokens(wire, checked) == [.block(Block(wire: wire, text: bytes("R 12"), verdict: .good))])
    }

    @Test(arguments: [1, Int.max])
    func aWrongCheckIsSeen(size: Int) {
        var wire = checked.framed(bytes("R 12"))
        wire[2] ^= 1
        let found = tokens(wire + checked.framed(bytes("R 13")), checked, size: size)
        #expect(short(found) == "R!12!checkWrong R 13")
        guard case .block(let block)? = found.first else { return }
        #expect(!block.isAccepted(by: checked))
        var lenient = checked
        lenient.acceptsWrongCheck = true
        #expect(block.isAccepted(by: lenient))
    }

    @Test func aCheckMayBeAnyByte() {
        // The check of this text is STX itself.
        let text: [UInt8] = [0x02 ^ 0x03 ^ 0x41, 0x41]
        #expect(checked.framed(text).last == 0x02)
        #expect(tokens(checked.framed(text) + checked.framed(bytes("x")), checked, size: 1).count == 2)
    }

    @Test func aMissingCheckIsMissing() {
        #expect(short(tokens(checked.framed(bytes("R 12")).dropLast(), checked)) == "R 12!checkMissing")
    }

    @Test func hexadecimalBeforeTheEnd() {
        let framing = BlockFraming(
            start: [0x02], ends: [[0x03]], idle: .seconds(2),
            check: BlockCheck(kind: .sum, span: .text, form: .lowerHex, place: .beforeEnd))
        let wire = framing.framed(bytes("mt|") + [0x1D])
        #expect(wire == [0x02] + bytes("mt|") + [0x1D] + bytes("7a") + [0x03])
        #expect(tokens(wire, framing) == [.block(Block(wire: wire, text: bytes("mt|") + [0x1D], verdict: .good))])
        // Upper case is as good, another number is not; without its end silence ends it, line end or not.
        #expect(short(tokens([0x02] + bytes("mt|") + [0x1D] + bytes("7A") + [0x03], framing)) == "mt|\u{1D}")
        #expect(short(tokens([0x02] + bytes("mt|") + [0x1D] + bytes("7b") + [0x03], framing)) == "mt|\u{1D}!checkWrong")
        #expect(short(tokens(wire.dropLast() + [0x0A], framing)) == "mt|\u{1D}!endMissing")
    }

    @Test(arguments: [1, 2, Int.max])
    func linesByAnyEnd(size: Int) {
        #expect(
            short(tokens(bytes("a b\r\nc\rd\n\ne"), lines, size: size)).replacing("junk1 ", with: "")
                == "a b c d e!endMissing")
    }

    @Test func onlySilenceEnds() {
        let framing = BlockFraming(idle: .seconds(3))
        var decoder = BlockDecoder(framing)
        decoder.append(bytes("page\r\none"))
        #expect(decoder.next() == nil)
        #expect(decoder.isHeldBySilence)
        #expect(short([decoder.flush()].compactMap { $0 }) == "page\r\none")
        #expect(!decoder.isHeldBySilence && decoder.bufferedBytes == 0)
    }

    @Test func aNewStartBreaksOff() {
        #expect(short(tokens([0x02] + bytes("half") + plain.framed(bytes("D")), plain)) == "half!unfinished D")
        #expect(short(tokens([0x02] + bytes("half") + [0x04], plain)) == "half!unfinished eot")
    }

    @Test(arguments: [1, 64, Int.max])
    func whatIsTooLongIsPassedOver(size: Int) {
        var framing = plain
        framing.limit = 20
        let long = plain.framed([UInt8](repeating: 0x41, count: 60))
        let found = tokens(long + plain.framed(bytes("D")), framing, size: size)
        #expect(short(found).hasSuffix("!tooLong junk42 D"))
        var decoder = BlockDecoder(framing)
        for _ in 0..<1_000 {
            decoder.append([UInt8](repeating: 0x41, count: 100))
            while decoder.next() != nil {}
            #expect(decoder.bufferedBytes <= 120)
        }
    }

    @Test func aStartOfSeveralBytes() {
        let framing = BlockFraming(start: bytes("Sample"), ends: [bytes("End")])
        for size in [1, 3, Int.max] {
            #expect(short(tokens(bytes("Sa Sample 1EnSample 2End"), framing, size: size)) == "junk3  1EnSample 2")
        }
    }

    @Test func nothingIsPrintedOfItsText() {
        #expect("\(tokens(Self.line, plain))".contains("D one") == false)
        var decoder = BlockDecoder(plain)
        decoder.append(bytes("secret"))
        #expect("\(decoder)" == "block decoder, 6 bytes")
    }
}

@Suite struct BlockTextTests {
    @Test func printerCodesGo() {
        let text: [UInt8] = bytes("pH") + [0x1B, 0x00] + bytes(" 7.4") + [0x1B, 0x21, 0x08] + bytes("!\r\n")
        #expect(BlockText.withoutPrinterCodes(text) == bytes("pH 7.4!\r\n"))
    }

    @Test func graphicsAndTabsGoWithTheirLength() {
        let text: [UInt8] =
            [0x1B] + bytes("K") + [3, 0, 0x41, 0x42, 0x43] + bytes("a") + [0x1B] + bytes("D") + [8, 16, 0] + bytes("b")
        #expect(BlockText.withoutPrinterCodes(text) == bytes("ab"))
        // Cut anywhere it ends there.
        for count in text.indices { _ = BlockText.withoutPrinterCodes(Array(text.prefix(count))) }
    }
}
