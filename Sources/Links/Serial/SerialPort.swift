import CSerialPort
import Foundation
import Glibc

/// An open serial port.
///
/// Opening and releasing can block, so neither is done on an event loop.
struct SerialPort: Sendable {
    /// What reads and writes; whoever takes it closes it.
    let descriptor: CInt
    /// A second one on the same opening. While it is open, closing the first cannot block: the kernel waits only at the
    /// last close for what a device under flow control does not take, up to 30 s.
    private let guardian: CInt

    /// How long what was written last may take to leave before it is thrown away, in milliseconds.
    static let drainMilliseconds = 500

    /// Opens a port by its name with its line settings: raw, without blocking, for us alone.
    static func open(_ link: SerialLink) throws(SerialFailure) -> SerialPort {
        guard let path = resolved(link.port) else { throw SerialFailure(port: link.port, errno: errno) }
        let descriptor =
            isKnown(path) ? try LibrarySerialPort.open(path, link) : try TerminalSerialPort.open(path, link)
        do throws(SerialFailure) {
            try claim(descriptor, link.port)
            try makeReadsWait(descriptor, link.port)
            let guardian = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard guardian >= 0 else { throw SerialFailure(port: link.port, errno: errno) }
            return SerialPort(descriptor: descriptor, guardian: guardian)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Gives the port back once the other descriptor is closed. Blocks for at most `drainMilliseconds`.
    func release() {
        var waiting: CInt = 0
        var left = Self.drainMilliseconds
        while left > 0, ioctl(guardian, UInt(TIOCOUTQ), &waiting) == 0, waiting > 0 {
            poll(nil, 0, 10)
            left -= 10
        }
        tcflush(guardian, TCIOFLUSH)
        _ = ioctl(guardian, UInt(TIOCNXCL))
        flock(guardian, LOCK_UN)
        Glibc.close(guardian)
    }

    /// The device behind a name such as `/dev/serial/by-id/…`: the library opens ports by their own names only.
    static func resolved(_ name: String) -> String? {
        guard let path = realpath(name, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// Whether the system lists it as a serial port. Pseudo-terminals are not listed.
    static func isKnown(_ path: String) -> Bool {
        path.hasPrefix("/dev/")
            && FileManager.default.fileExists(
                atPath: "/sys/class/tty/"
                    + path.dropFirst(5).replacingOccurrences(of: "/", with: "!"))
    }

    /// No other program may open the port. The lock tells those who may nevertheless (the administrator's), and is what
    /// `labrador ports` sees.
    private static func claim(_ descriptor: CInt, _ port: String) throws(SerialFailure) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw SerialFailure(port: port, errno: errno) }
        // Not every driver knows it; the lock stands anyway.
        _ = ioctl(descriptor, UInt(TIOCEXCL))
    }

    /// A read finds at least one byte, or says that there is none (termios(3), VMIN). With VMIN 0, as the library sets it,
    /// a read that finds none would look like the end of the line.
    private static func makeReadsWait(_ descriptor: CInt, _ port: String) throws(SerialFailure) {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { throw SerialFailure(port: port, errno: errno) }
        withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        guard tcsetattr(descriptor, TCSANOW, &settings) == 0 else { throw SerialFailure(port: port, errno: errno) }
        // What came before nobody listened is half of something.
        tcflush(descriptor, TCIFLUSH)
    }
}

extension SerialPort {
    /// Closes a port nobody took.
    func close() {
        Glibc.close(descriptor)
        release()
    }
}
