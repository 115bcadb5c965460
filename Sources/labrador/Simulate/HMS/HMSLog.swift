import Core
import Foundation
import NIOConcurrencyHelpers
import Upstream

/// Appends every body received to a file, a JSON object a line. The stand-in's data is made up: the log may hold it.
final class HMSLog: Sendable {
    private let file: NIOLockedValueBox<FileHandle>
    private let start = ContinuousClock.now

    init(path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw HMSRefusal(500, "no-store", "The log \(path) cannot be written; give --log another file.")
        }
        try handle.seekToEnd()
        file = NIOLockedValueBox(handle)
    }

    /// Writes a line: seconds since the start, what became of it, the request, and the body as it came.
    func write(verdict: String, method: String, path: String, body: [UInt8]) throws {
        let elapsed = (ContinuousClock.now - start) / .milliseconds(1)
        var json: [JSONMember] = [
            .init("t", .number("\(Int64(elapsed) / 1_000).\(String(format: "%03d", Int64(elapsed) % 1_000))")),
            .init("verdict", .string(verdict)), .init("method", .string(method)), .init("path", .string(path)),
        ]
        let tree = try? JSONValue(parsing: body, maximumDepth: JSONValue.answerDepth)
        json.append(.init("body", tree ?? .string(String(decoding: body, as: UTF8.self))))
        let line = JSONValue.object(json).bytes + [UInt8(ascii: "\n")]
        try file.withLockedValue { try $0.write(contentsOf: Data(line)) }
    }
}
