/// Replaces what tells who somebody is by made-up texts of the same shape; the same text is always replaced by the same.
struct MadeUpTexts<Random: RandomNumberGenerator> {
    /// Texts shorter than this are too common to be looked for elsewhere, in bytes.
    private static var shortest: Int { 4 }
    private static var families: [String] { ["MEHTA", "OKORO", "LINDQVIST", "SILVA", "NAKANO", "HOLM"] }
    private static var givens: [String] { ["ASHA", "PETER", "MARIA", "JONAS", "LEILA", "TOMO"] }

    private var random: Random
    private(set) var replaced: [[UInt8]: [UInt8]] = [:]
    private var people = 0

    init(_ random: Random) { self.random = random }

    /// Digits by other digits, letters by other letters; everything else stays.
    mutating func shaped(_ text: [UInt8]) -> [UInt8] {
        if let known = replaced[text] { return known }
        guard text.contains(where: isAlphanumeric) else { return text }
        var made = text
        repeat {
            for (index, byte) in text.enumerated() {
                switch byte {
                case 0x30...0x39: made[index] = other(byte, 0x30, 10)
                case 0x41...0x5A: made[index] = other(byte, 0x41, 26)
                case 0x61...0x7A: made[index] = other(byte, 0x61, 26)
                // Letters beyond ASCII: a name is not left half there.
                case 0x80...: made[index] = 0x78
                default: break
                }
            }
        } while made == text
        replaced[text] = made
        return made
    }

    /// A family name, or a family and a given name where there are several words.
    mutating func family(_ text: [UInt8]) -> [UInt8] {
        remembered(text) { person in
            text.contains(0x20)
                ? "\(Self.families[person % 6]) \(Self.givens[person % 6])" : Self.families[person % 6]
        }
    }

    /// A given name.
    mutating func given(_ text: [UInt8]) -> [UInt8] { remembered(text) { Self.givens[$0 % 6] } }

    /// A date of birth: 1 January 1980, as far as it was given.
    mutating func birth(_ text: [UInt8]) -> [UInt8] {
        guard text.allSatisfy({ (0x30...0x39).contains($0) }) else { return shaped(text) }
        let made = Array("19800101000000".utf8.prefix(text.count))
        return made + Array(repeating: 0x30, count: max(0, text.count - made.count))
    }

    /// The text with everything in it that was replaced elsewhere.
    func swept(_ text: [UInt8]) -> [UInt8] {
        if let known = replaced[text], text.count >= 3 { return known }
        var text = text
        for (old, new) in replaced where old.count >= Self.shortest && old.count <= text.count {
            text = Self.replacing(old, by: new, in: text)
        }
        return text
    }

    private mutating func remembered(_ text: [UInt8], _ make: (Int) -> String) -> [UInt8] {
        if let known = replaced[text] { return known }
        guard text.contains(where: isAlphanumeric) else { return text }
        people += 1
        let made = Array(make(people).utf8)
        replaced[text] = made
        for word in text.split(separator: 0x20) where word.count >= Self.shortest && word.count < text.count {
            replaced[Array(word)] = Array(Self.families[(people + 1) % 6].utf8)
        }
        return made
    }

    private mutating func other(_ byte: UInt8, _ first: UInt8, _ count: UInt8) -> UInt8 {
        first + (byte - first + UInt8.random(in: 1..<count, using: &random)) % count
    }

    private static func replacing(_ old: [UInt8], by new: [UInt8], in text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            if index + old.count <= text.count, text[index] == old[0],
                text[index..<(index + old.count)].elementsEqual(old)
            {
                out += new
                index += old.count
            } else {
                out.append(text[index])
                index += 1
            }
        }
        return out
    }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
    default: false
    }
}
