import Foundation

/// A text with the wildcards of PS3.4 section C.2.2.2.4: `*` any run, also an empty one, `?` one character.
///
/// Characters are Unicode scalars of the composed form (NFC), so that `क*` finds every name that begins with that
/// letter, whatever vowel sign follows. Matching goes over UTF-8, takes time proportional to the product of the two
/// lengths at worst, and never recurses.
struct TextPattern: Hashable, Sendable {
    private static let star = UInt8(ascii: "*")
    private static let question = UInt8(ascii: "?")

    private let pattern: [UInt8]
    /// Whether it holds a wildcard; without one it is a single value.
    let hasWildcard: Bool

    init(_ text: String) {
        var bytes = Array(Self.composed(text).utf8)
        // A run of stars says no more than one.
        var last: UInt8 = 0
        bytes.removeAll { byte in
            defer { last = byte }
            return byte == Self.star && last == Self.star
        }
        pattern = bytes
        hasWildcard = bytes.contains { $0 == Self.star || $0 == Self.question }
    }

    /// The single value it stands for; nil with wildcards.
    var literal: String? { hasWildcard ? nil : String(decoding: pattern, as: UTF8.self) }

    func matches(_ text: String) -> Bool {
        var text = Self.composed(text)
        return text.withUTF8 { matches($0[...]) }
    }

    /// The same for UTF-8 that is in composed form already.
    func matches(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let end = text.endIndex
        var at = text.startIndex
        var key = 0
        var back: (key: Int, at: Int)?
        while at < end {
            if key < pattern.count, pattern[key] == Self.star {
                back = (key, at)
                key += 1
            } else if key < pattern.count, pattern[key] == Self.question {
                key += 1
                at = Self.next(at, text)
            } else if key < pattern.count, pattern[key] == text[at] {
                key += 1
                at += 1
            } else if let last = back {
                // Let the last star take one character more.
                let next = Self.next(last.at, text)
                back = (last.key, next)
                key = last.key + 1
                at = next
            } else {
                return false
            }
        }
        while key < pattern.count, pattern[key] == Self.star { key += 1 }
        return key == pattern.count
    }

    /// Where the character after the one at `index` begins.
    private static func next(_ index: Int, _ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var next = index + 1
        while next < text.endIndex, text[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }

    private static func composed(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
    }
}
