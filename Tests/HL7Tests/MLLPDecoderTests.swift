import HL7
import Testing

@Suite struct MLLPDecoderTests {
    let one = bytes("MSH|^~\\&|a\rPID|1\r")
    let two = bytes("MSH|^~\\&|b\r")

    @Test func framesAndReadsBack() {
        #expect(MLLP.frame(one) == [vt] + one + [fs, cr])
        #expect(tokens(MLLP.frame(one) + MLLP.frame(two)) == [.message(one), .message(two)])
        #expect(tokens(MLLP.frame([])) == [.message([])])
        #expect(tokens([]) == [])
    }

    @Test func fillerBeforeAndBetweenIsSkipped() {
        let filler = [UInt8](repeating: 2, count: 14)
        #expect(
            tokens(filler + MLLP.frame(one) + [10, 0, 0] + MLLP.frame(two)) == [
                .junk(filler), .message(one), .junk([10, 0, 0]), .message(two),
            ])
    }

    @Test func missingCarriageReturnByPolicy() {
        let input = [vt] + one + [fs] + MLLP.frame(two)
        #expect(tokens(input) == [.message(one), .message(two)])
        #expect(
            tokens(input, policy: .strict) == [
                .fault(.init(reason: .missingCarriageReturn, bytes: one)), .message(two),
            ])
        // At the end of the input too.
        #expect(
            tokens([vt] + one + [fs], policy: .strict) == [
                .fault(.init(reason: .missingCarriageReturn, bytes: one))
            ])
    }

    @Test func aLenientReaderDoesNotWaitForTheCarriageReturn() {
        var decoder = MLLPDecoder()
        decoder.append([vt] + one + [fs])
        #expect(decoder.next() == .message(one))
        decoder.append([cr] + MLLP.frame(two))
        #expect(decoder.next() == .message(two))
        #expect(decoder.next() == nil)
    }

    @Test func missingEndBlock() {
        #expect(
            tokens([vt] + one + MLLP.frame(two)) == [
                .fault(.init(reason: .missingEndBlock, bytes: one)), .message(two),
            ])
    }

    @Test func verticalTabInTextIsText() {
        let message = bytes("MSH|^~\\&|a\rOBX|1|ST|x||line\u{0B}Mline\u{0B}\rNTE|1||\u{0B}MS")
        #expect(tokens(MLLP.frame(message)) == [.message(message)])
    }

    @Test func truncatedMessageIsKept() {
        #expect(tokens([vt] + one) == [.fault(.init(reason: .truncated, bytes: one))])
        #expect(tokens([vt]) == [.fault(.init(reason: .truncated, bytes: []))])
        var decoder = MLLPDecoder()
        decoder.append([vt, 0x4D])
        #expect(decoder.next() == nil)
        #expect(decoder.isInMessage)
        #expect(decoder.flush() == .fault(.init(reason: .truncated, bytes: [0x4D])))
        #expect(!decoder.isInMessage)
        #expect(decoder.flush() == nil)
    }

    @Test func overlongMessageIsDroppedAndTheNextIsRead() {
        var limits = MLLPLimits()
        limits.messageBytes = 30
        limits.junkBytes = 12
        let exact = bytes("MSH|^~\\&|" + String(repeating: "x", count: 21))
        let long = bytes("MSH|^~\\&|" + String(repeating: "x", count: 22))
        let longer = bytes("MSH|^~\\&|" + String(repeating: "x", count: 500))
        for policy in [MLLPPolicy.lenient, .strict] {
            for pieces in [[Int.max], [1], [7], [29, 2]] {
                func read(_ input: [UInt8]) -> [MLLPToken] {
                    tokens(input, pieces: pieces, limits: limits, policy: policy)
                }
                #expect(read(MLLP.frame(exact)) == [.message(exact)])
                for message in [long, longer] {
                    let fault = MLLPToken.fault(
                        .init(reason: .tooLong(bytes: message.count), bytes: Array(message.prefix(12))))
                    #expect(read(MLLP.frame(message) + MLLP.frame(two)) == [fault, .message(two)])
                    #expect(read([vt] + message + MLLP.frame(two)) == [fault, .message(two)])
                    #expect(read([vt] + message) == [fault])
                }
            }
        }
    }

    @Test func anOverlongMessageIsNotKeptInMemory() {
        var limits = MLLPLimits()
        limits.messageBytes = 100
        var decoder = MLLPDecoder(limits: limits)
        decoder.append([vt])
        for _ in 0..<1000 {
            decoder.append([UInt8](repeating: 0x41, count: 100))
            #expect(decoder.next() == nil)
            #expect(decoder.bufferedBytes <= 300)
        }
    }

    @Test(arguments: 0..<80)
    func splittingChangesNothing(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        var limits = MLLPLimits()
        limits.messageBytes = 40
        limits.junkBytes = 8
        var input: [UInt8] = []
        for _ in 0..<30 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: input += MLLP.frame(one)
            case 1: input += [vt] + two
            case 2: input += [vt] + bytes("MSH") + (0..<Int.random(in: 0..<60, using: &random)).map { _ in 0x41 }
            case 3: input += MLLP.frame(bytes("x\u{0B}MS\u{0B}MSy"))
            default:
                input += (0..<3).map { _ in [vt, fs, cr, 10, 0, 0x4D, 0x53, 0x48].randomElement(using: &random) ?? 0 }
            }
        }
        for policy in [MLLPPolicy.lenient, .strict] {
            let whole = tokens(input, limits: limits, policy: policy)
            #expect(tokens(input, pieces: [1], limits: limits, policy: policy) == whole)
            let pieces = (0..<16).map { _ in Int.random(in: 1...20, using: &random) }
            #expect(tokens(input, pieces: pieces, limits: limits, policy: policy) == whole)
        }
    }
}
