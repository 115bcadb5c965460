import ASTM
import Testing

@Suite struct RecordDecoderTests {
    static func texts(_ input: [UInt8], pieces: Int = .max, limits: LinkLimits = LinkLimits()) -> [String] {
        var decoder = LinkDecoder.records(RecordDecoder(limits: limits))
        var result: [String] = []
        func take(_ token: LinkToken?) -> Bool {
            guard case .text(let bytes)? = token else { return false }
            result.append(String(decoding: bytes, as: UTF8.self))
            return true
        }
        var rest = input[...]
        while !rest.isEmpty {
            decoder.append(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
            while take(decoder.next()) {}
        }
        while take(decoder.flush()) {}
        return result
    }

    @Test(arguments: ["\r", "\n", "\r\n", "\r\n\r\n", "\u{03}", "\u{04}\u{05}"])
    func everyLineEnd(end: String) {
        let input = bytes("H|\\^&\(end)P|1\(end)L|1|N\(end)")
        let own = end.hasPrefix("\n") ? "\n" : "\r"
        #expect(Self.texts(input) == ["H|\\^&\(own)", "P|1\(own)", "L|1|N\(own)"])
    }

    @Test func whatStandsAroundIsPassedOver() {
        let input = bytes("\u{00}\u{00}\u{05}\u{02}H|\\^&\rL|1\r\u{03}\u{04}\u{00}\u{05}H|\\^&\r")
        #expect(Self.texts(input) == ["H|\\^&\r", "L|1\r", "H|\\^&\r"])
    }

    @Test func aLongRecordComesInPieces() {
        var limits = LinkLimits()
        limits.frameBytes = 4
        #expect(Self.texts(bytes("H|\\^&|abcdef\rL|1\r"), limits: limits) == ["H|\\^", "&|ab", "cdef", "\r", "L|1\r"])
        // A character that would be passed over before a record is part of one that goes on.
        #expect(Self.texts(bytes("R|1|\tx\r"), limits: limits) == ["R|1|", "\tx\r"])
    }

    @Test func theLastRecordMayHaveNoEnd() {
        var decoder = RecordDecoder()
        decoder.append(bytes("L|1|N"))
        #expect(decoder.next() == nil)
        #expect(decoder.isHeldBySilence)
        #expect(decoder.bufferedBytes == 5)
        #expect(decoder.flush() == .text(bytes("L|1|N")))
        #expect(decoder.flush() == nil)
        #expect(!decoder.isHeldBySilence)
        decoder.append(bytes("\r\nH|\\^&\r"))
        // The end that comes after all belongs to the piece handed out.
        #expect(decoder.next() == .text(bytes("\r")))
        #expect(decoder.next() == .text(bytes("H|\\^&\r")))
    }

    /// A piece that ends before the delimiter would not show that a message begins.
    @Test func silenceDoesNotCutARecordsHead() {
        var decoder = RecordDecoder()
        decoder.append(bytes("1H"))
        #expect(decoder.next() == nil)
        #expect(!decoder.isHeldBySilence)
        decoder.append(bytes("|"))
        #expect(decoder.next() == nil)
        #expect(decoder.isHeldBySilence)
        #expect(decoder.flush() == .text(bytes("1H|")))
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64])
    func splittingChangesNothing(pieces: Int) {
        let input = bytes("\u{05}\u{02}H|\\^&|x\r\nP|1\r\nR|1|\tabc|\u{03}\r\u{04}junk\u{00}line\nL|1|N\r\n\u{04}H|")
        var limits = LinkLimits()
        for frameBytes in [1, 4, 64_000] {
            limits.frameBytes = frameBytes
            #expect(Self.texts(input, pieces: pieces, limits: limits) == Self.texts(input, limits: limits))
        }
    }

    @Test func aStreamWithoutEndsIsBounded() {
        var decoder = RecordDecoder()
        for _ in 0..<100 {
            decoder.append([UInt8](repeating: 0x41, count: 10_000))
            while decoder.next() != nil {}
            #expect(decoder.bufferedBytes < 64_000)
        }
        var silent = RecordDecoder()
        silent.append([UInt8](repeating: 0, count: 100_000))
        #expect(silent.next() == nil)
        #expect(silent.bufferedBytes == 0)
    }
}
