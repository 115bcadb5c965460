import Core

/// A device's text as a value, and why it is none.
struct ReadValue: Equatable {
    var value: ObservedValue
    /// Why there is no value.
    var why: String?
}

extension ValueRule {
    /// Reads a text.
    ///
    /// A number token that JSON can carry is a quantity, with the comparator that stands directly before it;
    /// everything else stays text. Nothing is ever converted.
    func read(_ text: String) -> ReadValue {
        let text = trimmed(text)
        if text.isEmpty {
            return ReadValue(value: .absent(""), why: "the device sent no value")
        }
        if let rule = noResult.first(where: { $0.pattern.matches(text) }) {
            return ReadValue(value: .absent(text), why: rule.why)
        }
        if isNumberToken(text) { return ReadValue(value: .quantity(text, nil)) }
        for (sign, comparator) in comparators where text.hasPrefix(sign) {
            let number = trimmed(String(text.dropFirst(sign.count)))
            if isNumberToken(number) { return ReadValue(value: .quantity(number, comparator)) }
            break
        }
        return ReadValue(value: .text(text))
    }
}

/// Whether a text is a JSON number (RFC 8259 section 6): `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
func isNumberToken(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func digits() -> Int {
        let count = rest.prefix { (0x30...0x39).contains($0) }.count
        rest.removeFirst(count)
        return count
    }
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    if rest.first == UInt8(ascii: "0") {
        rest.removeFirst()
    } else if digits() == 0 {
        return false
    }
    if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        if digits() == 0 { return false }
    }
    if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
        rest.removeFirst()
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest.removeFirst() }
        if digits() == 0 { return false }
    }
    return rest.isEmpty
}
