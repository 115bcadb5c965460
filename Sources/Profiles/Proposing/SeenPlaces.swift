import Core

/// Where the parts of a result seem to stand in a recording, by what is written there.
struct SeenPlaces {
    /// A proposed place.
    struct Place: Hashable {
        var path: FieldPath
        /// How often something stood there, of how many lines.
        var seen: Int
        var of: Int
        /// Whether the protocol's standard looks there anyway.
        var isStandard: Bool
    }

    var specimen: Place?
    var patient: Place?
    var code: Place?
    var name: Place?
    var value: Place?
    var unit: Place?
    var range: Place?
    var flags: Place?
    var status: Place?
    var performed: Place?

    /// Where the code stands in lines that do not have it at `code`.
    var otherCode: Place?

    /// The least score of a place worth proposing: about a third of the lines say what they should.
    private static let least = 0.3
    private let recording: SeenRecording
    private let known: KnownTests
    private let rows: [[String: FieldLine]]

    init(_ recording: SeenRecording, _ known: KnownTests) {
        self.recording = recording
        self.known = known
        rows = recording.results
        let isHL7 = recording.wire == .hl7
        let mark = isHL7 ? "-" : "."
        let line = recording.resultName
        let result = { (field: Int, parts: ClosedRange<Int>?) in Self.candidates(line, mark, field, parts) }
        code = best(isHL7 ? result(3, 1...6) : result(3, 1...8), { codeScore($0) })
        otherCode = second(to: code, isHL7 ? result(3, 1...6) : result(3, 1...8)) { codeScore($0) }
        name = name(isHL7 ? result(3, 1...6) : result(3, 1...8))
        value = best(
            (isHL7 ? [5] : [4, 5]).flatMap { result($0, nil) + result($0, 1...3) }, { share($0, Self.isValue) })
        unit = best((isHL7 ? [6] : [5, 6]).flatMap { result($0, 1...3) + result($0, nil) }, { share($0, isUnit) })
        // Beside the number: 140.2^mmol/L. A word there may be anything, so that only what is surely a unit counts.
        unit = unit ?? best(result(isHL7 ? 5 : 4, 2...3), { share($0, isSurelyUnit) })
        range = best(
            (isHL7 ? [7] : [6, 5]).flatMap { result($0, 1...3) + result($0, nil) }, { share($0, Self.isRange) })
        flags = best(result(isHL7 ? 8 : 7, nil) + result(isHL7 ? 8 : 7, 1...2), { share($0) { !$0.isEmpty } })
        status = best(result(isHL7 ? 11 : 9, nil), { share($0) { $0.count <= 2 } })
        let times =
            isHL7
            ? [("OBX", 19), ("OBX", 14), ("OBR", 7), ("OBR", 8), ("OBR", 22), ("MSH", 7)]
            : [("R", 13), ("R", 12), ("R", 11), ("O", 23), ("O", 8), ("O", 7), ("H", 14)]
        // A result's own time says more than its message's, where most results have one.
        let paths = times.flatMap { Self.candidates($0.0, mark, $0.1, nil) }
        let own = best(paths.filter { $0.record == line }, { share($0, Self.isTime) })
        performed = own.flatMap { $0.seen * 2 >= $0.of ? $0 : nil } ?? best(paths, { share($0, Self.isTime) })
        let specimens =
            isHL7
            ? [("SPM", 2), ("SAC", 3), ("OBR", 3), ("ORC", 3), ("OBR", 2), ("PID", 3)] : [("O", 3), ("O", 4)]
        specimen = best(
            specimens.flatMap { Self.candidates($0.0, mark, $0.1, 1...4) + Self.candidates($0.0, mark, $0.1, nil) },
            { specimenScore($0) })
        let patients = isHL7 ? [("PID", 3), ("PID", 2), ("PID", 4)] : [("P", 4), ("P", 3), ("P", 5)]
        patient = best(
            patients.flatMap { Self.candidates($0.0, mark, $0.1, 1...1) }, { share($0) { $0.count >= 2 } })
    }

    private static func candidates(_ line: String, _ mark: String, _ field: Int, _ parts: ClosedRange<Int>?)
        -> [FieldPath]
    {
        guard let parts else { return [FieldPath("\(line)\(mark)\(field)")].compactMap { $0 } }
        return parts.compactMap { FieldPath("\(line)\(mark)\(field).\($0)") }
    }

    // MARK: - Looking

    /// The texts at a path, one a result line; nil where nothing is said.
    func texts(_ path: FieldPath) -> [String?] {
        rows.map { $0[path.record]?.text(path.field, path.component) }
    }

    /// The first of the paths that is nearly as good as the best; nil when none is any good.
    private func best(_ paths: [FieldPath], _ score: (FieldPath) -> Double) -> Place? {
        let scores = paths.map(score)
        guard let most = scores.max(), most > Self.least, let index = scores.firstIndex(where: { $0 >= 0.9 * most })
        else { return nil }
        return place(paths[index])
    }

    private func place(_ path: FieldPath) -> Place {
        Place(
            path: path, seen: texts(path).count { $0 != nil }, of: rows.count, isStandard: isStandard(path))
    }

    /// The best of the other paths for the lines in which a place says nothing.
    private func second(to first: Place?, _ paths: [FieldPath], _ score: (FieldPath) -> Double) -> Place? {
        guard let first, first.seen < first.of else { return nil }
        let (missing, others) = (texts(first.path).map { $0 == nil }, paths.filter { $0 != first.path })
        let filling = others.filter { path in
            // What is the same on every line, a kind of sample perhaps, is no code.
            zip(missing, texts(path)).contains { $0 && $1 != nil } && Set(texts(path).compactMap { $0 }).count > 1
        }
        return best(filling, score)
    }

    private func share(_ path: FieldPath, _ fits: (String) -> Bool) -> Double {
        let texts = texts(path)
        guard !texts.isEmpty else { return 0 }
        return Double(texts.count { $0.map(fits) ?? false }) / Double(texts.count)
    }

    /// A code is there on every line, differs from line to line, is short, and perhaps known.
    private func codeScore(_ path: FieldPath) -> Double {
        let texts = texts(path)
        let said = texts.compactMap { $0 }
        guard !said.isEmpty else { return 0 }
        let present = Double(said.count) / Double(texts.count)
        let distinct = Double(Set(said).count) / Double(Set(rows.map { $0[recording.resultName]?.at ?? "" }).count)
        let short = said.allSatisfy { $0.count <= 24 } ? 0.5 : 0
        let familiar = Double(said.count { known.knows($0) }) / Double(texts.count)
        let isLOINC = said.allSatisfy { LOINC.isWellFormed($0) }
        return present + min(1, distinct) / 2 + short + 2 * familiar - (isLOINC ? 1 : 0)
    }

    /// A name has letters, and stands beside the code.
    private func name(_ paths: [FieldPath]) -> Place? {
        best(paths.filter { $0 != code?.path }) { path in
            let names = texts(path).compactMap { $0 }
            let codes = texts(code?.path ?? path).compactMap { $0 }
            let hasWords = names.allSatisfy { $0.contains(where: \.isLetter) && !LOINC.isWellFormed($0) }
            return hasWords && Set(names).count == Set(codes).count && names.count * 10 >= rows.count * 9
                ? share(path) { $0.count > 1 } : 0
        }
    }

    /// An id has digits, is longer than a place in a rack, and differs from order to order.
    private func specimenScore(_ path: FieldPath) -> Double {
        let said = texts(path).compactMap { $0 }
        guard !said.isEmpty else { return 0 }
        let present = Double(said.count) / Double(rows.count)
        let long = Double(said.count { $0.count >= 4 && $0.contains(where: \.isNumber) }) / Double(said.count)
        return present * (0.4 + long) - (said.contains { $0.contains("^") } ? 0.5 : 0)
    }

    // MARK: - What texts look like

    private func isUnit(_ text: String) -> Bool {
        known.ucum(text) != nil
            || (text.count <= 16 && !text.contains(where: \.isWhitespace) && text.contains { $0.isLetter || $0 == "%" }
                && (text.contains("/") || text == "%" || text.count <= 4) && !Self.isRange(text))
    }

    private func isSurelyUnit(_ text: String) -> Bool {
        known.ucum(text) != nil || UCUM.isKnown(text) && text.contains { $0.isLetter || $0 == "%" }
    }

    private static func isValue(_ text: String) -> Bool {
        text.contains(where: \.isNumber) || text.hasPrefix("-") || text.contains(where: \.isLetter)
    }

    private static func isRange(_ text: String) -> Bool {
        let numbers = text.split { !($0.isNumber || $0 == ".") }
        return numbers.count == 2 && text.contains { "-~–t".contains($0) } && !isTime(text)
            || (text.first.map { "<>".contains($0) } ?? false)
    }

    static func isTime(_ text: String) -> Bool {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        return [8, 12, 14].contains(digits.count) && (text.hasPrefix("19") || text.hasPrefix("20"))
    }

    private func isStandard(_ path: FieldPath) -> Bool {
        let standard = FieldRoles(Profile(id: "", name: "", wire: recording.wire ?? .astm))
        return !standard.words(path.record, path.field, component: path.component).isEmpty
    }
}
