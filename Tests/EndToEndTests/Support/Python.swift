import Core
import Foundation

/// Peers in Python: the scripts of the folder `Peers`, which share no code with the program, and packages of others.
enum Python {
    static let scripts = Binary.repository + "/Tests/EndToEndTests/Peers"

    /// `LABRADOR_PYTHON`, else the environment `make python` makes, else Debian's.
    static let interpreter: String = {
        if let given = ProcessInfo.processInfo.environment["LABRADOR_PYTHON"] { return given }
        let made = Binary.repository + "/.build/python/bin/python"
        return FileManager.default.isExecutableFile(atPath: made) ? made : "/usr/bin/python3"
    }()

    private static let environment = ["PYTHONPATH": scripts + "/compat", "PYTHONDONTWRITEBYTECODE": "1"]

    /// Profiles of analysers that send results, and neither ask for orders nor are told of any.
    static let resultsASTM = "name: Test\nprotocol: astm\npass_through: true\n"
    static let resultsHL7 = "name: Test\nprotocol: hl7\npass_through: true\n"

    /// Whether these modules are there; for the condition of a test, whose words then say what is missing.
    static func has(_ modules: String...) async throws -> Bool {
        guard FileManager.default.isExecutableFile(atPath: interpreter) else { return false }
        let command = "import " + modules.joined(separator: ", ")
        return try await run(interpreter, ["-c", command], environment: environment).code == 0
    }

    /// Runs a script to its end; the object it prints on its last line. What it complains of fails the test.
    static func peer(
        _ script: String, _ arguments: String..., within limit: Duration = .seconds(120)
    ) async throws -> JSONValue {
        let output = try await run(
            interpreter, ["\(scripts)/\(script).py"] + arguments, environment: environment, within: limit)
        return try last(output.code, output.out, output.err)
    }

    /// Starts a script that goes on until it is told to stop.
    static func start(_ script: String, _ arguments: String..., folder: TemporaryFolder) throws -> Program {
        try Program(
            interpreter, ["\(scripts)/\(script).py"] + arguments, folder: folder,
            name: ([script] + arguments.prefix(1)).joined(separator: "-"), environment: environment)
    }

    /// The object on the last line of a script that ended.
    static func last(_ code: Int32, _ out: String, _ err: String) throws -> JSONValue {
        guard code == 0, let line = out.split(separator: "\n").last else {
            throw TestFailure(err.isEmpty ? "the script ended with \(code) and said nothing" : err)
        }
        return try JSONValue(parsing: Array(line.utf8), maximumDepth: 64)
    }
}
