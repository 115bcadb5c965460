import Core

/// A device's text as a value, and why it is none.
struct ReadValue: Equatable {
    var value: ObservedValue
    /// Why there is no value.
    var why: String?
    /// What the device wrote where the value is what it means.
    var written: String?
}

extension ValueRule {
    /// Reads a text.
    ///
    /// A number token that JSON can carry is a quantity, with the comparator that stands directly before it;
    /// everything else stays text. Nothing is converted.
    /// - Parameters:
    ///   - test: what its test says besides.
    ///   - sign: a comparator that stands elsewhere in the line.
    func read(_ text: String, test: TestReading? = nil, sign: String? = nil) -> ReadValue {
        let text = trimmed(text)
        if text.isEmpty {
            return ReadValue(value: .absent(""), why: "the device sent no value")
        }
        if let rule = test?.noResult.first(where: { $0.pattern.matches(text) })
            ?? noResult.first(where: { $0.pattern.matches(text) })
        {
            return ReadValue(value: .absent(text), why: rule.why)
        }
        if let meaning = test?.values[text] ?? map[text] {
            return ReadValue(value: compared(plain(trimmed(meaning), 0), sign), written: text)
        }
        let value = plain(text, test?.impliedDecimals ?? 0)
        let isOtherForm = !numbers.isPlain && value.isNumber && value.token != text && !text.contains(value.token)
        return ReadValue(value: compared(value, sign), written: isOtherForm ? text : nil)
    }

    private func plain(_ text: String, _ impliedDecimals: Int) -> ObservedValue {
        if let number = number(text, impliedDecimals) { return .quantity(number, nil) }
        for (sign, comparator) in comparators where text.hasPrefix(sign) {
            let rest = trimmed(String(text.dropFirst(sign.count)))
            if let number = number(rest, impliedDecimals) { return .quantity(number, comparator) }
            break
        }
        return .text(text)
    }

    private func number(_ text: String, _ impliedDecimals: Int) -> String? {
        if impliedDecimals > 0, let number = ExactDecimal(text, impliedDecimals: impliedDecimals) {
            return number.description
        }
        return numbers.token(text)
    }

    /// The value with a comparator from elsewhere; a number whose sign nobody knows is no number.
    private func compared(_ value: ObservedValue, _ sign: String?) -> ObservedValue {
        guard let sign, sign != "=" else { return value }
        let comparator = comparators.first { trimmed($0.sign) == sign }?.comparator
        return switch value {
        case .quantity(let number, nil) where comparator != nil: .quantity(number, comparator)
        case .quantity(_, let own?) where own == comparator: value
        case .quantity(let number, let own): .text(sign + (own?.rawValue ?? "") + number)
        case .text(let text): .text(sign + text)
        case .absent: value
        }
    }
}

extension ObservedValue {
    fileprivate var isNumber: Bool { if case .quantity = self { true } else { false } }
}

/// Whether a text is a JSON number (RFC 8259 section 6): `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
func isNumberToken(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable(isNumberToken) ?? Array(text.utf8).withUnsafeBufferPointer(isNumberToken)
}

private func isNumberToken(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = 0
    /// Whether there are digits; they are passed over.
    func digits() -> Bool {
        let start = at
        while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
        return at > start
    }
    func pass(_ one: UInt8, or other: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == one || bytes[at] == other else { return false }
        at += 1
        return true
    }
    _ = pass(UInt8(ascii: "-"), or: UInt8(ascii: "-"))
    if !pass(UInt8(ascii: "0"), or: UInt8(ascii: "0")), !digits() { return false }
    if pass(UInt8(ascii: "."), or: UInt8(ascii: ".")), !digits() { return false }
    if pass(UInt8(ascii: "e"), or: UInt8(ascii: "E")) {
        _ = pass(UInt8(ascii: "+"), or: UInt8(ascii: "-"))
        if !digits() { return false }
    }
    return at == bytes.count
}
