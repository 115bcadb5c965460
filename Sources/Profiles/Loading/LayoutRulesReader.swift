import Core

/// Reads `layout:`.
struct LayoutRulesReader {
    /// Records of one layout.
    private static let mostRecords = 200

    func read(_ value: YAMLValue, into layout: inout Layout) {
        _ = value.map { map in
            if let units = map["units"] { layout.units = self.units(units) ?? layout.units }
            guard let records = map.require("records")?.list(of: record) else { return }
            if records.isEmpty { map["records"]?.mistake("a layout without records understands nothing") }
            if records.count > Self.mostRecords { map["records"]?.mistake("at most \(Self.mostRecords) are possible") }
            layout.records = records
            let hasResults = records.contains { $0.role == .whole || $0.role == .begins || $0.repetition != nil }
            if !records.isEmpty, !hasResults {
                map["records"]?.mistake(
                    "no record holds a result; give one 'result: whole', 'result: begins' or 'repeat'")
            }
        }
    }

    private func units(_ value: YAMLValue) -> Layout.Units? {
        if value.isText("block") { return .block }
        if value.isText("lines") { return .lines }
        return value.marks(8).map { .separated($0) }
    }

    private func record(_ value: YAMLValue) -> LayoutRecord? {
        value.map { map -> LayoutRecord? in
            guard let name = map.require("record").flatMap(recordName) else {
                map.abandon()
                return nil
            }
            var record = LayoutRecord(name: name)
            if let conditions = map["when"] { readConditions(conditions, into: &record) }
            record.cut = cut(map)
            if let repetition = map["repeat"] { record.repetition = self.repetition(repetition) }
            if let isNew = map["new"] {
                record.beginsSpecimen = isNew.choice(of: New.self) == .specimen
            }
            readRole(map, into: &record)
            if let repetition = record.repetition, let value = map["repeat"] {
                noteOverlap(repetition, record.cut, value)
            }
            return record
        } ?? nil
    }

    private func readRole(_ map: YAMLMap, into record: inout LayoutRecord) {
        let (result, fate) = (map["result"], map["is"])
        if let fate, let word = fate.choice(of: LineRule.Fate.self) {
            if result != nil || record.repetition != nil {
                fate.mistake("a record is either \(word.rawValue) or holds results")
            }
            if let why = map.require("why")?.name() { record.role = .aside(word, why: why) }
            return
        }
        map["why"]?.mistake("'why' belongs to 'is: ignored' or 'is: secondary'")
        guard let result, let word = result.choice(of: Result.self) else { return }
        if record.repetition != nil { result.mistake("a record has either 'result' or 'repeat'") }
        record.role = word == .whole ? .whole : .begins
    }

    private func noteOverlap(_ repetition: LayoutRecord.Repetition, _ cut: UnitCut, _ value: YAMLValue) {
        guard case .columns(let columns) = cut, case .columns = repetition.cut else { return }
        let from = repetition.from
        let hit = columns.sorted { $0.key < $1.key }.first { $0.value.first <= from && from <= $0.value.last ?? .max }
        if let hit {
            value.mistake(
                "the results begin at column \(from), inside \(hit.value.words) of '\(hit.key)'; a character belongs to one "
                    + "field: begin behind it, or end '\(hit.key)' before")
        }
    }

    private enum New: String, CaseIterable { case specimen }
    private enum Result: String, CaseIterable { case whole, begins }

    private func recordName(_ value: YAMLValue) -> String? {
        guard let name = value.name() else { return nil }
        let isGood = name.utf8.count <= 20 && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "|") }
        return isGood ? name : value.wrong("'\(name)' is no name of a record: up to 20 characters without blanks and |")
    }

    private func readConditions(_ value: YAMLValue, into record: inout LayoutRecord) {
        _ = value.map { map in
            if let list = map["prefix"]?.list(allowsSingle: true, of: { $0.text() }) {
                record.tests.append(.prefix(list))
            }
            if let list = map["matches"]?.patterns() { record.tests.append(.matches(list)) }
            if let list = map["equals"]?.list(allowsSingle: true, of: { $0.text() }) {
                record.tests.append(.equals(Set(list)))
            }
            if let length = map["length"] { record.length = parts(length) }
            if record.tests.isEmpty, record.length == nil {
                value.mistake("a condition of a record is 'prefix', 'matches', 'equals' or 'length'")
            }
        }
    }

    // MARK: - Cutting

    private func cut(_ map: YAMLMap) -> UnitCut {
        let (columns, separator, label, fields, words) = (
            map["columns"], map["separator"], map["label"], map["fields"], map["words"]
        )
        let ways = [columns, separator ?? label, words].compactMap { $0 }
        if ways.count > 1 || (separator != nil && label != nil) {
            map.value.mistake(
                "a unit is cut in one way: 'columns', 'separator' with 'fields', 'label' or 'words'; keep one")
            return .none
        }
        if let columns { return .columns(self.columns(columns)) }
        if let words { return .words(places(words)) }
        guard let mark = separator ?? label else {
            fields?.mistake("'fields' need a 'separator' (',') or a 'label' (':')")
            return .none
        }
        guard let bytes = mark.marks(8) else { return .none }
        guard let fields else {
            mark.mistake("'fields' is missing: which field is what, such as { specimen: 2 }")
            return .none
        }
        let places = places(fields)
        return separator != nil ? .fields(mark: bytes, places) : .label(mark: bytes, places)
    }

    private func columns(_ value: YAMLValue) -> [String: UnitCut.Columns] {
        var found: [String: UnitCut.Columns] = [:]
        for (name, value) in value.entries() ?? [] {
            guard let text = value.text(), isFieldName(name, value) else { continue }
            guard let columns = UnitCut.Columns(text) else {
                value.mistake("'\(text)' are no columns; write them like 3-6, 7- or 5, from 1 on")
                continue
            }
            if let last = columns.last, last < columns.first {
                value.mistake("columns \(text) run backwards; write \(last)-\(columns.first)")
                continue
            }
            if let other = found.first(where: { $0.value.overlaps(columns) }) {
                value.mistake(
                    "columns \(text) of '\(name)' overlap \(other.value.words) of '\(other.key)'; a character belongs to "
                        + "one field")
            }
            found[name] = columns
        }
        return found
    }

    /// `5`, `3-5` or `{ at: 5, columns: 1-9 }`.
    private func places(_ value: YAMLValue) -> [String: UnitCut.Place] {
        var found: [String: UnitCut.Place] = [:]
        for (name, value) in value.entries() ?? [] where isFieldName(name, value) {
            if value.isMap {
                _ = value.map { map in
                    let columns = map["columns"].flatMap(parts)
                    guard let at = map.require("at"), let parts = parts(at) else { return }
                    found[name] = UnitCut.Place(parts: parts, columns: columns)
                }
            } else if let parts = parts(value) {
                found[name] = UnitCut.Place(parts: parts)
            }
        }
        noteShared(found, value)
        return found
    }

    /// Notes a test's code that is cut out where its value is.
    private func noteShared(_ places: [String: UnitCut.Place], _ value: YAMLValue) {
        if let code = places["code"], code == places["value"] {
            value.mistake("'code' and 'value' are one and the same place; a number is not its test's name: correct one")
        }
    }

    private func parts(_ value: YAMLValue) -> UnitCut.Columns? {
        guard let text = value.text() else { return nil }
        guard let parts = UnitCut.Columns(text), parts.last.map({ $0 >= parts.first }) ?? true else {
            return value.wrong("'\(text)' is no place; write it like 5, 3-5 or 7-, from 1 on")
        }
        return parts
    }

    private func isFieldName(_ name: String, _ value: YAMLValue) -> Bool {
        if FieldPath(field: name) != nil, name != "record" {
            return true
        }
        value.mistake("'\(name)' is no name of a field; write small letters, such as specimen or value")
        return false
    }

    private func repetition(_ value: YAMLValue) -> LayoutRecord.Repetition? {
        value.map { map -> LayoutRecord.Repetition? in
            let from = map.require("from")?.integer(in: 1...UnitCut.Columns.most)
            let width = map.one(of: ["width", "count"])?.value.integer(in: 1...UnitCut.Columns.most)
            let codes = map["codes"]?.list(of: { $0.name() }) ?? []
            let fits = map["fits"]?.patterns() ?? []
            let cut = cut(map)
            guard let from, let width else { return nil }
            if cut.names.isEmpty {
                map.value.mistake("which parts of a result are what? Add 'columns', or 'separator' and 'fields'")
            }
            if case .columns(let columns) = cut, let wide = columns.first(where: { ($0.value.last ?? 0) > width }) {
                map["columns"]?.mistake(
                    "'\(wide.key)' reaches to column \(wide.value.last ?? 0), and a result has \(width) characters")
            }
            if codes.isEmpty, !cut.names.contains("code") {
                map.value.mistake("a result needs its test: a field 'code', or 'codes', the tests in order")
            }
            if !codes.isEmpty, cut.names.contains("code") {
                map["codes"]?.mistake(
                    "the result names its test itself, in its field 'code'; take 'codes' out, or that field")
            }
            if let twice = codes.indices.first(where: { codes[..<$0].contains(codes[$0]) }) {
                map["codes"]?.mistake(
                    "'\(codes[twice])' stands here twice; each result of a unit is another test, so write each code once"
                )
            }
            return LayoutRecord.Repetition(from: from, width: width, cut: cut, codes: codes, fits: fits)
        } ?? nil
    }
}

extension UnitCut.Columns {
    fileprivate func overlaps(_ other: Self) -> Bool {
        first <= (other.last ?? .max) && other.first <= (last ?? .max)
    }

    fileprivate var words: String { last.map { $0 == first ? "\(first)" : "\(first)-\($0)" } ?? "\(first)-" }
}
