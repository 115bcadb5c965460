import ArgumentParser

/// The command line (contract, section 2).
@main
struct Labrador: AsyncParsableCommand {
    /// The version of this program (https://semver.org).
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "labrador",
        abstract: "Fetches laboratory and radiology results for orders.",
        discussion: """
            Start the daemon with `labrador serve --config FILE`. The listing commands ask the running daemon over its \
            Unix socket. Exit codes: 0 done, 1 the answer is no or something was wrong in the input, 2 usage, \
            69 the daemon is not running.
            """,
        version: version,
        subcommands: [
            Serve.self, Check.self, Decode.self, ProfileCommand.self, PortsCommand.self, Simulate.self,
            DevicesCommand.self, OrdersCommand.self, WorklistCommand.self, ResultsCommand.self, HoldsCommand.self,
            QueueCommand.self, ExplainCommand.self, EchoCommand.self, RadiologyRole.self, ModalityEchoRole.self,
            StepForwardRole.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            failure.report()
            exit(withError: ExitCode(failure.code))
        } catch {
            // ArgumentParser's own exit code for wrong usage is 64; ours is 2.
            let code = exitCode(for: error)
            guard code == .validationFailure else { exit(withError: error) }
            printError(fullMessage(for: error))
            exit(withError: ExitCode(2))
        }
    }
}

/// The virtual peers.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Virtual peers that speak the real protocols.",
        subcommands: [SimulateAnalyser.self, SimulateHost.self, SimulateModality.self, SimulateHMS.self])
}
