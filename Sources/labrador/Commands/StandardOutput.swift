import Glibc

/// What commands print for the reader of their output.
enum StandardOutput {
    /// Writes all of it.
    ///
    /// A reader that has seen enough (`labrador results | head`) ends the command in silence, as it ends any other
    /// program: the libraries at work here ignore the signal that would have done so.
    static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                _exit(errno == EPIPE ? 128 + SIGPIPE : 1)
            }
        }
    }
}

/// Text on stdout, as it is.
func say(_ text: String) { StandardOutput.write(Array(text.utf8)) }
