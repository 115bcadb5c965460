import Glibc

/// A pseudo-terminal of our own: a serial line without hardware, whose other end is opened by its path.
struct PseudoTerminal: Sendable {
    /// Our end.
    let descriptor: CInt
    /// The other end: `/dev/pts/7`.
    let path: String

    /// Linux's TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)), what unlockpt(3) and ptsname(3) do. Their C macros are not visible
    /// here.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// Opens one, raw as a serial line is.
    static func open() throws(SerialFailure) -> PseudoTerminal {
        let master = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard master >= 0 else { throw SerialFailure(port: "/dev/ptmx", errno: errno) }
        var (isLocked, number): (CInt, CInt) = (0, 0)
        guard ioctl(master, setLock, &isLocked) == 0, ioctl(master, getNumber, &number) == 0 else {
            let code = errno
            Glibc.close(master)
            throw SerialFailure(port: "/dev/ptmx", errno: code)
        }
        let path = "/dev/pts/\(number)"
        // Opened once and closed: the settings stay, and from now on the kernel says whether the other end is open.
        let slave = Glibc.open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else {
            let code = errno
            Glibc.close(master)
            throw SerialFailure(port: path, errno: code)
        }
        var settings = termios()
        tcgetattr(slave, &settings)
        cfmakeraw(&settings)
        tcsetattr(slave, TCSANOW, &settings)
        Glibc.close(slave)
        return PseudoTerminal(descriptor: master, path: path)
    }

    /// Whether somebody has the other end open.
    var isOpenThere: Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) >= 0 && entry.revents & Int16(POLLHUP) == 0
    }

    /// A descriptor of our end for one connection; whoever takes it closes it.
    func connection() throws(SerialFailure) -> CInt {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SerialFailure(port: path, errno: errno) }
        return copy
    }

    /// Gives it up.
    func close() { Glibc.close(descriptor) }
}
