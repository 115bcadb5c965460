/// One of several results in one line.
struct LinePart: Equatable {
    var code: String
    var value: String
    /// Nil: the line's own unit.
    var unit: String?

    /// Most results of one line.
    static let most = 100
}

extension SeveralRule {
    /// The results of a line; nil where it holds one as any other.
    /// - Throws: why its parts do not belong together, as a sentence.
    func parts(_ source: some FieldSource) throws(Mistake) -> [LinePart]? {
        let codes = cut(source.text(code))
        let values = cut(source.text(value))
        let isWithUnit = hasUnitInValue && codes.count == 1 && values.count == 1
        if codes.count <= 1, values.count <= 1, !isWithUnit { return nil }
        guard codes.count == values.count else {
            throw Mistake(
                what: "the line names \(codes.count) test\(codes.count == 1 ? "" : "s") and holds \(values.count) "
                    + "value\(values.count == 1 ? "" : "s"), so nobody knows which belongs to which")
        }
        guard codes.count <= LinePart.most else {
            throw Mistake(what: "the line holds \(codes.count) results, and at most \(LinePart.most) are understood")
        }
        var parts: [LinePart] = []
        for (code, value) in zip(codes, values) where !code.isEmpty || !value.isEmpty {
            if code.isEmpty { throw Mistake(what: "a value of the line stands where it names no test") }
            guard hasUnitInValue else {
                parts.append(LinePart(code: code, value: value))
                continue
            }
            let (number, unit) = Self.apart(value)
            parts.append(LinePart(code: code, value: number, unit: unit))
        }
        return parts
    }

    /// `< 5.1 mg/dL`: a number and behind a blank its unit; any other text has none.
    private static func apart(_ value: String) -> (number: String, unit: String) {
        let start = value.firstIndex { !"<>=≤≥ ".contains($0) } ?? value.endIndex
        guard value[start...].first?.isWholeNumber == true,
            let blank = value[start...].firstIndex(where: \.isWhitespace)
        else { return (value, "") }
        return (String(value[..<blank]), trimmed(String(value[blank...])))
    }

    struct Mistake: Error {
        let what: String
    }

    /// An empty part keeps its place, so that the others keep theirs; of blanks any number are one mark.
    private func cut(_ text: String?) -> [String] {
        let isBlank = separator.allSatisfy(\.isWhitespace)
        var parts = (text ?? "").split(separator: separator, omittingEmptySubsequences: isBlank)
            .map { trimmed(String($0)) }
        if isBlank { return parts.filter { !$0.isEmpty } }
        while parts.last?.isEmpty == true { parts.removeLast() }
        return parts
    }
}
