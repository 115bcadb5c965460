/// A piece of a page.
///
/// Whatever is interpolated as text is escaped; only another `HTML` goes in as it is, so text from a device cannot
/// become markup.
///
/// ```swift
/// let cell: HTML = "<td>\(row.value)</td>"
/// ```
struct HTML: ExpressibleByStringInterpolation, Sendable, Equatable {
    /// The markup.
    private(set) var markup: String

    init(stringLiteral value: String) { markup = value }
    init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

    /// Pieces, one after the other.
    init(_ pieces: [HTML]) { markup = pieces.map(\.markup).joined() }

    struct StringInterpolation: StringInterpolationProtocol {
        var markup = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            markup.reserveCapacity(literalCapacity + interpolationCount * 24)
        }

        mutating func appendLiteral(_ literal: String) { markup += literal }
        mutating func appendInterpolation(_ text: String) { HTML.escape(text, into: &markup) }
        mutating func appendInterpolation(_ number: Int) { markup += String(number) }
        mutating func appendInterpolation(_ piece: HTML) { markup += piece.markup }
        mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { markup += piece.markup } }
        /// A piece that may be left out.
        mutating func appendInterpolation(_ piece: HTML?) { if let piece { markup += piece.markup } }
    }

    /// Escapes text for elements and quoted attributes (HTML standard, section 13.3), and shows control characters,
    /// which a page may not hold, as their pictures.
    private static func escape(_ text: String, into out: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            default: out.unicodeScalars.append(visible(scalar))
            }
        }
    }
}

/// A control character's picture (Unicode block Control Pictures); any other character itself.
///
/// C1 controls and marks that reorder text become the replacement character, so that no device can disguise what it
/// sent.
func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
    default: scalar
    }
}
