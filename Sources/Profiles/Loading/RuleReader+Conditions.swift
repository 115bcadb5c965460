import Core

extension RuleReader {
    /// `{ OBX-2: [ED, RP], R.3.4: { matches: '^SCAT_' } }`: all must hold.
    func conditions(_ value: YAMLValue) -> [Condition]? {
        guard let entries = value.entries() else { return nil }
        guard !entries.isEmpty else { return value.wrong("a rule without a condition would hold for everything") }
        return entries.compactMap { key, value in
            if wire == .blocks {
                return value.fieldName(key).flatMap { path in test(value).map { Condition(path, $0) } }
            }
            guard let path = FieldPath(key), (path.record.count == 1) == (wire == .astm) else {
                return value.wrong("'\(key)' is no place in a message of this protocol")
            }
            if let what = RecordFields.mistake(in: path, wire) { return value.wrong(what) }
            return test(value).map { Condition(path, $0) }
        }
    }

    /// A text, a list of texts, or a mapping with one of the other tests.
    private func test(_ value: YAMLValue) -> Condition.Test? {
        guard value.isMap else {
            return value.list(allowsSingle: true, of: { $0.text() }).map { .equals(Set($0)) }
        }
        return value.map { map -> Condition.Test? in
            guard let (key, value) = map.one(of: ["matches", "prefix", "contains", "empty", "not"]) else { return nil }
            switch key {
            case "matches": return value.patterns().map { .matches($0) }
            case "prefix": return value.list(allowsSingle: true, of: { $0.name() }).map { .prefix($0) }
            case "contains": return value.list(allowsSingle: true, of: { $0.piece() }).map { .contains($0) }
            case "not": return test(value).map { .not($0) }
            default: return value.bool().map { .empty($0) }
            }
        } ?? nil
    }
}
