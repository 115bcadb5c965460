import Core

extension RuleReader {
    func readResults(_ value: YAMLValue?, into profile: inout Profile) {
        _ = value?.map { map in
            read(map["code"], into: &profile.fields.code)
            read(map["name"], into: &profile.fields.name)
            read(map["loinc"], into: &profile.fields.loinc)
            read(map["unit"], into: &profile.fields.unit)
            read(map["unit_system"], into: &profile.fields.unitSystem)
            read(map["range"], into: &profile.fields.range)
            readFlags(map["flags"], into: &profile.fields)
            read(map["status"], into: &profile.fields.status)
            read(map["performed"], into: &profile.fields.performed)
            read(map["operator"], into: &profile.fields.operatorName)
            read(map["position"], into: &profile.fields.position)
            read(map["replicate"], into: &profile.fields.replicate)
            read(map["comparator"], into: &profile.fields.comparator)
            if let notes = map["notes"].flatMap(self.notes) { profile.fields.notes = notes }
            readValue(map["value"], into: &profile.value)
            noteShared(map, profile)
            if let several = map["several"] { profile.several = self.several(several, profile) }
        }
    }

    /// Notes a test's code that stands where its value stands.
    private func noteShared(_ map: YAMLMap, _ profile: Profile) {
        let (code, value) = (profile.fields.code, profile.value.from)
        guard let place = map["value"] ?? map["code"], code.tidying == Tidying(), value.tidying == Tidying(),
            let first = code.sources.first, value.sources.contains(first)
        else { return }
        place.mistake(
            "the test's code and its value are looked for in one and the same place; a number is not its test's name: "
                + "correct 'code' or 'value'")
    }

    /// An extraction; as a mapping it may say `each` besides.
    private func readFlags(_ value: YAMLValue?, into fields: inout ResultFields) {
        guard let value else { return }
        guard value.isExtractionMap else { return read(value, into: &fields.flags) }
        _ = value.map { map in
            readExtraction(map, into: &fields.flags)
            if let each = map["each"]?.choice(of: FlagsEach.self) { fields.flagsEach = each }
        }
    }

    private func readValue(_ value: YAMLValue?, into rule: inout ValueRule) {
        guard let value else { return }
        guard value.isExtractionMap else { return read(value, into: &rule.from) }
        _ = value.map { map in
            readSources(map, into: &rule.from)
            // `map` of a value is a meaning, with the device's word in a note, and no tidying.
            readTidying(map, into: &rule.from.tidying, withMap: false)
            if let repeats = map["repeats"]?.choice(of: ValueRule.Repeats.self) { rule.repeats = repeats }
            if let list = map["no_result"]?.list(of: { $0.noResult() }) { rule.noResult = list }
            if let meanings = map["map"]?.texts() { rule.map = meanings }
            if let mark = map["decimal_mark"]?.choice(of: DecimalMark.self) { rule.numbers.hasComma = mark == .comma }
            if let lacks = map["leading_zero"]?.bool() { rule.numbers.mayLackZero = lacks }
            readComparators(map["comparators"], into: &rule)
        }
    }

    private enum DecimalMark: String, CaseIterable {
        case point = "."
        case comma = ","
    }

    private func readComparators(_ value: YAMLValue?, into rule: inout ValueRule) {
        for (sign, value) in value?.entries() ?? [] {
            guard let text = value.text() else { continue }
            guard let comparator = Comparator(rawValue: text) else {
                value.mistake("'\(text)' is no comparator; possible: <, <=, >, >=")
                continue
            }
            rule.comparators.append((sign, comparator))
        }
        rule.comparators.sort { $0.sign.count > $1.sign.count }
    }

    /// `{ by: '  ', code: OBX-4, value: OBX-5, unit_in_value: true }`; code and value as for other lines unless said.
    private func several(_ value: YAMLValue, _ profile: Profile) -> SeveralRule? {
        value.map { map in
            var rule = SeveralRule(separator: "", code: profile.fields.code, value: profile.value.from)
            read(map["code"], into: &rule.code)
            read(map["value"], into: &rule.value)
            if let hasUnit = map["unit_in_value"]?.bool() { rule.hasUnitInValue = hasUnit }
            guard let by = map.require("by"), let separator = by.text() else { return nil }
            if separator.isEmpty { return by.wrong("something must stand between the results") }
            rule.separator = separator
            return rule
        } ?? nil
    }
}
