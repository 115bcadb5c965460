import Core

/// Reads the parts of a profile that say where something stands and what becomes of it.
struct RuleReader {
    let wire: WireProtocol

    func readSpecimen(_ value: YAMLValue?, into rule: inout SpecimenRule) {
        _ = value?.map { map in
            readExtraction(map, into: &rule.id)
            if let patterns = map["pattern"]?.patterns() { rule.patterns = patterns }
            if let reject = map["reject"]?.patterns() { rule.reject = reject }
        }
    }

    func readPatient(_ value: YAMLValue?, into rules: inout [PatientRule]) {
        _ = value?.map { map in
            if let list = map["from"]?.list(allowsSingle: true, of: patient) { rules = list }
            if let ignore = map["ignore"]?.patterns() {
                for index in rules.indices { rules[index].id.ignore = ignore }
            }
        }
    }

    private func patient(_ value: YAMLValue) -> PatientRule? {
        guard value.isMap else {
            return source(value).map { PatientRule(id: Extraction(sources: [$0])) }
        }
        return value.map { map in
            let authority = map["authority"].flatMap(source).map { Extraction(sources: [$0]) }
            return map.require("id").flatMap(source).map {
                PatientRule(id: Extraction(sources: [$0]), authority: authority)
            }
        } ?? nil
    }

    func readResults(_ value: YAMLValue?, into profile: inout Profile) {
        _ = value?.map { map in
            read(map["code"], into: &profile.fields.code)
            read(map["name"], into: &profile.fields.name)
            read(map["loinc"], into: &profile.fields.loinc)
            read(map["unit"], into: &profile.fields.unit)
            read(map["unit_system"], into: &profile.fields.unitSystem)
            read(map["range"], into: &profile.fields.range)
            read(map["flags"], into: &profile.fields.flags)
            read(map["status"], into: &profile.fields.status)
            read(map["performed"], into: &profile.fields.performed)
            readValue(map["value"], into: &profile.value)
        }
    }

    private func readValue(_ value: YAMLValue?, into rule: inout ValueRule) {
        guard let value else { return }
        guard value.isMap else { return read(value, into: &rule.from) }
        _ = value.map { map in
            readExtraction(map, into: &rule.from)
            if let repeats = map["repeats"]?.choice(of: ValueRule.Repeats.self) { rule.repeats = repeats }
            if let list = map["no_result"]?.list(of: noResult) { rule.noResult = list }
            for (sign, value) in map["comparators"]?.entries() ?? [] {
                guard let text = value.text() else { continue }
                guard let comparator = Comparator(rawValue: text) else {
                    value.mistake("'\(text)' is no comparator; possible: <, <=, >, >=")
                    continue
                }
                rule.comparators.append((sign, comparator))
            }
            rule.comparators.sort { $0.sign.count > $1.sign.count }
        }
    }

    private func noResult(_ value: YAMLValue) -> NoResult? {
        value.map { map in
            let pattern = map.require("pattern")?.pattern()
            let why = map.require("why")?.name()
            return pattern.flatMap { pattern in why.map { NoResult(pattern: pattern, why: $0) } }
        } ?? nil
    }

    func readComments(_ value: YAMLValue?, into rule: inout CommentRule) {
        _ = value?.map { map in
            readExtraction(map, into: &rule.text)
            rule.analyteComponent = map["analyte_component"]?.integer(in: 1...20)
        }
    }

    func line(_ value: YAMLValue) -> LineRule? {
        value.map { map in
            let fate = map.require("is")?.choice(of: LineRule.Fate.self)
            let why = map.require("why")?.name()
            let conditions = map.require("when").flatMap(self.conditions)
            let isForUnlistedOnly = map["unlisted_only"]?.bool() ?? false
            guard let fate, let why, let conditions else { return nil }
            return LineRule(fate: fate, conditions: conditions, isForUnlistedOnly: isForUnlistedOnly, why: why)
        } ?? nil
    }

    func kind(_ value: YAMLValue) -> KindRule? {
        value.map { map in
            let word = map.require("is")?.choice(of: KindWord.self)
            let conditions = map.require("when").flatMap(self.conditions)
            guard let word, let conditions, let kind = ReportKind(rawValue: word.rawValue) else { return nil }
            return KindRule(kind: kind, conditions: conditions)
        } ?? nil
    }

    // MARK: - Paths

    private func read(_ value: YAMLValue?, into extraction: inout Extraction) {
        guard let value else { return }
        if value.isMap, !value.hasKey("path") {
            _ = value.map { readExtraction($0, into: &extraction) }
        } else if let sources = value.list(allowsSingle: true, of: source) {
            extraction.sources = sources
        }
    }

    private func readExtraction(_ map: YAMLMap, into extraction: inout Extraction) {
        if let sources = map["from"]?.list(allowsSingle: true, of: source) { extraction.sources = sources }
        if let ignore = map["ignore"]?.patterns() { extraction.ignore = ignore }
        if let texts = map["strip_prefix"]?.list(allowsSingle: true, of: { $0.text() }) {
            extraction.stripPrefixes = texts
        }
        if let texts = map["strip_suffix"]?.list(allowsSingle: true, of: { $0.text() }) {
            extraction.stripSuffixes = texts
        }
        if let strips = map["strip_zeros"]?.bool() { extraction.stripsZeros = strips }
        if let length = map["pad_zeros"]?.integer(in: 1...64) { extraction.padsZerosTo = length }
    }

    /// `R.3.4`, or `{ path: R.3.1, when: { R.3.3: LN } }`.
    private func source(_ value: YAMLValue) -> Extraction.Source? {
        guard value.isMap else { return value.fieldPath(wire).map { Extraction.Source(path: $0) } }
        return value.map { map in
            let conditions = map["when"].map { self.conditions($0) ?? [] } ?? []
            return map.require("path")?.fieldPath(wire).map { Extraction.Source(path: $0, conditions: conditions) }
        } ?? nil
    }

    /// `{ OBX-2: [ED, RP], R.3.4: { matches: '^SCAT_' } }`: all must hold.
    private func conditions(_ value: YAMLValue) -> [Condition]? {
        guard let entries = value.entries() else { return nil }
        guard !entries.isEmpty else { return value.wrong("a rule without a condition would hold for everything") }
        return entries.compactMap { key, value in
            guard let path = FieldPath(key), (path.record.count == 1) == (wire == .astm) else {
                return value.wrong("'\(key)' is no place in a message of this protocol")
            }
            return test(value).map { Condition(path, $0) }
        }
    }

    private func test(_ value: YAMLValue) -> Condition.Test? {
        guard value.isMap else {
            return value.list(allowsSingle: true, of: { $0.text() }).map { .equals(Set($0)) }
        }
        return value.map { map -> Condition.Test? in
            guard let (key, value) = map.one(of: ["matches", "prefix", "empty"]) else { return nil }
            switch key {
            case "matches": return value.patterns().map { .matches($0) }
            case "prefix": return value.list(allowsSingle: true, of: { $0.name() }).map { .prefix($0) }
            default: return value.bool().map { .empty($0) }
            }
        } ?? nil
    }
}

/// The kinds a rule may name.
private enum KindWord: String, CaseIterable { case result, qc, calibration, other }
