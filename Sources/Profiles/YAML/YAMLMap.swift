/// A mapping with fixed keys being read: asking for a key makes it a known one.
public final class YAMLMap {
    /// The mapping itself.
    public let value: YAMLValue
    private let entries: [YAMLNode.Entry]
    private var asked: [String] = []
    private var isAbandoned = false

    init(_ entries: [YAMLNode.Entry], of value: YAMLValue) {
        self.value = value
        self.entries = entries
    }

    /// The value of a key; nil when the key is not there.
    public subscript(key: String) -> YAMLValue? {
        asked.append(key)
        return entries.first { $0.key == key }.map { value.child($0.value, key: key) }
    }

    /// The value of a key that must be there; notes a mistake when it is not.
    public func require(_ key: String) -> YAMLValue? {
        self[key] ?? value.wrong("'\(key)' is missing")
    }

    /// Of several keys that exclude each other the one that is there; notes a mistake when there are more or none.
    public func one(of keys: [String]) -> (key: String, value: YAMLValue)? {
        let found = keys.compactMap { key in self[key].map { (key: key, value: $0) } }
        if found.count == 1 { return found[0] }
        let names = keys.map { "'\($0)'" }.joined(separator: ", ")
        return value.wrong("exactly one of \(names) belongs here; there are \(found.count)")
    }

    /// Gives up on this mapping after a mistake that leaves its other keys unread: they are not noted as unknown.
    public func abandon() { isAbandoned = true }

    func noteUnknownKeys() {
        if isAbandoned { return }
        for entry in entries + value.node.removed where !asked.contains(entry.key ?? "") {
            let key = entry.key ?? ""
            let known = Set(asked).sorted()
            let suggestion = didYouMean(key, known)
            let place = value.path.isEmpty ? "" : "\(value.path): "
            let remedy = suggestion.isEmpty ? "; known here: \(known.joined(separator: ", "))" : suggestion
            value.document.note("\(place)'\(key)' is not known here\(remedy)", file: entry.file, line: entry.line)
        }
    }
}
