import Glibc
import Profiles

/// How wide the reader's terminal is.
enum TerminalWidth {
    /// Characters of a line of standard output; the standard width where it is no terminal.
    static var current: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return DecodeReport.standardWidth
        }
        return Int(size.ws_col)
    }
}
