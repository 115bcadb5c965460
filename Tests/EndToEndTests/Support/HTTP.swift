import Core
import Foundation

/// A request over a connection of its own.
enum HTTP {
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]

        var json: JSONValue { get throws { try JSONValue(parsing: body, maximumDepth: 64) } }
    }

    static func get(port: Int, _ path: String) async throws -> Answer {
        try await offPool { try exchange(port: port, "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n", body: []) }
    }

    static func post(port: Int, _ path: String, json: String) async throws -> Answer {
        try await offPool {
            let head = "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            return try exchange(port: port, head, body: Array(json.utf8))
        }
    }

    private static func exchange(port: Int, _ head: String, body: [UInt8]) throws -> Answer {
        let client = try TCPClient(port: port)
        try client.write(Array((head + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n").utf8) + body)
        let bytes = try client.rest()
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw TestFailure("no HTTP answer") }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw TestFailure("no HTTP status in '\(lines.first ?? "")'")
        }
        let isChunked = lines.contains { $0.lowercased() == "transfer-encoding: chunked" }
        let rest = Array(bytes[end.upperBound...])
        return Answer(status: status, body: isChunked ? joined(rest) : rest)
    }

    /// The body of chunks (RFC 9112 section 7.1).
    private static func joined(_ bytes: [UInt8]) -> [UInt8] {
        var body: [UInt8] = []
        var rest = bytes[...]
        while let line = rest.firstRange(of: [13, 10]),
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16), size > 0,
            rest.count >= line.upperBound - rest.startIndex + size
        {
            body += rest[line.upperBound..<line.upperBound + size]
            rest = rest[(line.upperBound + size)...].dropFirst(2)
        }
        return body
    }
}

extension JSONValue {
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string, or the token of a number as it was written.
    var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    var list: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
    var keys: Set<String> { if case .object(let members) = self { Set(members.map(\.key)) } else { [] } }
}
