import Glibc

/// What the daemon hands to the radiology process: descriptors at agreed numbers and its own process id.
enum RadiologyHandOver {
    /// The hidden command.
    static let command = "radiology"
    /// The listening socket.
    ///
    /// The daemon keeps it open, so that modalities queue while the process is restarted.
    static let listeningSocket: Int32 = 3
    /// Read end of a pipe whose write end only the daemon holds: end of file means that the process is to end, or that
    /// the daemon is gone.
    static let lifeline: Int32 = 4
    /// Write end of a pipe: one byte says that the process serves; end of file that it is gone.
    static let status: Int32 = 5
    /// Names the daemon's process id in the environment.
    static let parentVariable = "LABRADOR_RADIOLOGY_PARENT"
    /// The byte that says it.
    static let ready = UInt8(ascii: "R")
}

/// Something of the operating system that did not work, with what it said.
struct RadiologyProcessError: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, code: Int32? = nil) {
        description = code.map { "\(what): \(String(cString: strerror($0)))" } ?? what
    }
}
