import Foundation
import TestKit
import Testing

/// A mapping with fixed keys in `schema.json`, and a profile that leads there.
struct SchemaLevel: Sendable {
    /// `results.code`, `lines[]`, `tests.*`; empty for the whole file.
    var name: String
    /// Its keys.
    var properties: [String]
    /// Keys that must be there, as JSON members.
    var needed: [String]
    /// What stands before and behind the mapping's members, in JSON.
    var before: String
    var behind: String
    /// Keys of the whole file that are taken by the way there.
    var top: String?

    /// Stands for a place in a message, which each protocol writes its own way.
    static let path = "@path@"
    /// Stands for the dialect of orders, without which nothing of them is read.
    static let dialect = "@dialect@"
    private static let dialects = ["hl7": "law"]
    private static let paths = ["astm": "R.3", "hl7": "OBX-3"]

    /// A profile that holds the mapping with one more member.
    func document(_ wire: String, adding line: String?) throws -> String {
        let inner = (before + (needed + (line.map { [$0] } ?? [])).joined(separator: ", ") + behind)
            .replacingOccurrences(of: Self.path, with: Self.paths[wire] ?? "specimen")
            .replacingOccurrences(of: Self.dialect, with: Self.dialects[wire] ?? wire)
        if top == nil {
            return "{\(([ProfileSchema.head(wire), inner]).filter { !$0.isEmpty }.joined(separator: ", "))}"
        }
        return "{\(ProfileSchema.head(wire, without: top)), \(inner)}"
    }
}

/// `device-profiles/schema.json`, walked.
struct ProfileSchema {
    private let root: [String: Any]

    var title: String { root["title"] as? String ?? "" }

    static func load() throws -> ProfileSchema {
        let data = try Data(contentsOf: URL(fileURLWithPath: ShippedProfiles.directory + "/schema.json"))
        return ProfileSchema(root: try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any]))
    }

    /// The words of `protocol`.
    func protocols() throws -> [String] {
        let properties = root["properties"] as? [String: Any]
        return try #require((properties?["protocol"] as? [String: Any])?["enum"] as? [String])
    }

    static func head(_ wire: String, without top: String? = nil) -> String {
        [
            ("name", "\"name\": \"X\""), ("protocol", "\"protocol\": \"\(wire)\""),
            ("pass_through", "\"pass_through\": true"),
        ]
        .filter { $0.0 != top }.map(\.1).joined(separator: ", ")
    }

    /// Every mapping with fixed keys, one for each alternative.
    func levels() throws -> [SchemaLevel] {
        var found: [SchemaLevel] = []
        walk(root, name: "", before: "", behind: "", top: nil, depth: 0, into: &found)
        return found
    }

    private func resolved(_ schema: [String: Any]) -> [String: Any] {
        guard let reference = schema["$ref"] as? String, let name = reference.components(separatedBy: "/").last,
            let definition = (root["$defs"] as? [String: Any])?[name] as? [String: Any]
        else { return schema }
        return resolved(definition)
    }

    /// A place is written around its mapping as JSON: `"lines": [{` … `}]`.
    private func walk(
        _ schema: [String: Any], name: String, before: String, behind: String, top: String?, depth: Int,
        into found: inout [SchemaLevel]
    ) {
        let schema = resolved(schema)
        if depth > 7 { return }
        for key in ["oneOf", "anyOf", "allOf"] {
            for branch in schema[key] as? [[String: Any]] ?? []
            where branch["required"] == nil || branch["properties"] != nil {
                walk(branch, name: name, before: before, behind: behind, top: top, depth: depth, into: &found)
            }
        }
        if let items = schema["items"] as? [String: Any] {
            walk(
                items, name: name + "[]", before: before + "[", behind: "]" + behind, top: top, depth: depth + 1,
                into: &found)
        }
        let open = depth == 0 ? "" : "{", close = depth == 0 ? "" : "}"
        if let properties = schema["properties"] as? [String: [String: Any]] {
            let required = schema["required"] as? [String] ?? []
            let needed = depth == 0 ? [] : required.map { "\"\($0)\": \(sample(properties[$0] ?? [:], key: $0))" }
            found.append(
                SchemaLevel(
                    name: name, properties: properties.keys.sorted(), needed: needed, before: before + open,
                    behind: close + behind, top: top))
            for (key, property) in properties.sorted(by: { $0.key < $1.key }) {
                let others =
                    required.filter { $0 != key && depth > 0 }
                    .map { "\"\($0)\": \(sample(properties[$0] ?? [:], key: $0)), " }.joined()
                    // Numbered fields are read where something parts them.
                    + (properties["separator"] != nil && ["fields", "repeat"].contains(key)
                        ? "\"separator\": \";\", " : "")
                walk(
                    property, name: name.isEmpty ? key : "\(name).\(key)",
                    before: before + open + others + "\"\(key)\": ",
                    behind: close + behind, top: top ?? key, depth: depth + 1, into: &found)
            }
        }
        if let values = schema["additionalProperties"] as? [String: Any] {
            let key = isPath(schema["propertyNames"] as? [String: Any] ?? [:]) ? SchemaLevel.path : "A"
            walk(
                values, name: name + ".*", before: before + "{\"\(key)\": ", behind: "}" + behind, top: top,
                depth: depth + 1, into: &found)
        }
    }

    private func isPath(_ schema: [String: Any]) -> Bool {
        schema["$ref"] as? String == "#/$defs/path" || schema["pattern"] != nil
    }

    /// A value of the right kind; whether it is a good one does not matter, keys alone are looked at.
    private func sample(_ schema: [String: Any], key: String) -> String {
        if key == "dialect" { return "\"\(SchemaLevel.dialect)\"" }
        let whole = resolved(schema)
        if let words = whole["enum"] as? [Any], let word = words.first {
            return word is Bool ? "\(word)" : "\"\(word)\""
        }
        if let branch = (whole["oneOf"] as? [[String: Any]])?.first { return sample(branch, key: key) }
        switch whole["type"] as? String ?? (whole["type"] as? [String])?.first {
        case "object":
            let properties = whole["properties"] as? [String: [String: Any]] ?? [:]
            let needed = (whole["required"] as? [String] ?? []).map {
                "\"\($0)\": \(sample(properties[$0] ?? [:], key: $0))"
            }
            return whole["minProperties"] == nil
                ? "{\(needed.joined(separator: ", "))}" : "{\"\(SchemaLevel.path)\": \"X\"}"
        case "array": return "[]"
        case "integer": return "1"
        case "boolean": return "true"
        default: return "\"X\""
        }
    }
}
