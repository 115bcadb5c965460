import ASTM
import Testing

@Suite struct FrameDecoderTests {
    @Test func readsAFrameAndItsParts() throws {
        // H|\^& with FN 1: sum of "1H|\^&\r" and ETX.
        let sum = bytes("1H|\\^&\r").reduce(UInt8(0), &+) &+ etx
        let input = [stx] + bytes("1H|\\^&\r") + [etx] + bytes(String(sum, radix: 16).uppercased()) + [13, 10]
        guard case .frame(let frame)? = tokens(input).first else {
            Issue.record("no frame")
            return
        }
        #expect(frame.number == 1)
        #expect(frame.isFinal)
        #expect(frame.text == bytes("H|\\^&\r"))
        #expect(frame.wire == input)
        #expect(frame.checksum == .valid)
        #expect(!frame.hasRestrictedCharacters)
    }

    @Test func knownChecksum() {
        // "2P|1" CR ETX adds up to 0x3F.
        #expect(tokens([stx] + bytes("2P|1\r") + [etx] + bytes("3F\r\n")) == [frame(2, "P|1\r")])
        #expect(wire(2, "P|1\r") == [stx] + bytes("2P|1\r") + [etx] + bytes("3F\r\n"))
    }

    @Test func lowerCaseChecksumIsAccepted() {
        let lower = [stx] + bytes("2P|1\r") + [etx] + bytes("3f\r\n")
        guard case .frame(let frame)? = tokens(lower).first else {
            Issue.record("refused")
            return
        }
        #expect(frame.checksum == .valid)
        #expect(frame.wire == lower)
    }

    @Test(arguments: [
        [UInt8](), [13], [10], [13, 10], [0], [13, 0],
    ])
    func trailerMayBeMissing(trailer: [UInt8]) {
        let body = Array(wire(1, "P|1\r").dropLast(2))
        for next in [enq, eot, stx] {
            let found = tokens(body + trailer + [next])
            guard case .frame(let frame)? = found.first else {
                Issue.record("no frame before \(next) with \(trailer)")
                continue
            }
            #expect(frame.text == bytes("P|1\r"))
        }
    }

    @Test func aFrameWithoutTrailerWaitsForFlush() {
        var decoder = FrameDecoder()
        let body = Array(wire(1, "P|1\r").dropLast(2))
        decoder.append(Array(body.dropLast()))
        #expect(decoder.next() == nil)
        #expect(!decoder.isHeldByTrailer)
        decoder.append([body[body.count - 1]])
        #expect(decoder.next() == nil)
        #expect(decoder.isHeldByTrailer)
        guard case .frame(let frame)? = decoder.flush() else {
            Issue.record("not handed out")
            return
        }
        #expect(frame.wire == body)
        #expect(decoder.flush() == nil)
    }

    @Test func wrongChecksumByPolicy() {
        var bad = wire(1, "P|1\r")
        bad[3] ^= 1
        #expect(
            tokens(bad) == [
                .badFrame(.init(reason: .checksum(expected: 0x3F, received: 0x3E), wire: bad))
            ])
        for (policy, verdict) in [
            (ChecksumPolicy.lenient, ChecksumVerdict.wrong(expected: 0x3F, received: 0x3E)), (.off, .notChecked),
        ] {
            guard case .frame(let frame)? = tokens(bad, checksum: policy).first else {
                Issue.record("refused by \(policy)")
                continue
            }
            #expect(frame.checksum == verdict)
        }
    }

    @Test func missingChecksumByPolicy() {
        let bare = [stx] + bytes("1P|1\r") + [etx, 13, 10]
        #expect(tokens(bare) == [.badFrame(.init(reason: .checksumMissing, wire: bare))])
        for (policy, verdict) in [(ChecksumPolicy.lenient, ChecksumVerdict.missing), (.off, .notChecked)] {
            guard case .frame(let frame)? = tokens(bare, checksum: policy).first else {
                Issue.record("refused by \(policy)")
                continue
            }
            #expect(frame.checksum == verdict)
            #expect(frame.wire == bare)
        }
        // Nothing at all after ETX: the line is silent.
        var decoder = FrameDecoder(checksum: .off)
        decoder.append([stx] + bytes("1P|1\r") + [etx])
        #expect(decoder.next() == nil)
        #expect(decoder.isHeldByTrailer)
        guard case .frame? = decoder.flush() else {
            Issue.record("not handed out")
            return
        }
    }

    @Test(arguments: ["8P|1\r", "P|1\r", "", " 1P"])
    func frameNumberMustBeADigitToSeven(body: String) {
        let sum = bytes(body).reduce(UInt8(0), &+) &+ etx
        let digits = (sum < 16 ? "0" : "") + String(sum, radix: 16)
        let input = [stx] + bytes(body) + [etx] + bytes(digits) + [13, 10]
        #expect(tokens(input) == [.badFrame(.init(reason: .frameNumber, wire: input))])
    }

    @Test func restrictedCharactersInTextAreKeptAndTold() {
        guard case .frame(let frame)? = tokens(wire(1, "C|1|I|a\u{06}b\u{11}\n\r")).first else {
            Issue.record("no frame")
            return
        }
        #expect(frame.hasRestrictedCharacters)
        #expect(frame.text == bytes("C|1|I|a\u{06}b\u{11}\n\r"))
    }

    @Test(arguments: [stx, enq, eot])
    func aBrokenOffFrameDoesNotSwallowTheNext(next: UInt8) {
        let broken = Array(wire(1, "P|1|x\r").prefix(6))
        let found = tokens(broken + [next] + wire(1, "P|1\r").dropFirst(next == stx ? 1 : 0))
        #expect(found.first == .badFrame(.init(reason: .truncated, wire: broken)))
        #expect(found.last == frame(1, "P|1\r"))
    }

    @Test func anEnquiryInsideAFrameIsDamageUnlessSilenceFollows() {
        // One flipped bit makes ENQ of CR.
        var damaged = wire(1, "P|1\rL|1\r")
        damaged[5] = enq
        #expect(tokens(damaged).count == 1)
        guard case .badFrame(let fault)? = tokens(damaged).first, case .checksum = fault.reason else {
            Issue.record("not refused")
            return
        }
        // A sender that was switched off in the middle and starts over.
        var decoder = FrameDecoder()
        decoder.append(Array(wire(1, "P|1\r").prefix(4)) + [enq])
        #expect(decoder.next() == nil)
        #expect(decoder.isHeldByTrailer)
        #expect(decoder.flush() == .badFrame(.init(reason: .truncated, wire: Array(wire(1, "P|1\r").prefix(4)))))
        #expect(decoder.next() == .enq)
        #expect(!decoder.isHeldByTrailer)
        #expect(decoder.next() == nil)
    }

    @Test func endOfInputInEveryPlaceIsToldApart() {
        let whole = wire(1, "P|1\r")
        for length in 1..<whole.count {
            let cut = Array(whole.prefix(length))
            let found = tokens(cut)
            // Up to the checksum the frame is broken, after it only the trailer is missing.
            if length < whole.count - 2 {
                #expect(found == [.badFrame(.init(reason: .truncated, wire: cut))], "cut at \(length)")
            } else {
                guard case .frame(let frame)? = found.first else {
                    Issue.record("cut at \(length)")
                    continue
                }
                #expect(frame.wire == cut)
            }
        }
    }

    @Test func overlongFrameIsDroppedAndTheNextIsRead() {
        var limits = LinkLimits()
        limits.frameBytes = 32
        limits.junkBytes = 8
        let exact = wire(1, String(repeating: "x", count: 25))
        #expect(exact.count == 32)
        #expect(tokens(exact, limits: limits) == [frame(1, String(repeating: "x", count: 25))])
        let oneMore = wire(1, String(repeating: "x", count: 26))
        #expect(
            tokens(oneMore, limits: limits) == [
                .badFrame(.init(reason: .tooLong(bytes: 33), wire: Array(oneMore.prefix(8))))
            ])
        let long = wire(1, String(repeating: "x", count: 1000))
        let after = wire(1, "P|1\r")
        for pieces in [[Int.max], [1], [7], [1000, 1]] {
            #expect(
                tokens(long + after, pieces: pieces, limits: limits) == [
                    .badFrame(.init(reason: .tooLong(bytes: long.count), wire: Array(long.prefix(8)))),
                    frame(1, "P|1\r"),
                ])
        }
        // An overlong frame that never ends gives way to the next token.
        let endless = Array(long.dropLast(5))
        #expect(
            tokens(endless + [eot], pieces: [3], limits: limits) == [
                .badFrame(.init(reason: .tooLong(bytes: endless.count), wire: Array(long.prefix(8)))), .eot,
            ])
    }

    @Test func anOverlongFrameIsNotKeptInMemory() {
        var limits = LinkLimits()
        limits.frameBytes = 64
        var decoder = FrameDecoder(limits: limits)
        decoder.append([stx])
        for _ in 0..<1000 {
            decoder.append([UInt8](repeating: 0x41, count: 100))
            #expect(decoder.next() == nil)
            #expect(decoder.bufferedBytes <= 200)
        }
    }

    @Test func junkIsBoundedAndCounted() {
        var limits = LinkLimits()
        limits.junkBytes = 10
        var decoder = FrameDecoder(limits: limits)
        decoder.append([UInt8](repeating: 0x41, count: 25) + [ack])
        #expect(decoder.next() == .junk([UInt8](repeating: 0x41, count: 10)))
        #expect(decoder.next() == .junk([UInt8](repeating: 0x41, count: 10)))
        #expect(decoder.next() == .junk([UInt8](repeating: 0x41, count: 5)))
        #expect(decoder.next() == .ack)
        #expect(decoder.next() == nil)
    }

    @Test func mergedTokens() {
        let input = [eot, enq] + wire(1, "H|\\^&\r") + wire(2, "L|1\r") + [eot, enq, ack, nak]
        #expect(
            tokens(input) == [.eot, .enq, frame(1, "H|\\^&\r"), frame(2, "L|1\r"), .eot, .enq, .ack, .nak])
    }

    /// Every way of splitting gives the same tokens.
    @Test(arguments: 0..<60)
    func splittingChangesNothing(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        var limits = LinkLimits()
        limits.frameBytes = 40
        limits.junkBytes = 16
        let alphabet: [UInt8] = [stx, etx, etb, eot, enq, ack, nak, 13, 10, 0x31, 0x38, 0x41, 0x66, 0x7C, 0, 0xFF]
        var input: [UInt8] = []
        for _ in 0..<30 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: input += wire(UInt8.random(in: 0...7, using: &random), "R|1|^^^GLU|5.10\r")
            case 1:
                input += wire(1, String(repeating: "y", count: Int.random(in: 0...60, using: &random)), final: false)
            case 2: input += wire(3, "P|1\r").dropLast(Int.random(in: 0...9, using: &random))
            default:
                for _ in 0..<Int.random(in: 0...12, using: &random) {
                    input.append(alphabet.randomElement(using: &random) ?? 0)
                }
            }
        }
        for policy in [ChecksumPolicy.strict, .lenient, .off] {
            let whole = tokens(input, limits: limits, checksum: policy)
            #expect(tokens(input, pieces: [1], limits: limits, checksum: policy) == whole)
            let pieces = (0..<16).map { _ in Int.random(in: 1...20, using: &random) }
            #expect(tokens(input, pieces: pieces, limits: limits, checksum: policy) == whole)
        }
    }
}
