import ASTM
import Core

/// The Q records of a message (LIS02-A2 section 11).
struct ASTMQuery: HoldsPatientData {
    let message: ASTMMessage
    /// The first Q record.
    let record: Record
    private(set) var specimens = AskedSpecimens()
    /// Those of a query that is given up.
    private(set) var givenUp = AskedSpecimens()
    private(set) var asksForAll = false
    private(set) var from: Timestamp?
    private(set) var to: Timestamp?
    /// It gives up an earlier query (Q.13 A).
    private(set) var isCancel = false
    /// What could not be understood, in sentences.
    private(set) var remarks: [String] = []

    /// - Returns: nil when the text is no message, or holds no Q record.
    init?(_ text: [UInt8], profile: Profile, rules: ASTMOrderRules, facility: Facility) {
        guard let messages = try? ASTMMessage.parseAll(text, encoding: profile.encoding.astm),
            let message = messages.first(where: { !profile.queries(of: $0).isEmpty })
        else { return nil }
        self.init(message, profile: profile, rules: rules, facility: facility)
    }

    /// - Returns: nil when the message holds no Q record.
    init?(_ message: ASTMMessage, profile: Profile, rules: ASTMOrderRules, facility: Facility) {
        let records = profile.queries(of: message)
        guard let record = records.first else { return nil }
        self.message = message
        self.record = record
        var clock = DeviceClock(profile, facility)
        for record in records {
            if record.parts(13).contains(where: { trimmed($0.first.flatMap { $0 } ?? "") == "A" }) {
                isCancel = true
                for components in record.parts(3) {
                    if let name = name(components, rules) { givenUp.add(name, profile.specimen) }
                }
                continue
            }
            read(record, profile.specimen, rules, &clock)
        }
        // A message that asks as well as gives up asks.
        if asksForAll || !specimens.isEmpty { isCancel = false }
    }

    /// What is to be looked up.
    var wanted: HostQuery.Wanted {
        if isCancel { return .cancel }
        return asksForAll ? .all(from: from, to: to) : .specimens(specimens.accessions)
    }

    private mutating func read(
        _ record: Record, _ rule: SpecimenRule, _ rules: ASTMOrderRules, _ clock: inout DeviceClock
    ) {
        let raw = pieces(record.raw(3))
        let parts = record.parts(3)
        let end = trimmed(record.text(field: 4, repeat: 1, component: 2) ?? record.text(field: 4) ?? "")
        var names: [(text: String, bytes: ArraySlice<UInt8>)] = []
        for (index, components) in parts.enumerated() {
            guard let name = name(components, rules), !name.isEmpty else { continue }
            names.append((name, raw.indices.contains(index) ? raw[index] : []))
        }
        if names.isEmpty {
            if rules.emptyIsAll { askForAll(record, &clock) }
        } else if names.contains(where: { $0.text == "ALL" }) {
            askForAll(record, &clock)
        } else if !end.isEmpty, names.count == 1, end != names[0].text {
            addRange(from: names[0], to: end, rule)
        } else {
            for name in names { specimens.add(name.text, rule, bytes: name.bytes) }
        }
    }

    /// Q.7 and Q.8 bound the time of the request.
    private mutating func askForAll(_ record: Record, _ clock: inout DeviceClock) {
        asksForAll = true
        let (begin, end) = (
            record.text(field: 7, repeat: 1, component: 1), record.text(field: 8, repeat: 1, component: 1)
        )
        from = clock.moment(begin)
        to = clock.moment(end, isEnd: true)
        if begin != nil && from == nil || end != nil && to == nil {
            remarks.append("The query's time span is no possible date and time; it was left out.")
        }
    }

    /// The specimen's place in one repeat of Q.3.
    private func name(_ components: [String?], _ rules: ASTMOrderRules) -> String? {
        for path in rules.specimen where path.field == 3 {
            let index = (path.component ?? 1) - 1
            if path.component == nil, components.count > 1 { continue }
            if components.indices.contains(index), let text = components[index], !trimmed(text).isEmpty {
                return trimmed(text)
            }
        }
        return nil
    }

    /// The repeats of a field as sent, cut once.
    private func pieces(_ field: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard let mark = message.delimiters.repeat else { return [field] }
        return field.split(
            separator: mark, maxSplits: 2 * DialogueLimits.specimensPerQuery, omittingEmptySubsequences: false)
    }

    /// Q.4 ends a range: ids that differ in their last digits only, counted up as text.
    private mutating func addRange(
        from first: (text: String, bytes: ArraySlice<UInt8>), to last: String, _ rule: SpecimenRule
    ) {
        var id = Array(first.text.utf8)
        let end = Array(last.utf8)
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        let prefix = zip(id, end).prefix { $0 == $1 }.count
        guard id.count == end.count, id[prefix...].allSatisfy(isDigit), end[prefix...].allSatisfy(isDigit),
            id[prefix...].lexicographicallyPrecedes(end[prefix...])
        else {
            remarks.append("The query's range of specimens cannot be counted through; only its first was answered.")
            specimens.add(first.text, rule, bytes: first.bytes)
            return
        }
        // One past the end, so that a range beyond the limit is noticed.
        for _ in 0...DialogueLimits.specimensPerQuery {
            specimens.add(String(decoding: id, as: UTF8.self), rule)
            if id == end { return }
            var place = id.count - 1
            while place > prefix, id[place] == 0x39 {
                id[place] = 0x30
                place -= 1
            }
            id[place] += 1
        }
        remarks.append("The query's range of specimens is longer than this; the rest was not answered.")
    }
}
