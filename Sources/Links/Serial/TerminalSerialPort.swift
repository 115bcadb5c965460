import Glibc

/// Opens what the system does not list as a serial port, above all pseudo-terminals: `/dev/pts/3`, or what a serial
/// device server's driver or `socat` makes.
enum TerminalSerialPort {
    /// A descriptor with the line settings applied (termios(3)); a pseudo-terminal takes those it can have.
    static func open(_ path: String, _ link: SerialLink) throws(SerialFailure) -> CInt {
        var entry = stat()
        guard stat(path, &entry) == 0 else { throw SerialFailure(port: link.port, errno: errno) }
        // Opening anything else could block, or do harm.
        guard entry.st_mode & S_IFMT == S_IFCHR else { throw SerialFailure(port: link.port, errno: ENOTTY) }
        let descriptor = Glibc.open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SerialFailure(port: link.port, errno: errno) }
        guard apply(link, to: descriptor) else {
            let code = errno
            Glibc.close(descriptor)
            throw SerialFailure(port: link.port, errno: code)
        }
        return descriptor
    }

    private static func apply(_ link: SerialLink, to descriptor: CInt) -> Bool {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return false }
        set(link, in: &settings)
        return tcsetattr(descriptor, TCSANOW, &settings) == 0
    }

    /// Raw, with these line settings.
    static func set(_ link: SerialLink, in settings: inout termios) {
        cfmakeraw(&settings)
        settings.c_cflag &= ~tcflag_t(CSIZE | PARENB | PARODD | CSTOPB | HUPCL) & ~markOrSpace & ~hardwareFlow
        settings.c_cflag |= tcflag_t(CLOCAL | CREAD) | tcflag_t([CS5, CS6, CS7, CS8][link.dataBits - 5])
        if link.stopBits == 2 { settings.c_cflag |= tcflag_t(CSTOPB) }
        switch link.parity {
        case .none: break
        case .even: settings.c_cflag |= tcflag_t(PARENB)
        case .odd: settings.c_cflag |= tcflag_t(PARENB | PARODD)
        case .mark: settings.c_cflag |= tcflag_t(PARENB | PARODD) | markOrSpace
        case .space: settings.c_cflag |= tcflag_t(PARENB) | markOrSpace
        }
        settings.c_iflag &= ~tcflag_t(IXON | IXOFF | IXANY)
        if link.parity != .none { settings.c_iflag |= tcflag_t(INPCK) }
        if link.flow == .xonxoff { settings.c_iflag |= tcflag_t(IXON | IXOFF) }
        if link.flow == .rtscts { settings.c_cflag |= hardwareFlow }
        let speed = speeds[link.baud] ?? speed_t(B9600)
        cfsetispeed(&settings, speed)
        cfsetospeed(&settings, speed)
    }

    /// Linux's CMSPAR: the parity bit always has one value. Its C macro is not visible here.
    private static let markOrSpace: tcflag_t = 0x4000_0000
    /// Linux's CRTSCTS, likewise.
    private static let hardwareFlow: tcflag_t = 0x8000_0000

    private static let speeds: [Int: speed_t] = [
        300: speed_t(B300), 600: speed_t(B600), 1200: speed_t(B1200), 1800: speed_t(B1800), 2400: speed_t(B2400),
        4800: speed_t(B4800), 9600: speed_t(B9600), 19200: speed_t(B19200), 38400: speed_t(B38400),
        57600: speed_t(B57600), 115_200: speed_t(B115200), 230_400: speed_t(B230400), 460_800: speed_t(B460800),
        500_000: speed_t(B500000), 576_000: speed_t(B576000), 921_600: speed_t(B921600),
    ]
}
