import ArgumentParser
import Glibc
import Logging

/// `labrador serve`: the daemon.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the daemon in the foreground; prints `ready` when every listener is open.")

    @Option(help: "The configuration file; labrador.yaml here or /etc/labrador/labrador.yaml by default.")
    var config: String?

    @Option(help: "How much is logged on standard error: trace, debug, info, notice, warning, error, critical.")
    var logLevel = "notice"

    func validate() throws {
        if Logger.Level(rawValue: logLevel) == nil { throw ValidationError("--log-level \(logLevel) is no level.") }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .notice
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        // A peer that hangs up while we write is an error value of that write, not a signal.
        signal(SIGPIPE, SIG_IGN)
        let path = try ConfigurationFile.path(config)
        let daemon = try Daemon(configuration: ConfigurationFile.load(path, opensFiles: true))
        try await daemon.run()
    }
}
