import Foundation

/// A key for a person's name (PS3.4 section C.2.2.2.1.1 leaves the comparison to us).
///
/// Names are compared without case, accents and width of characters (`NameFolding`). A component group of the key
/// matches one of the name as a whole or component by component, where an empty or missing component of the key matches
/// anything: `RAO` finds `RAO^ASHA`, `^ASHA` too.
///
/// The three component groups (alphabetic, ideographic, phonetic; separated by `=`): a key of one group finds whatever
/// name has a group that matches. A key that names several is compared with the groups in the same places, and all that
/// both have must match; a name of one group is compared with each of the key's, and one is enough.
struct NamePattern: Hashable, Sendable {
    private struct Group: Hashable, Sendable {
        let place: Int
        let whole: TextPattern
        let components: [TextPattern?]
    }

    private static let equals = UInt8(ascii: "=")
    private static let caret = UInt8(ascii: "^")

    private let groups: [Group]
    /// Whether the key says which group it means.
    private let namesPlaces: Bool

    /// Nil when the key says nothing (only delimiters and spaces).
    init?(_ key: String) {
        namesPlaces = key.utf8.contains(Self.equals)
        groups = key.split(separator: "=", omittingEmptySubsequences: false).enumerated().compactMap { place, group in
            let folded = NameFolding.folded(String(group))
            let components = folded.split(separator: "^", omittingEmptySubsequences: false).map { component in
                let text = component.trimmingBlanks()
                return text.isEmpty ? nil : TextPattern(text)
            }
            guard components.contains(where: { $0 != nil }) else { return nil }
            return Group(
                place: place, whole: TextPattern(NameFolding.withoutTrailingDelimiters(folded)),
                components: components)
        }
        if groups.isEmpty { return nil }
    }

    func matches(_ name: String) -> Bool { matches(folded: NameFolding.folded(name)) }

    /// The same for a name that was folded before.
    func matches(folded name: String) -> Bool {
        var name = name
        return name.withUTF8 { matches(foldedBytes: $0) }
    }

    /// The same for a folded name's UTF-8.
    func matches(foldedBytes name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard namesPlaces else {
            return groups.contains { group in
                Self.anyPart(of: name[...], between: Self.equals) { _, part in Self.matches(group, part) }
            }
        }
        var parts: [(place: Int, bytes: Slice<UnsafeBufferPointer<UInt8>>)] = []
        _ = Self.anyPart(of: name[...], between: Self.equals) { place, part in
            if part.contains(where: { $0 != Self.caret && $0 != 0x20 }) { parts.append((place, part)) }
            return false
        }
        if parts.count == 1, let only = parts.first {
            return groups.contains { Self.matches($0, only.bytes) }
        }
        var compared = false
        for part in parts {
            guard let group = groups.first(where: { $0.place == part.place }) else { continue }
            guard Self.matches(group, part.bytes) else { return false }
            compared = true
        }
        return compared
    }

    private static func matches(_ group: Group, _ part: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var name = trimmed(part)
        while let last = name.last, last == caret || last == 0x20 { name = name.dropLast() }
        // A group that is not there matches no key, not even `*`.
        guard !name.isEmpty else { return false }
        if group.whole.matches(name) { return true }
        var seen = 0
        let differs = anyPart(of: name, between: caret) { index, component in
            seen = index + 1
            guard index < group.components.count, let pattern = group.components[index] else { return false }
            return !pattern.matches(trimmed(component))
        }
        if differs { return false }
        let missing = name[name.endIndex...]
        return group.components.dropFirst(seen).allSatisfy { $0?.matches(missing) ?? true }
    }

    /// Hands the parts between delimiters to `body`, with their places, until it says true; whether it did.
    private static func anyPart(
        of text: Slice<UnsafeBufferPointer<UInt8>>, between delimiter: UInt8,
        _ body: (Int, Slice<UnsafeBufferPointer<UInt8>>) -> Bool
    ) -> Bool {
        var start = text.startIndex
        var place = 0
        var at = start
        while at <= text.endIndex {
            if at == text.endIndex || text[at] == delimiter {
                if body(place, text[start..<at]) { return true }
                place += 1
                start = at + 1
            }
            at += 1
        }
        return false
    }

    private static func trimmed(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
        var part = part
        while part.first == 0x20 { part = part.dropFirst() }
        while part.last == 0x20 { part = part.dropLast() }
        return part
    }
}

/// Names as they are compared and sorted: without case, accents and width of characters.
///
/// Accents are the combining marks of Latin, Greek and Cyrillic and the points of Hebrew and Arabic; vowel signs of
/// Indic scripts and the voiced sound marks of Japanese are letters. Half-width and full-width forms are one (NFKC).
enum NameFolding {
    /// Letters with a stroke, which Unicode does not take apart.
    private static let strokes: [UInt32: Unicode.Scalar] = [0xF8: "o", 0x142: "l", 0x111: "d", 0x127: "h"]

    /// The folded text, in composed form.
    ///
    /// Upper case comes first so that `ß` becomes `ss`. The store keeps names like this: a change here needs a migration
    /// there.
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var view = String.UnicodeScalarView()
        let apart = text.precomposedStringWithCompatibilityMapping.uppercased().lowercased()
            .decomposedStringWithCompatibilityMapping
        for scalar in apart.unicodeScalars where !isMark(scalar.value) {
            view.append(strokes[scalar.value] ?? scalar)
        }
        return String(view).precomposedStringWithCanonicalMapping
    }

    private static func isMark(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x300...0x36F, 0x591...0x5BD, 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7, 0x610...0x61A, 0x64B...0x65F,
            0x670:
            true
        default: false
        }
    }

    static func withoutTrailingDelimiters(_ text: String) -> String {
        var view = Substring(text)
        while let last = view.last, last == "^" || last == " " { view.removeLast() }
        return view.trimmingBlanks()
    }
}
