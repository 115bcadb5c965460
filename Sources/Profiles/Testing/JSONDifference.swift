import Core

/// Compares what a test case expects with what came out.
enum JSONDifference {
    /// Differences told of one file.
    static let limit = 40

    /// The differences in words, at most `limit`, and a line that says how many more there are.
    ///
    /// The order of an object's keys does not count.
    static func all(_ wanted: JSONValue, _ found: JSONValue) -> [String] {
        var differences: [String] = []
        collect(wanted, found, at: "", into: &differences)
        let more = differences.count - limit
        return more > 0 ? differences.prefix(limit) + ["… and \(more) more"] : differences
    }

    private static func collect(_ wanted: JSONValue, _ found: JSONValue, at path: String, into out: inout [String]) {
        switch (wanted, found) {
        case (.object(let left), .object(let right)):
            for member in left {
                if let other = right.first(where: { $0.key == member.key }) {
                    collect(member.value, other.value, at: "\(path).\(member.key)", into: &out)
                } else {
                    out.append("\(path).\(member.key) is missing")
                }
            }
            for member in right where !left.contains(where: { $0.key == member.key }) {
                out.append("\(path).\(member.key) is not expected")
            }
        case (.array(let left), .array(let right)):
            if left.count != right.count {
                out.append("\(path) should have \(left.count) elements and has \(right.count)")
            }
            for (index, pair) in zip(left, right).enumerated() {
                collect(pair.0, pair.1, at: "\(path)[\(index + 1)]", into: &out)
            }
        default:
            if wanted != found { out.append("\(path) should be \(wanted.compact) and is \(found.compact)") }
        }
    }

    /// A report without what tells how it came about: `fields` of its messages, and `advice`. A test case says what a
    /// recording means.
    static func withoutAccount(_ value: JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(
            members.filter { $0.key != "advice" }.map { member in
                guard member.key == "messages", case .array(let messages) = member.value else { return member }
                return JSONMember(
                    member.key,
                    .array(
                        messages.map { message in
                            guard case .object(let members) = message else { return message }
                            return .object(members.filter { $0.key != "fields" })
                        }))
            })
    }
}
