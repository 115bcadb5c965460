/// How a device writes numbers otherwise than `0.5`: `0,5` (`decimal_mark`) or `.5` (`leading_zero`).
struct NumberForm: Hashable, Sendable {
    /// A comma stands for the point; a point stays one.
    var hasComma = false
    /// The zero before the point may be missing.
    var mayLackZero = false

    /// Whether numbers are as everywhere.
    var isPlain: Bool { !hasComma && !mayLackZero }

    /// The number token (RFC 8259) a text stands for; nil when it is none.
    func token(_ text: String) -> String? {
        if isNumberToken(text) { return text }
        if isPlain { return nil }
        var token = text
        if hasComma, !token.contains(".") { token = token.replacing(",", with: ".") }
        if mayLackZero {
            if token.hasPrefix(".") { token = "0" + token }
            if token.hasPrefix("-.") { token = "-0" + token.dropFirst() }
        }
        return isNumberToken(token) ? token : nil
    }

    /// A range of one or two numbers in the usual form; nil where it is so already, or of another form.
    func range(_ text: String) -> String? {
        if isPlain { return nil }
        var result = ""
        var rest = Substring(text)
        while let first = rest.first {
            let number = rest.prefix { "0123456789.,".contains($0) }
            guard !number.isEmpty else {
                result.append(first)
                rest.removeFirst()
                continue
            }
            rest.removeFirst(number.count)
            // `3..5` has a mark of two points.
            guard let token = token(String(number)) else { return nil }
            result += token
        }
        return result != text && RangeText(result) != nil ? result : nil
    }
}
