/// One JSON object of an order being read: hands out its fields and notes their mistakes with the full key.
///
/// `null` means the same as a key that is not there.
struct FormObject {
    /// `""`, `patient`, `tests[2]`.
    let place: String
    let members: [JSONMember]

    func key(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    func has(_ name: String) -> Bool { value(name) != nil }

    func value(_ name: String) -> JSONValue? {
        guard let value = members.first(where: { $0.key == name })?.value, value != .null else { return nil }
        return value
    }

    /// Text as it stands; nil when absent, empty or wrong.
    func text(_ name: String, _ notes: inout IntakeNotes) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else {
            if case .number = value {
                notes.note(
                    key(name),
                    "is a number; write it as text in double quotes, because a number loses leading zeros "
                        + "and long digits on its way.")
            } else {
                notes.note(key(name), "is \(value.kindInWords); text in double quotes is expected.")
            }
            return nil
        }
        if let problem = FieldRule.text(text, maximumBytes: notes.limits.textBytes) {
            notes.note(key(name), problem)
            return nil
        }
        return text.isEmpty ? nil : text
    }

    /// Text that clears what is known when it is empty; nil when absent or wrong.
    func clearable(_ name: String, _ notes: inout IntakeNotes) -> String? {
        value(name) == .string("") ? "" : text(name, &notes)
    }

    /// An identifier that must be there, without blanks at its ends.
    ///
    /// Nothing matches on empty, and no label shows a blank.
    func identifier(_ name: String, _ notes: inout IntakeNotes) -> String? {
        guard let value = value(name) else {
            notes.note(key(name), "is missing. Every order needs it: results are matched by it.")
            return nil
        }
        let before = notes.count
        let trimmed = text(name, &notes)?.trimmingBlanks() ?? ""
        if trimmed.isEmpty, notes.count == before, case .string = value {
            notes.note(key(name), "is empty. Every order needs it: results are matched by it.")
        }
        return trimmed.isEmpty ? nil : trimmed
    }

    /// One of a few words.
    func word<Word: RawRepresentable<String>>(
        _ name: String, as: Word.Type, _ words: [String], required: Bool = false, _ notes: inout IntakeNotes
    ) -> Word? {
        guard has(name) else {
            if required { notes.note(key(name), "is missing. It is one of \(wordList(words)).") }
            return nil
        }
        let before = notes.count
        let text = text(name, &notes) ?? ""
        if let word = Word(rawValue: text), words.contains(text) { return word }
        if notes.count == before { notes.note(key(name), "\"\(text)\" is not one of \(wordList(words)).") }
        return nil
    }

    /// Text that a rule allows.
    func code(
        _ name: String, _ rule: (String) -> String?, _ notes: inout IntakeNotes
    ) -> String? {
        guard let text = text(name, &notes) else {
            if has(name), value(name) == .string("") { notes.note(key(name), "is empty.") }
            return nil
        }
        if let problem = rule(text) {
            notes.note(key(name), problem)
            return nil
        }
        return text
    }

    /// A date, `YYYY-MM-DD`, or shorter when less is known.
    func date(_ name: String, _ notes: inout IntakeNotes) -> String? { optionalCode(name, FieldRule.date, &notes) }

    /// A moment with its offset from UTC.
    func moment(_ name: String, _ notes: inout IntakeNotes) -> String? { optionalCode(name, FieldRule.moment, &notes) }

    private func optionalCode(_ name: String, _ rule: (String) -> String?, _ notes: inout IntakeNotes) -> String? {
        guard let text = text(name, &notes) else { return nil }
        if let problem = rule(text) {
            notes.note(key(name), problem)
            return nil
        }
        return text
    }
}

/// `laboratory, imaging` as a sentence has it: `laboratory or imaging`.
private func wordList(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
