import Foundation

/// A child process whose output goes to files.
final class Program: @unchecked Sendable {
    // Process is not Sendable; only `isRunning`, `processIdentifier` and the termination values are used after `run`.
    private let process = Process()
    let outFile: String
    let errFile: String

    /// Starts it. `name` names its output files in `folder`.
    init(
        _ executable: String, _ arguments: [String], folder: TemporaryFolder, name: String,
        directory: String? = nil, environment: [String: String] = [:]
    ) throws {
        guard FileManager.default.isExecutableFile(atPath: executable) else {
            throw TestFailure("there is no program \(executable); build it, or name another in LABRADOR_BINARY")
        }
        outFile = folder.path + "/\(name).out"
        errFile = folder.path + "/\(name).err"
        for file in [outFile, errFile] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        guard let out = FileHandle(forWritingAtPath: outFile), let err = FileHandle(forWritingAtPath: errFile) else {
            throw TestFailure("\(outFile) cannot be written")
        }
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardOutput = out
        process.standardError = err
        process.standardInput = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        try process.run()
        try out.close()
        try err.close()
    }

    deinit { if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) } }

    var processID: pid_t { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    /// What it wrote so far.
    var out: String { (try? String(contentsOfFile: outFile, encoding: .utf8)) ?? "" }
    var err: String { (try? String(contentsOfFile: errFile, encoding: .utf8)) ?? "" }

    /// Sends a signal.
    func signal(_ number: Int32) { if process.isRunning { Glibc.kill(process.processIdentifier, number) } }

    /// SIGKILL, for a peer that would go on for ever.
    func kill() async throws {
        signal(SIGKILL)
        try await ended()
    }

    /// Waits for its end; its exit code, or minus the signal that ended it.
    @discardableResult
    func ended(within limit: Duration = .seconds(30)) async throws -> Int32 {
        try await eventually("the end of process \(processID)", within: limit, every: .milliseconds(5)) { !isRunning }
        return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
    }
}

/// What a command came to.
struct Output: Sendable {
    var code: Int32
    var out: String
    var err: String
}

/// Runs a program to its end.
func run(
    _ executable: String, _ arguments: [String], directory: String? = nil, environment: [String: String] = [:],
    within limit: Duration = .seconds(60)
) async throws -> Output {
    let folder = try TemporaryFolder()
    let program = try Program(
        executable, arguments, folder: folder, name: "run", directory: directory, environment: environment)
    let code = try await program.ended(within: limit)
    return Output(code: code, out: program.out, err: program.err)
}

/// Runs `labrador` to its end; in the folder given, else in `/`, so that no file of the working directory counts.
func labrador(_ arguments: String..., directory: String = "/") async throws -> Output {
    try await run(Binary.path, arguments, directory: directory)
}
