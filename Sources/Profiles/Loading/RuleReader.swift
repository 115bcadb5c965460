import Core

/// Reads the parts of a profile that say where something stands and what becomes of it.
struct RuleReader {
    let wire: WireProtocol

    func readSpecimen(_ value: YAMLValue?, into rule: inout SpecimenRule) {
        if let value, value.isPlace { return read(value, into: &rule.id) }
        _ = value?.map { map in
            readExtraction(map, into: &rule.id)
            if let patterns = map["pattern"]?.patterns() { rule.patterns = patterns }
            if let reject = map["reject"]?.patterns() { rule.reject = reject }
            if let check = map["check_digit"] { rule.checkDigit = checkDigit(check) }
        }
    }

    private func checkDigit(_ value: YAMLValue) -> CheckDigit? {
        value.map { map in
            let keep = map["keep"]?.bool() ?? true
            return map.require("kind")?.choice(of: CheckDigit.Kind.self).map { CheckDigit(kind: $0, isKept: keep) }
        } ?? nil
    }

    func readPatient(_ value: YAMLValue?, into rules: inout [PatientRule]) {
        _ = value?.map { map in
            if let list = map["from"]?.list(allowsSingle: true, of: patient) { rules = list }
            for index in rules.indices { readTidying(map, into: &rules[index].id.tidying) }
            // Asked for where there are no rules as well, so that no key of them is unknown.
            if rules.isEmpty {
                var nothing = Tidying()
                readTidying(map, into: &nothing)
            }
        }
    }

    /// A path, a place as anywhere, or `{ id: PID-3.1, authority: PID-3.4.1 }`, each an extraction.
    private func patient(_ value: YAMLValue) -> PatientRule? {
        guard value.hasKey("id") || value.hasKey("authority") else {
            return extraction(value).map { PatientRule(id: $0) }
        }
        return value.map { map in
            let authority = map["authority"].flatMap(extraction)
            return map.require("id").flatMap(extraction).map { PatientRule(id: $0, authority: authority) }
        } ?? nil
    }

    func readComments(_ value: YAMLValue?, into rule: inout CommentRule) {
        if let value, value.isPlace { return read(value, into: &rule.text) }
        _ = value?.map { map in
            readExtraction(map, into: &rule.text)
            if let component = map["analyte_component"]?.integer(in: 1...20) { rule.analyteComponent = component }
            for (code, value) in map["flags"]?.entries() ?? [] {
                if let codes = value.flagCodes() { rule.flags[code] = codes }
            }
            for (code, value) in map["texts"]?.entries() ?? [] {
                if let text = value.name() { rule.texts[code] = text }
            }
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

    /// What marks this model's messages: `{ when: {…} }`, or a list of conditions of which any will do.
    func identifications(_ value: YAMLValue) -> [[Condition]]? {
        if value.isList { return value.list(of: conditions) }
        return value.map { map in map.require("when").flatMap(conditions).map { [$0] } } ?? nil
    }
}

/// The kinds a rule may name.
enum KindWord: String, CaseIterable { case result, qc, calibration, other }
