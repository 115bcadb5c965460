import Glibc

/// What SIGHUP means to this process: that its terminal went away, or that its profiles are to be read anew.
struct HangUp: Sendable {
    private let hadTerminal: Bool
    private let wasIgnored: Bool

    /// Looks at how the process was started; before anything changes how signals are taken.
    init() {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        // nohup(1): it is meant to outlive its terminal.
        wasIgnored =
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        hadTerminal = Self.hasTerminal
    }

    /// Whether the terminal that the process was started from is gone. Then nobody can end it with Ctrl-C any more.
    var terminalIsGone: Bool { hadTerminal && !wasIgnored && !Self.hasTerminal }

    /// A process whose terminal hung up has none any more, and opening it fails (tty(4)).
    private static var hasTerminal: Bool {
        let descriptor = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}
