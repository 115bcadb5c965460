import Core
import Foundation
import Testing
import Upstream

/// A Bundle as a test reads it: once by Foundation, once by its text, because Foundation loses the text of numbers.
struct Written {
    let text: String
    private let entries: [[String: Any]]

    init(_ observations: Observation..., facility: Facility = Sample.facility) throws {
        try self.init(Sample.report(observations), facility: facility)
    }

    init(_ report: DeliverableReport, facility: Facility = Sample.facility) throws {
        let bytes = Transaction(report, facility: facility).bytes
        text = String(decoding: bytes, as: UTF8.self)
        let bundle = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        entries = try #require(bundle?["entry"] as? [[String: Any]])
    }

    /// Entries of one type.
    func entries(_ type: String) -> [[String: Any]] {
        entries.filter { ($0["resource"] as? [String: Any])?["resourceType"] as? String == type }
    }

    /// Resources of one type.
    func resources(_ type: String) -> [[String: Any]] { entries(type).compactMap { $0["resource"] as? [String: Any] } }

    /// The first Observation.
    func observation() throws -> [String: Any] { try #require(resources("Observation").first) }

    /// The texts of its notes.
    func notes() throws -> [String] {
        (try observation()["note"] as? [[String: Any]] ?? []).compactMap { $0["text"] as? String }
    }
}

/// Follows names and places into a tree: `at(tree, "code", "coding", 0, "code")`.
func at(_ tree: Any?, _ path: Any...) -> String? {
    var here = tree
    for step in path {
        if let name = step as? String {
            here = (here as? [String: Any])?[name]
        } else if let index = step as? Int {
            let list = here as? [Any]
            here = list.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        }
    }
    return here as? String
}
