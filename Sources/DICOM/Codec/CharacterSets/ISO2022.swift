/// Texts with code extensions (PS3.5 section 6.1.2.5): escape sequences switch the character set within a value.
enum ISO2022 {
    static let escape: UInt8 = 0x1B

    private enum G0 { case ascii, jisX0201, jisX0208, jisX0212 }
    private enum G1 {
        case none
        case katakana
        /// One byte a character.
        case single(String)
        /// Two bytes a character, both with the high bit set, in an EUC encoding.
        case double(String)
    }

    private static let g0: [[UInt8]: G0] = [
        Array("(B".utf8): .ascii, Array("(J".utf8): .jisX0201, Array("$B".utf8): .jisX0208,
        Array("$@".utf8): .jisX0208, Array("$(D".utf8): .jisX0212,
    ]
    private static let g1: [[UInt8]: G1] = Dictionary(
        uniqueKeysWithValues: DefinedTerm.all.compactMap { term in high(term).map { (term.escape, $0) } })

    /// What a repertoire puts above ASCII, where escape sequences may name it.
    private static func high(_ term: DefinedTerm) -> G1? {
        guard term.allowsExtensions else { return nil }
        switch term.encoding {
        case .oneByte(let name): return .single(name)
        case .twoBytes(let name): return .double(name)
        case .katakana: return .katakana
        case .ascii, .jisX0208, .jisX0212, .multiByte, .unknown: return nil
        }
    }

    /// Nil when an escape sequence is unknown or bytes are not of the set in force.
    static func decode(_ bytes: [UInt8], base: DefinedTerm) -> String? {
        let initial = high(base) ?? .none
        var low = G0.ascii
        var high = initial
        var text = ""
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == escape {
                guard let length = (2...3).first(where: { known(bytes, at + 1, $0) }) else { return nil }
                let sequence = Array(bytes[at + 1..<at + 1 + length])
                if let set = g0[sequence] { low = set }
                if let set = g1[sequence] { high = set }
                at += 1 + length
                continue
            }
            var end = at + 1
            while end < bytes.count, bytes[end] != escape, (bytes[end] < 0x80) == (byte < 0x80),
                !isReset(bytes[end], low), !isReset(byte, low)
            { end += 1 }
            guard let run = decodeRun(Array(bytes[at..<end]), low, high) else { return nil }
            text += run
            // A delimiter of values, name components or lines brings back the initial sets (section 6.1.2.5.3).
            if isReset(byte, low) { (low, high) = (.ascii, initial) }
            at = end
        }
        return text
    }

    private static func known(_ bytes: [UInt8], _ start: Int, _ length: Int) -> Bool {
        guard start + length <= bytes.count else { return false }
        let sequence = Array(bytes[start..<start + length])
        return g0[sequence] != nil || g1[sequence] != nil
    }

    /// `\`, `^`, `=` and control characters; inside a two-byte set the first three may be halves of a character.
    private static func isReset(_ byte: UInt8, _ low: G0) -> Bool {
        if byte < 0x20 { return true }
        guard low == .ascii || low == .jisX0201 else { return false }
        return byte == 0x5C || byte == 0x5E || byte == 0x3D
    }

    private static func decodeRun(_ run: [UInt8], _ low: G0, _ high: G1) -> String? {
        guard let first = run.first else { return "" }
        if first >= 0x80 {
            switch high {
            case .none: return nil
            case .katakana: return SpecificCharacterSet.katakana(run)
            case .single(let name), .double(let name): return CharacterConversion.decode(run, from: name)
            }
        }
        if first < 0x20 { return String(decoding: run, as: UTF8.self) }
        switch low {
        case .ascii, .jisX0201: return String(decoding: run, as: UTF8.self)
        case .jisX0208: return CharacterConversion.decode(run.map { $0 | 0x80 }, from: "EUC-JP")
        case .jisX0212:
            // EUC marks the supplementary set by a byte of its own before each pair.
            guard run.count % 2 == 0 else { return nil }
            var pairs: [UInt8] = []
            for index in stride(from: 0, to: run.count, by: 2) {
                pairs += [0x8F, run[index] | 0x80, run[index + 1] | 0x80]
            }
            return CharacterConversion.decode(pairs, from: "EUC-JP")
        }
    }
}
