import Foundation

/// Why a command ends without success: what to print on standard error, and its exit code (contract, section 2).
struct CommandFailure: Error {
    /// Sentences for the user; may be empty when everything was said already.
    var message: String
    /// 1: the answer is no, or the input was wrong. 69: the daemon is not running.
    var code: Int32

    init(_ message: String, code: Int32 = 1) {
        self.message = message
        self.code = code
    }

    /// Prints the message.
    func report() {
        if !message.isEmpty { printError(message) }
    }
}

/// Prints a line on standard error.
func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
