/// UCUM's grammar (ucum.org, section 2): terms of components joined by `.` and `/`.
enum UCUMGrammar {
    /// A unit with its exponent, a number, an annotation, or a term in parentheses.
    struct Component: Hashable {
        /// Symbol with prefix, without exponent and annotation: `mmol`, `10*`, `24`; empty for an annotation alone.
        var symbol: String
        /// `3`, `-2`; empty when there is none.
        var exponent: String
        /// Whether `/` stands before it.
        var isDivisor: Bool
    }

    /// The components of a code, those in parentheses too.
    /// - Throws: `UCUMError` when it is none.
    static func components(of unit: String) throws(UCUMError) -> [Component] {
        if let stranger = unit.unicodeScalars.first(where: { $0.value <= 0x20 || $0.value >= 0x7F }) {
            throw UCUMError(
                what: stranger == " " ? "blanks cannot stand in a code" : "'\(stranger)' cannot stand in a code")
        }
        if unit.utf8.count > lengthLimit { throw UCUMError(what: "more than \(lengthLimit) characters") }
        var parser = Parser(text: Array(unit))
        try parser.mainTerm()
        return parser.found
    }

    /// Most characters of a code.
    static let lengthLimit = 100

    /// Whether a symbol is an atom, or a metric one with a prefix.
    static func isUnit(_ symbol: String) -> Bool {
        let symbol = Substring(symbol)
        if UCUMAtoms.metric.contains(symbol) || UCUMAtoms.others.contains(symbol) { return true }
        return UCUMAtoms.prefixes.contains {
            symbol.hasPrefix($0) && UCUMAtoms.metric.contains(symbol.dropFirst($0.count))
        }
    }

    private struct Parser {
        let text: [Character]
        var at = 0
        var depth = 0
        var found: [Component] = []

        mutating func mainTerm() throws(UCUMError) {
            let isDivisor = take("/")
            try term(isDivisor: isDivisor)
            if at < text.count { throw UCUMError(what: "'\(text[at])' at character \(at + 1) does not belong there") }
        }

        private mutating func term(isDivisor: Bool) throws(UCUMError) {
            try component(isDivisor: isDivisor)
            while at < text.count, text[at] == "." || text[at] == "/" {
                at += 1
                try component(isDivisor: text[at - 1] == "/")
            }
        }

        private mutating func component(isDivisor: Bool) throws(UCUMError) {
            guard at < text.count else { throw UCUMError(what: "a unit is missing at the end") }
            let opened = at + 1
            if take("(") {
                depth += 1
                if depth > 8 { throw UCUMError(what: "parentheses are nested too deep") }
                try term(isDivisor: isDivisor)
                guard take(")") else { throw UCUMError(what: "'(' at character \(opened) is never closed") }
                depth -= 1
                try annotation()
                return
            }
            let symbol = try symbol()
            let hasAnnotation = try annotation()
            if symbol.isEmpty {
                guard hasAnnotation else { throw UCUMError(what: "a unit is missing before character \(at + 1)") }
                found.append(Component(symbol: "", exponent: "", isDivisor: isDivisor))
            } else {
                found.append(try Self.component(symbol, isDivisor))
            }
        }

        /// Everything up to the next operator; brackets hold anything.
        private mutating func symbol() throws(UCUMError) -> String {
            let begin = at
            while at < text.count, !["/", ".", "(", ")", "{", "}"].contains(text[at]) {
                if text[at] == "[" {
                    guard let end = text[at...].firstIndex(of: "]") else {
                        throw UCUMError(what: "'[' at character \(at + 1) is never closed")
                    }
                    at = end
                }
                at += 1
            }
            return String(text[begin..<at])
        }

        @discardableResult
        private mutating func annotation() throws(UCUMError) -> Bool {
            let opened = at + 1
            guard take("{") else { return false }
            while at < text.count, text[at] != "}", text[at] != "{" { at += 1 }
            guard at > opened, take("}") else {
                throw UCUMError(what: "'{' at character \(opened) holds nothing or is never closed")
            }
            return true
        }

        private static func component(_ text: String, _ isDivisor: Bool) throws(UCUMError) -> Component {
            if UCUMGrammar.isUnit(text) || text.allSatisfy({ $0.isNumber }) {
                return Component(symbol: text, exponent: "", isDivisor: isDivisor)
            }
            var symbol = Substring(text)
            while symbol.last?.isNumber == true { symbol.removeLast() }
            if symbol.last == "-" || symbol.last == "+" { symbol.removeLast() }
            guard symbol.count < text.count, text.last?.isNumber == true, UCUMGrammar.isUnit(String(symbol)) else {
                throw UCUMError(what: "'\(text)' is not known")
            }
            return Component(
                symbol: String(symbol), exponent: String(text.dropFirst(symbol.count)), isDivisor: isDivisor)
        }

        private mutating func take(_ character: Character) -> Bool {
            guard at < text.count, text[at] == character else { return false }
            at += 1
            return true
        }
    }
}

/// Why a text is no UCUM code.
struct UCUMError: Error, Hashable {
    let what: String
}
