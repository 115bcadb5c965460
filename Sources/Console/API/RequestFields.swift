import Core
import Hummingbird

/// The texts of a small JSON body such as `{"reason": "…"}`.
///
/// Unknown keys are refused: what they carry would be lost.
struct RequestFields {
    private let values: [String: String]

    /// Reads a body; an empty one has no fields.
    init(json bytes: [UInt8], keys: [String], maximumCharacters: Int) throws(RequestRefusal) {
        var values: [String: String] = [:]
        let body: JSONValue
        do {
            body = bytes.isEmpty ? .object([]) : try JSONValue(parsing: bytes)
        } catch {
            throw RequestRefusal(.badRequest, "The body is not JSON: \(error.sentence).")
        }
        guard case .object(let members) = body else {
            throw RequestRefusal(.badRequest, "The body must be a JSON object; it is \(body.kindInWords).")
        }
        for member in members {
            guard keys.contains(member.key) else {
                let known = keys.isEmpty ? "It takes none." : "It takes: \(keys.joined(separator: ", "))."
                throw RequestRefusal(
                    .badRequest, "This address does not know the key \"\(member.key.prefix(64))\". \(known)")
            }
            switch member.value {
            case .null: continue
            case .string(let text): values[member.key] = text
            // A limit may be written either way; nothing else here is a number.
            case .number(let token) where member.key == "limit": values[member.key] = token
            default: throw RequestRefusal(.badRequest, "\(member.key): text in double quotes is expected.")
            }
        }
        try self.init(values, maximumCharacters: maximumCharacters)
    }

    /// Takes fields of a form or of an address.
    init(_ values: [String: String], maximumCharacters: Int) throws(RequestRefusal) {
        for (key, value) in values where value.count > maximumCharacters {
            throw RequestRefusal(.badRequest, "\(key): at most \(maximumCharacters) characters are taken.")
        }
        self.values = values
    }

    /// A field without blanks at its ends; nil when absent or empty.
    subscript(_ key: String) -> String? {
        guard let text = values[key]?.trimmingBlanks(), !text.isEmpty else { return nil }
        return text
    }

    /// A field that must be there.
    func required(_ key: String, _ hint: String) throws(RequestRefusal) -> String {
        guard let text = self[key] else { throw RequestRefusal(.badRequest, "\(key): is missing. \(hint)") }
        return text
    }
}
