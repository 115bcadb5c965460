import Foundation

/// `labrador serve` as a process.
final class DaemonProcess: Sendable {
    let program: Program

    /// Starts it; `run` numbers its output files.
    /// - Parameter launcher: a program and its arguments that start the daemon, in place of starting it directly. The
    ///   binary, `serve`, `--config` and the file follow.
    init(config: String, folder: TemporaryFolder, run: Int = 0, launcher: [String] = []) throws {
        let command = launcher + [Binary.path, "serve", "--config", config]
        program = try Program(
            command[0], Array(command.dropFirst()), folder: folder, name: "serve-\(run)", directory: folder.path)
    }

    /// Waits for the line `ready`.
    func ready(within limit: Duration = .seconds(30)) async throws {
        try await eventually("`ready`", within: limit, every: .milliseconds(10)) {
            if program.out.hasPrefix("ready\n") { return true }
            if !program.isRunning { throw TestFailure("the daemon ended before it was ready: \(program.err)") }
            return false
        }
    }

    /// SIGTERM; its exit code.
    @discardableResult
    func stop() async throws -> Int32 {
        program.signal(SIGTERM)
        return try await program.ended()
    }

    /// SIGKILL, as a power cut would.
    func kill() async throws {
        program.signal(SIGKILL)
        try await program.ended()
    }

    /// The radiology process, the daemon's only child.
    var radiologyProcess: pid_t? {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.processID)/task")) ?? []
        let children = tasks.flatMap { task -> [pid_t] in
            let file = "/proc/\(program.processID)/task/\(task)/children"
            return ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: " ").compactMap {
                pid_t($0)
            }
        }
        return children.first
    }
}
