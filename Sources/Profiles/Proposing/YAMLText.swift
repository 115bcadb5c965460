/// Texts of a device within a file that is written for people.
enum YAMLText {
    /// Characters of a device's text that a comment shows.
    private static let commentLimit = 60

    /// A scalar, quoted where YAML would read it as something else than text.
    static func scalar(_ text: String) -> String {
        let isPlain =
            text.first.map { $0.isASCII && $0.isLetter } ?? false
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
            && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(text.lowercased())
        return isPlain ? text : "'\(visible(text).replacing("'", with: "''"))'"
    }

    /// A text for a comment or a name: on one line, without control characters, cut.
    static func comment(_ text: String) -> String {
        let shown = visible(text)
        return shown.count > commentLimit ? shown.prefix(commentLimit) + "…" : shown
    }

    private static func visible(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl =
                        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                        || [0x85, 0x2028, 0x2029].contains(scalar.value)
                    return isControl ? "\u{B7}" : scalar
                }))
    }
}
