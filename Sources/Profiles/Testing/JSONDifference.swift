import Core

/// Compares what a test case expects with what came out.
enum JSONDifference {
    /// The first difference in words, nil when there is none.
    ///
    /// The order of an object's keys does not count.
    static func first(_ wanted: JSONValue, _ found: JSONValue, at path: String = "") -> String? {
        switch (wanted, found) {
        case (.object(let left), .object(let right)):
            for member in left {
                guard let other = right.first(where: { $0.key == member.key }) else {
                    return "\(path).\(member.key) is missing"
                }
                if let difference = first(member.value, other.value, at: "\(path).\(member.key)") { return difference }
            }
            let extra = right.first { member in !left.contains { $0.key == member.key } }
            return extra.map { "\(path).\($0.key) is not expected" }
        case (.array(let left), .array(let right)):
            for (index, pair) in zip(left, right).enumerated() {
                if let difference = first(pair.0, pair.1, at: "\(path)[\(index + 1)]") { return difference }
            }
            return left.count == right.count ? nil : "\(path) should have \(left.count) elements and has \(right.count)"
        default:
            return wanted == found ? nil : "\(path) should be \(wanted.compact) and is \(found.compact)"
        }
    }
}
