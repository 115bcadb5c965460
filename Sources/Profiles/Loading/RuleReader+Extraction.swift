extension RuleReader {
    /// A path, a list of places, or `{ from: …, split: …, … }`.
    func read(_ value: YAMLValue?, into extraction: inout Extraction) {
        guard let value else { return }
        if value.isExtractionMap {
            _ = value.map { readExtraction($0, into: &extraction) }
        } else if let sources = value.list(allowsSingle: true, of: source) {
            extraction.sources = sources
        }
    }

    /// An extraction of its own; nil when it says no place.
    func extraction(_ value: YAMLValue) -> Extraction? {
        var extraction = Extraction()
        read(value, into: &extraction)
        if extraction.sources.isEmpty, value.isExtractionMap, !value.hasKey("from") {
            return value.wrong("'from' is missing")
        }
        return extraction.sources.isEmpty ? nil : extraction
    }

    func readExtraction(_ map: YAMLMap, into extraction: inout Extraction) {
        readSources(map, into: &extraction)
        readTidying(map, into: &extraction.tidying)
    }

    func readSources(_ map: YAMLMap, into extraction: inout Extraction) {
        if let sources = map["from"]?.list(allowsSingle: true, of: source) { extraction.sources = sources }
    }

    /// `R.3.4`, `{ path: R.3.1, when: { R.3.3: LN } }`, or `{ join: [OBX-3.1, OBX-4], with: '/' }`.
    private func source(_ value: YAMLValue) -> Extraction.Source? {
        guard value.isMap else { return value.fieldPath(wire).map { Extraction.Source(path: $0) } }
        return value.map { map -> Extraction.Source? in
            let conditions = map["when"].map { self.conditions($0) ?? [] } ?? []
            guard let join = map["join"] else {
                return map.require("path")?.fieldPath(wire).map { Extraction.Source(path: $0, conditions: conditions) }
            }
            let separator = map["with"]?.text() ?? " "
            guard let paths = join.list(of: { $0.fieldPath(wire) }) else { return nil }
            guard paths.count > 1, let first = paths.first else {
                return join.wrong("two places at least are joined; one alone is written as a path")
            }
            return Extraction.Source(
                path: first, conditions: conditions, joined: Array(paths.dropFirst()), separator: separator)
        } ?? nil
    }

    // MARK: - Tidying

    func readTidying(_ map: YAMLMap, into tidying: inout Tidying, withMap: Bool = true) {
        if let split = map["split"] { tidying.split = self.split(split) }
        if let columns = map["columns"] { tidying.columns = columns.columns() }
        if let texts = map["strip_prefix"]?.list(allowsSingle: true, of: { $0.text() }) {
            tidying.stripPrefixes = texts
        }
        if let texts = map["strip_suffix"]?.list(allowsSingle: true, of: { $0.text() }) {
            tidying.stripSuffixes = texts
        }
        if let texts = map["remove"]?.list(allowsSingle: true, of: { $0.piece() }) { tidying.remove = texts }
        if let upper = map["upper"]?.bool() { tidying.isUpper = upper }
        if let strips = map["strip_zeros"]?.bool() { tidying.stripsZeros = strips }
        if let length = map["pad_zeros"]?.integer(in: 1...64) { tidying.padsZerosTo = length }
        if withMap, let texts = map["map"]?.texts() { tidying.map = texts }
        if let ignore = map["ignore"]?.patterns() { tidying.ignore = ignore }
    }

    /// `{ by: '+', part: 2 }`.
    private func split(_ value: YAMLValue) -> Tidying.Split? {
        value.map { map -> Tidying.Split? in
            let separator = map.require("by")?.piece()
            guard let part = map.require("part"), let number = part.integer(in: -99...99) else { return nil }
            if number == 0 { return part.wrong("parts count from 1, or from the end with -1") }
            return separator.map { Tidying.Split(separator: $0, part: number) }
        } ?? nil
    }
}

extension YAMLValue {
    /// Whether it is an extraction with more than one place says.
    var isExtractionMap: Bool { isMap && !hasKey("path") && !hasKey("join") }

    /// Whether it is a bare path, or a list of places.
    var isPlace: Bool { !isMap && !isNull }

    /// A text of one character at least, blanks too.
    func piece() -> String? {
        guard let text = text() else { return nil }
        return text.isEmpty ? wrong("an empty text is of no use here") : text
    }

    /// `1-8`, `9-` or `3`: characters from 1 on.
    func columns() -> ClosedRange<Int>? {
        guard let text = text() else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        let isOpen = text.hasSuffix("-")
        guard (1...2).contains(ends.count), let first = ends[0], (1...9_999).contains(first) else {
            return wrong("'\(text)' are no columns; write them like 1-8, or 9- to the end")
        }
        let last = ends.count == 1 ? first : isOpen ? Int.max : ends[1] ?? 0
        return first <= last
            ? first...last : wrong("'\(text)' are no columns: they end before they begin")
    }

    /// A mapping from text to text.
    func texts() -> [String: String]? {
        entries().map { entries in
            var texts: [String: String] = [:]
            for (key, value) in entries { texts[key] = value.text() }
            return texts
        }
    }

    /// One or more interpretation codes; none with `[]`.
    func flagCodes() -> [String]? { list(allowsSingle: true, of: { $0.flagCode() }) }

    private func flagCode() -> String? {
        guard let text = name() else { return nil }
        if Standard.interpretations.contains(text) { return text }
        let near = didYouMean(text, Standard.interpretations.sorted())
        return wrong(
            "'\(text)' is no code of HL7 v3 ObservationInterpretation"
                + (near.isEmpty ? "; usual ones are L, LL, H, HH, N, A, AA, POS, NEG and IND" : near))
    }

    /// `{ pattern: '^NA$', why: not available }`.
    func noResult() -> NoResult? {
        map { map in
            let pattern = map.require("pattern")?.pattern()
            let why = map.require("why")?.name()
            return pattern.flatMap { pattern in why.map { NoResult(pattern: pattern, why: $0) } }
        } ?? nil
    }
}
