import Core

extension RuleReader {
    /// `{ record: Q, when: { Q.4: { empty: false } }, kind: qc, specimen: Q.3.2, code: Q.3.1, value: Q.4 }`.
    ///
    /// - Parameter profile: read as far as it goes, but for these rules.
    func moreResults(_ value: YAMLValue, _ profile: Profile) -> MoreResultsRule? {
        value.map { map -> MoreResultsRule? in
            let record = map.require("record").flatMap(resultRecord)
            let conditions = map["when"].map { self.conditions($0) ?? [] } ?? []
            var reading = profile
            reading.lines = []
            reading.several = nil
            reading.fields = ResultFields()
            reading.value.from = Extraction()
            let kind = map["kind"]?.choice(of: KindWord.self).flatMap { ReportKind(rawValue: $0.rawValue) }
            if let kind { reading.kinds = [KindRule(kind: kind, conditions: [])] }
            let specimen = map["specimen"]
            read(specimen, into: &reading.specimen.id)
            read(map.require("code"), into: &reading.fields.code)
            read(map.require("value"), into: &reading.value.from)
            read(map["name"], into: &reading.fields.name)
            read(map["unit"], into: &reading.fields.unit)
            read(map["range"], into: &reading.fields.range)
            read(map["flags"], into: &reading.fields.flags)
            read(map["status"], into: &reading.fields.status)
            read(map["performed"], into: &reading.fields.performed)
            if let notes = map["notes"].flatMap(self.notes) { reading.fields.notes = notes }
            guard let record else { return nil }
            return MoreResultsRule(
                record: record, conditions: conditions, reading: reading, isApart: kind != nil || specimen != nil)
        } ?? nil
    }

    /// `{ Level: Q.3.3 }`: what stands before a text in its note.
    func notes(_ value: YAMLValue) -> [ResultFields.Note]? {
        value.entries()?.compactMap { label, value in
            extraction(value).map { ResultFields.Note(label: label, text: $0) }
        }
    }

    private func resultRecord(_ value: YAMLValue) -> String? {
        guard let name = value.name() else { return nil }
        if wire == .blocks {
            return value.wrong("'more_results' is for ASTM and HL7; the layout says which records hold results")
        }
        guard let path = FieldPath("\(name).1"), path.record == name, (name.count == 1) == (wire == .astm),
            RecordFields.mistake(in: path, wire) == nil
        else {
            return value.wrong(
                "'\(name)' is no \(wire == .astm ? "record of ASTM; write a letter such as Q" : "segment of HL7; write a name such as OBR")"
            )
        }
        if MoreResultsRule.never.contains(name) {
            return value.wrong("\(name) is about all that follows and holds no result; write the record that does")
        }
        return name
    }
}
