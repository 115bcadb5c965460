import Foundation

/// Writes texts in a character set (PS3.5 section 6.1.2), for one answer after the other on one thread.
///
/// A text is written exactly or not at all; only `replacing` puts `?` where a character cannot go.
final class CharacterEncoder {
    private let characters: SpecificCharacterSet
    /// The repertoires that a character may be looked for in, the first one first.
    private let terms: [DefinedTerm]
    private var converters: [String: CharacterConversion] = [:]

    init(_ set: SpecificCharacterSet) {
        characters = set
        terms = set.written.filter { set.written.count == 1 || $0.allowsExtensions }
    }

    /// The text of Specific Character Set for what this writes.
    var declared: String { characters.declared }

    /// The bytes; nil when the set has no character for one of the text's.
    ///
    /// Texts are taken in composed form (NFC).
    func encode(_ text: String) -> [UInt8]? {
        if text.utf8.allSatisfy({ $0 < 0x80 && $0 != ISO2022.escape }) { return Array(text.utf8) }
        guard !text.utf8.contains(ISO2022.escape) else { return nil }
        let text = text.precomposedStringWithCanonicalMapping
        if terms.count == 1, let term = terms.first, term.standsAlone { return whole(text, term) }
        return switching(text)
    }

    /// The bytes, with `?` for each character that the set cannot carry, and how many these were.
    func replacing(_ text: String) -> (bytes: [UInt8], replaced: Int) {
        if let bytes = encode(text) { return (bytes, 0) }
        var view = String.UnicodeScalarView()
        var replaced = 0
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            if encode(String(scalar)) != nil {
                view.append(scalar)
            } else {
                view.append("?")
                replaced += 1
            }
        }
        return (encode(String(view)) ?? [], replaced)
    }

    private func whole(_ text: String, _ term: DefinedTerm) -> [UInt8]? {
        switch term.encoding {
        case .multiByte("UTF-8"): return Array(text.utf8)
        case .multiByte(let name), .oneByte(let name): return converter(name)?.convert(Array(text.utf8))
        case .katakana:
            var bytes: [UInt8] = []
            for scalar in text.unicodeScalars {
                guard let byte = scalar.isASCII ? UInt8(scalar.value) : Self.katakana(scalar) else { return nil }
                bytes.append(byte)
            }
            return bytes
        case .ascii, .jisX0208, .jisX0212, .twoBytes, .unknown: return nil
        }
    }

    /// With code extensions (section 6.1.2.5.3): the first repertoire is in force at the beginning, after each
    /// delimiter, and again at the end.
    private func switching(_ text: String) -> [UInt8]? {
        let base = terms.first ?? .ascii
        // JIS X 0201 has a set in place of ASCII as well.
        let backToASCII: [UInt8] = [ISO2022.escape] + Array((base.encoding == .katakana ? "(J" : "(B").utf8)
        var bytes: [UInt8] = []
        var low = DefinedTerm.ascii
        var high = base
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                if low != .ascii { bytes += backToASCII }
                low = .ascii
                if scalar.value < 0x20 || scalar == "\\" || scalar == "^" || scalar == "=" { high = base }
                bytes.append(UInt8(scalar.value))
                continue
            }
            guard let (term, code) = find(scalar, first: [low, high]) else { return nil }
            let isLow = term.encoding == .jisX0208 || term.encoding == .jisX0212
            if term != (isLow ? low : high) { bytes += [ISO2022.escape] + term.escape }
            if isLow { low = term } else { high = term }
            bytes += code
        }
        if low != .ascii { bytes += backToASCII }
        return bytes
    }

    private func find(_ scalar: Unicode.Scalar, first: [DefinedTerm]) -> (DefinedTerm, [UInt8])? {
        // What is in force already needs no escape sequence.
        for term in first + terms where terms.contains(term) {
            if let code = code(scalar, term) { return (term, code) }
        }
        return nil
    }

    private func code(_ scalar: Unicode.Scalar, _ term: DefinedTerm) -> [UInt8]? {
        let text = Array(String(scalar).utf8)
        switch term.encoding {
        case .oneByte(let name): return converter(name)?.convert(text)
        case .twoBytes(let name): return converter(name)?.convert(text).flatMap { $0.count == 2 ? $0 : nil }
        case .katakana: return Self.katakana(scalar).map { [$0] }
        // EUC holds the three Japanese sets side by side: two bytes, or three that begin with a mark.
        case .jisX0208:
            guard let code = converter("EUC-JP")?.convert(text), code.count == 2, code[0] >= 0xA1 else { return nil }
            return code.map { $0 & 0x7F }
        case .jisX0212:
            guard let code = converter("EUC-JP")?.convert(text), code.count == 3 else { return nil }
            return code.dropFirst().map { $0 & 0x7F }
        case .ascii, .multiByte, .unknown: return nil
        }
    }

    private static func katakana(_ scalar: Unicode.Scalar) -> UInt8? {
        (0xFF61...0xFF9F).contains(scalar.value) ? UInt8(0xA1 + scalar.value - 0xFF61) : nil
    }

    private func converter(_ name: String) -> CharacterConversion? {
        if let known = converters[name] { return known }
        let made = CharacterConversion(to: name, from: "UTF-8")
        converters[name] = made
        return made
    }
}
