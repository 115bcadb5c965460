import Foundation

/// A text with the wildcards of PS3.4 section C.2.2.2.4: `*` any run, also an empty one, `?` one character.
///
/// Characters are Unicode scalars of the composed form (NFC), so that `क*` finds every name that begins with that
/// letter, whatever vowel sign follows. Matching takes time proportional to the product of the two lengths at worst
/// and never recurses.
struct TextPattern: Hashable, Sendable {
    private let pattern: [Unicode.Scalar]
    /// Whether it holds a wildcard; without one it is a single value.
    let hasWildcard: Bool

    init(_ text: String) {
        var scalars = Self.scalars(text)
        // A run of stars says no more than one.
        var last: Unicode.Scalar?
        scalars.removeAll { scalar in
            defer { last = scalar }
            return scalar == "*" && last == "*"
        }
        pattern = scalars
        hasWildcard = pattern.contains { $0 == "*" || $0 == "?" }
    }

    /// The single value it stands for; nil with wildcards.
    var literal: String? {
        guard !hasWildcard else { return nil }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: pattern)
        return String(view)
    }

    func matches(_ text: String) -> Bool {
        let text = Self.scalars(text)
        var at = 0
        var key = 0
        var star: (key: Int, at: Int)?
        while at < text.count {
            if key < pattern.count, pattern[key] == "*" {
                star = (key, at)
                key += 1
            } else if key < pattern.count, pattern[key] == "?" || pattern[key] == text[at] {
                key += 1
                at += 1
            } else if let last = star {
                // Let the last star take one character more.
                star = (last.key, last.at + 1)
                key = last.key + 1
                at = last.at + 1
            } else {
                return false
            }
        }
        return pattern[key...].allSatisfy { $0 == "*" }
    }

    private static func scalars(_ text: String) -> [Unicode.Scalar] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return Array(text.unicodeScalars) }
        return Array(text.precomposedStringWithCanonicalMapping.unicodeScalars)
    }
}

/// A key for a person's name (PS3.4 section C.2.2.2.1.1 leaves the comparison to us).
///
/// Case and accents (combining marks U+0300 to U+036F) do not count; vowel signs of Indic scripts do. The key matches
/// if it matches the whole name, or component by component, where an empty or missing component of the key matches
/// anything: `RAO` finds `RAO^ASHA`. Of several component groups (`=`) one that matches is enough.
struct NamePattern: Hashable, Sendable {
    private struct Group: Hashable, Sendable {
        let whole: TextPattern
        let components: [TextPattern?]
    }

    private let groups: [Group]

    /// Nil when the key says nothing (only delimiters and spaces).
    init?(_ key: String) {
        groups = key.split(separator: "=").compactMap { group in
            let folded = Self.folded(String(group))
            let components = folded.split(separator: "^", omittingEmptySubsequences: false).map { component in
                let text = component.trimmingBlanks()
                return text.isEmpty ? nil : TextPattern(text)
            }
            guard components.contains(where: { $0 != nil }) else { return nil }
            return Group(whole: TextPattern(Self.withoutTrailingDelimiters(folded)), components: components)
        }
        if groups.isEmpty { return nil }
    }

    func matches(_ name: String) -> Bool {
        let name = Self.withoutTrailingDelimiters(Self.folded(name))
        let components = name.split(separator: "^", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
        return groups.contains { group in
            if group.whole.matches(name) { return true }
            return group.components.enumerated().allSatisfy { index, pattern in
                pattern?.matches(index < components.count ? components[index] : "") ?? true
            }
        }
    }

    /// For comparing and sorting names: without case and accents.
    ///
    /// Upper case comes first so that `ß` becomes `ss`.
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var view = String.UnicodeScalarView()
        for scalar in text.uppercased().lowercased().decomposedStringWithCanonicalMapping.unicodeScalars
        where !(0x300...0x36F).contains(scalar.value) { view.append(scalar) }
        return String(view)
    }

    private static func withoutTrailingDelimiters(_ text: String) -> String {
        var view = Substring(text)
        while let last = view.last, last == "^" || last == " " { view.removeLast() }
        return view.trimmingBlanks()
    }
}
