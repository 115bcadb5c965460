import Foundation

/// Why a test cannot go on, in words.
struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The program under test and the files around it.
enum Binary {
    /// `LABRADOR_BINARY`, else the one beside this test bundle.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["LABRADOR_BINARY"] { return given }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("labrador").path
        return FileManager.default.isExecutableFile(atPath: beside) ? beside : repository + "/.build/debug/labrador"
    }()

    /// The top of the repository, found from the place of this file: …/Tests/EndToEndTests/Support/Binary.swift.
    static let repository = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    /// The shipped device profiles.
    static let profiles = repository + "/device-profiles"
}

/// A folder that is gone with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/labrador-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("no folder can be made in /tmp") }
        path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file in it and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
        return path + "/" + name
    }
}

/// Asks until the condition holds; throws a sentence when it does not within the limit. The only way tests wait.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), every pause: Duration = .milliseconds(25),
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if try await condition() { return }
        if clock.now >= end { throw TestFailure("not within \(limit): \(what)") }
        try await Task.sleep(for: pause)
    }
}

/// Runs work that blocks on a thread outside Swift's pool.
func offPool<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try work() }) }
        thread.start()
    }
}
