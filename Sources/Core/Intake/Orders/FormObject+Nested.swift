extension FormObject {
    /// Reads an object inside this one, if it is there, and refuses keys it does not know.
    func object(
        _ name: String, keys: [String], _ notes: inout IntakeNotes, read: (FormObject, inout IntakeNotes) -> Void
    ) {
        guard let value = value(name) else { return }
        guard case .object(let members) = value else {
            return notes.note(key(name), "is \(value.kindInWords); an object { … } is expected.")
        }
        let form = FormObject(place: key(name), members: members)
        read(form, &notes)
        form.refuseUnknownKeys(known: keys, &notes)
    }

    /// The tests asked for; an order without any is allowed (the accession decides), a test without a code is not.
    func tests(_ name: String, _ notes: inout IntakeNotes) -> [OrderedTest] {
        guard let value = value(name) else { return [] }
        guard case .array(let elements) = value else {
            notes.note(key(name), "is \(value.kindInWords); a list [ … ] of tests is expected.")
            return []
        }
        guard elements.count <= notes.limits.testsPerOrder else {
            notes.note(key(name), "\(elements.count) tests; at most \(notes.limits.testsPerOrder) are taken.")
            return []
        }
        var tests: [OrderedTest] = []
        tests.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let place = "\(key(name))[\(index)]"
            guard case .object(let members) = element else {
                notes.note(place, "is \(element.kindInWords); an object is expected: {\"code\": \"CBC\"}.")
                continue
            }
            let form = FormObject(place: place, members: members)
            if let test = form.test(&notes) { tests.append(test) }
            form.refuseUnknownKeys(known: OrderKeys.test, &notes)
        }
        return tests
    }

    /// This object as a code with its name.
    func test(_ notes: inout IntakeNotes) -> OrderedTest? {
        let before = notes.count
        let code = text("code", &notes)?.trimmingBlanks() ?? ""
        let name = text("text", &notes)
        if code.isEmpty {
            if notes.count == before { notes.note(key("code"), has("code") ? "is empty." : "is missing.") }
            return nil
        }
        return OrderedTest(code: code, text: name)
    }

    /// Refuses keys that exist, but not for this kind of order.
    func refuseKeys(of others: [String], because: String, _ notes: inout IntakeNotes) {
        for name in others where has(name) { notes.note(key(name), because) }
    }

    /// Refuses keys that nobody reads: what they carry would be lost in silence.
    func refuseUnknownKeys(known: [String], _ notes: inout IntakeNotes) {
        for member in members where !known.contains(member.key) {
            let guess = nearest(to: member.key, in: known).map { " Did you mean \($0)?" } ?? ""
            let name = member.key.utf8.count <= 64 ? member.key : String(member.key.prefix(60)) + "…"
            notes.note(key(name), "is not a key of an order.\(guess)")
        }
    }
}

/// The known word that differs in at most two letters, to suggest; nil when none does.
func nearest(to word: String, in known: [String]) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let candidates = known.map { (word: $0, distance: editDistance(Array(word.lowercased().utf8), Array($0.utf8))) }
    return candidates.filter { $0.distance <= 2 && $0.distance < $0.word.utf8.count }
        .min { $0.distance < $1.distance }?.word
}

/// Levenshtein's distance: letters to insert, remove or replace.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let replaced = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
        }
    }
    return row[right.count]
}
