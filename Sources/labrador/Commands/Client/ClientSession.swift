import ArgumentParser
import Console
import Core
import Foundation

/// Exit codes of the client commands besides 0 (contract, section 2).
enum ClientExit {
    /// The answer is no, or the input is wrong.
    static let no: Int32 = 1
    /// No daemon answers (EX_UNAVAILABLE of sysexits.h).
    static let notRunning: Int32 = 69
}

/// Runs a command's work with a client of the daemon; the daemon's refusal becomes a sentence and exit code 1.
func withDaemon(_ options: ClientOptions, _ work: (DaemonClient) async throws -> Void) async throws {
    let client = try DaemonClient(config: options.config)
    do {
        try await work(client)
        await client.close()
    } catch {
        await client.close()
        guard let refusal = error as? DaemonRefusal else { throw error }
        throw CommandFailure(printable(refusal.answer.error), code: ClientExit.no)
    }
}
