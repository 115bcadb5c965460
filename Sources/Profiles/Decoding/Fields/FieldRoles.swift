/// What the places of a profile are for, in words.
struct FieldRoles {
    private var roles: [(path: FieldPath, word: String)] = []

    init(_ profile: Profile) {
        add("specimen", profile.specimen.id)
        for patient in profile.patients {
            add("patient", patient.id)
            if let authority = patient.authority { add("patient authority", authority) }
        }
        let fields = profile.fields
        add("code", fields.code)
        add("name", fields.name)
        add("loinc", fields.loinc)
        add("value", profile.value.from)
        add("unit", fields.unit)
        add("unit system", fields.unitSystem)
        add("range", fields.range)
        add("flags", fields.flags)
        add("status", fields.status)
        add("performed", fields.performed)
        add("operator", fields.operatorName)
        add("position", fields.position)
        add("replicate", fields.replicate)
        add("comparator", fields.comparator)
        add("comment", profile.comments.text)
        for note in fields.notes { add("note", note.text) }
        for rule in profile.moreResults {
            roles += FieldRoles(rule.reading).roles.filter { $0.path.record == rule.record }
        }
    }

    private mutating func add(_ word: String, _ extraction: Extraction) {
        roles += extraction.sources.flatMap { [$0.path] + $0.joined }.map { ($0, word) }
    }

    /// What a place that was read was read for.
    func words(_ record: String, _ field: Int, component: Int?) -> [String] {
        var words: [String] = []
        for role in roles where role.path.record == record && role.path.field == field {
            let isSame = role.path.component == nil || component == nil || role.path.component == component
            if isSame, !words.contains(role.word) { words.append(role.word) }
        }
        return words
    }

    /// What a field of a layout is read for.
    func words(field name: String) -> [String] {
        var words: [String] = []
        for role in roles where role.path.fieldName == name && !words.contains(role.word) { words.append(role.word) }
        return words
    }

    /// What a place is for by the protocol's standard alone, whatever the profile.
    static func structure(_ record: String, _ field: Int) -> String? {
        switch (record, field) {
        // LIS02-A2: field 2 of these is the record's number.
        case ("P", 2), ("O", 2), ("R", 2), ("C", 2), ("Q", 2), ("L", 2): "numbering"
        case ("L", 3): "end of the message"
        case ("Q", _), ("QRD", _), ("QRF", _), ("QPD", _), ("RCP", _): "query"
        case ("PID", 1), ("OBR", 1), ("OBX", 1), ("SPM", 1), ("NTE", 1): "numbering"
        case ("OBX", 2): "type of the value"
        case ("MSH", 9): "type of the message"
        case ("MSH", 3), ("MSH", 4), ("MSH", 10), ("MSH", 11), ("MSH", 12), ("MSH", 15), ("MSH", 16):
            "acknowledgement"
        case ("MSH", 18): "characters"
        default: nil
        }
    }
}
