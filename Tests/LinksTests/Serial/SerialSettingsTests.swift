import Glibc
import Testing

@testable import Links

@Suite("Line settings of a serial port")
struct SerialSettingsTests {
    private func settings(_ change: (inout SerialLink) -> Void) -> termios {
        var link = SerialLink(port: "/dev/x")
        change(&link)
        var settings = termios()
        // What may stand there from another program.
        settings.c_cflag = tcflag_t(CS5 | PARENB | PARODD | CSTOPB | HUPCL) | 0xC000_0000
        settings.c_iflag = tcflag_t(ICRNL | IXON | IXOFF | IXANY | ISTRIP)
        settings.c_lflag = tcflag_t(ICANON | ECHO | ISIG)
        TerminalSerialPort.set(link, in: &settings)
        return settings
    }

    @Test("raw, whatever it was before: no byte is changed, swallowed or echoed")
    func raw() {
        let found = settings { _ in }
        #expect(found.c_iflag & tcflag_t(ICRNL | ISTRIP | IXON | IXOFF | IXANY | INLCR | IGNCR) == 0)
        #expect(found.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0)
        #expect(found.c_oflag & tcflag_t(OPOST) == 0)
        #expect(found.c_cflag & tcflag_t(CLOCAL | CREAD) == tcflag_t(CLOCAL | CREAD))
        #expect(found.c_cflag & tcflag_t(HUPCL) == 0)
    }

    @Test("data bits", arguments: [(5, CS5), (6, CS6), (7, CS7), (8, CS8)])
    func dataBits(bits: Int, flag: CInt) {
        #expect(settings { $0.dataBits = bits }.c_cflag & tcflag_t(CSIZE) == tcflag_t(flag))
    }

    @Test(
        "parity",
        arguments: [
            (SerialLink.Parity.none, 0), (.even, tcflag_t(PARENB)), (.odd, tcflag_t(PARENB | PARODD)),
            (.mark, tcflag_t(PARENB | PARODD) | 0x4000_0000), (.space, tcflag_t(PARENB) | 0x4000_0000),
        ] as [(SerialLink.Parity, tcflag_t)])
    func parity(parity: SerialLink.Parity, flags: tcflag_t) {
        let found = settings { $0.parity = parity }
        #expect(found.c_cflag & (tcflag_t(PARENB | PARODD) | 0x4000_0000) == flags)
        #expect((found.c_iflag & tcflag_t(INPCK) != 0) == (parity != .none))
    }

    @Test("stop bits", arguments: [(1, 0), (2, tcflag_t(CSTOPB))] as [(Int, tcflag_t)])
    func stopBits(bits: Int, flag: tcflag_t) {
        #expect(settings { $0.stopBits = bits }.c_cflag & tcflag_t(CSTOPB) == flag)
    }

    @Test("flow control", arguments: SerialLink.Flow.allCases)
    func flow(flow: SerialLink.Flow) {
        let found = settings { $0.flow = flow }
        #expect((found.c_iflag & tcflag_t(IXON | IXOFF) == tcflag_t(IXON | IXOFF)) == (flow == .xonxoff))
        #expect((found.c_cflag & 0x8000_0000 != 0) == (flow == .rtscts))
    }

    @Test("every rate is set both ways")
    func rates() {
        var seen: Set<speed_t> = []
        for baud in SerialLink.bauds {
            var found = settings { $0.baud = baud }
            #expect(cfgetispeed(&found) == cfgetospeed(&found))
            seen.insert(cfgetospeed(&found))
        }
        #expect(seen.count == SerialLink.bauds.count)
        var usual = settings { _ in }
        #expect(cfgetospeed(&usual) == speed_t(B9600))
    }

    @Test("the settings in words")
    func words() {
        var link = SerialLink(port: "/dev/x")
        #expect(link.settings == "9600 8N1")
        (link.baud, link.dataBits, link.parity, link.stopBits, link.flow) = (300, 7, .even, 2, .xonxoff)
        #expect(link.settings == "300 7E2 xonxoff")
        #expect(DeviceLink.serial(link).words == "on serial port /dev/x, 300 7E2 xonxoff")
    }

    @Test(
        "why a port could not be opened, in words",
        arguments: [
            (ENOENT, "is the cable plugged in?"), (ENXIO, "is the cable plugged in?"), (EACCES, "group dialout"),
            (EBUSY, "another program"), (EWOULDBLOCK, "another program"), (ENOTTY, "is no serial port"),
            (EIO, "no hardware"), (EMFILE, "Too many open files"),
        ])
    func failures(code: CInt, words: String) {
        let found = SerialFailure(port: "/dev/serial/by-id/usb-x", errno: code).words
        #expect(found.hasPrefix("/dev/serial/by-id/usb-x "))
        #expect(found.contains(words))
    }
}
