import Foundation
import Glibc

/// Asks a person for what a command was not given.
enum Question {
    /// Whether somebody sits at a terminal.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// What was given, else the answer to a question, else a failure that names the missing option.
    static func value(_ given: String?, _ question: String, option: String, proposal: String? = nil) throws -> String {
        if let given, !given.isEmpty { return given }
        guard canAsk else {
            if let proposal { return proposal }
            throw CommandFailure("\(option) is missing: \(question).", code: 2)
        }
        let hint = proposal.map { " [\($0)]" } ?? ""
        FileHandle.standardError.write(Data("\(question)\(hint): ".utf8))
        let answer = readLine(strippingNewline: true)?.trimmingPrefix { $0 == " " } ?? ""
        if !answer.isEmpty { return String(answer) }
        guard let proposal else { throw CommandFailure("\(option) is missing: \(question).", code: 2) }
        return proposal
    }
}
