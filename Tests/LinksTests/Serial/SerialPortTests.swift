import Core
import Foundation
import Testing

@testable import Links

/// A pseudo-terminal: the device's side, and a name like one of `/dev/serial/by-id` for ours.
final class PseudoTerminal {
    private(set) var device: CInt = -1
    let name: String
    private let folder: Folder

    init() throws {
        folder = try Folder()
        name = folder.path + "/usb-adapter"
        try plugIn()
    }

    deinit { unplug() }

    /// A new terminal under the same name.
    func plugIn() throws {
        var (ours, theirs): (CInt, CInt) = (-1, -1)
        try #require(openpty(&theirs, &ours, nil, nil, nil) == 0)
        device = theirs
        var path = [CChar](repeating: 0, count: 64)
        try #require(ttyname_r(ours, &path, path.count) == 0)
        unlink(name)
        try #require(symlink(String(decoding: path.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self), name) == 0)
        close(ours)
    }

    /// The cable is pulled out.
    func unplug() {
        if device >= 0 { close(device) }
        device = -1
    }

    func send(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { write(device, $0.baseAddress, $0.count) } }

    /// The next bytes within 20 s; nil when none came.
    func receive() -> [UInt8]? {
        var waiting = pollfd(fd: device, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 20_000) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(device, &buffer, buffer.count)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }
}

@Suite("A serial port", .timeLimit(.minutes(2)), .serialized)
struct SerialPortTests {
    @Test("a pseudo-terminal behind a stable name is opened raw, at its rate, without blocking")
    func opens() throws {
        let terminal = try PseudoTerminal()
        var link = SerialLink(port: terminal.name)
        (link.baud, link.flow, link.stopBits) = (1200, .xonxoff, 2)
        let port = try SerialPort.open(link)
        var settings = termios()
        try #require(tcgetattr(port.descriptor, &settings) == 0)
        #expect(cfgetospeed(&settings) == speed_t(B1200))
        #expect(settings.c_cflag & tcflag_t(CSTOPB) != 0)
        #expect(settings.c_iflag & tcflag_t(IXON | IXOFF) == tcflag_t(IXON | IXOFF))
        #expect(settings.c_lflag & tcflag_t(ICANON | ECHO) == 0)
        #expect(withUnsafeBytes(of: settings.c_cc) { ($0[Int(VMIN)], $0[Int(VTIME)]) } == (1, 0))
        #expect(fcntl(port.descriptor, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(port.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(read(port.descriptor, &buffer, 8) == -1)
        #expect(errno == EAGAIN)
        port.close()
    }

    @Test("a second opening is told that the port is in use; after the release it is free")
    func exclusive() throws {
        let terminal = try PseudoTerminal()
        let port = try SerialPort.open(SerialLink(port: terminal.name))
        #expect(throws: SerialFailure(port: terminal.name, errno: EBUSY)) {
            try SerialPort.open(SerialLink(port: terminal.name))
        }
        let user = try #require(SerialPortList.user(of: terminal.name))
        #expect(user.hasSuffix("(\(getpid()))"))
        port.close()
        try SerialPort.open(SerialLink(port: terminal.name)).close()
    }

    @Test("what is not there, no terminal or no device is told; nothing is left open")
    func failures() throws {
        let folder = try Folder()
        let file = folder.path + "/file"
        try #require(FileManager.default.createFile(atPath: file, contents: nil))
        try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        for (port, code) in [
            (folder.path + "/none", ENOENT), (file, ENOTTY), (folder.path + "/pipe", ENOTTY), ("/dev/null", ENOTTY),
        ] {
            #expect(throws: SerialFailure(port: port, errno: code)) { try SerialPort.open(SerialLink(port: port)) }
        }
        // Other tests open files meanwhile, not as many as these would leave.
        for _ in 0..<500 { #expect(throws: SerialFailure.self) { try SerialPort.open(SerialLink(port: "/dev/null")) } }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count < before + 400)
    }

    @Test("stable names lead to their ports")
    func stableNames() throws {
        let folder = try Folder()
        try #require(symlink("/dev/null", folder.path + "/usb-b") == 0)
        try #require(symlink("/dev/null", folder.path + "/usb-a") == 0)
        try #require(symlink("/dev/none-such", folder.path + "/usb-gone") == 0)
        #expect(SerialPortList.stableNames(in: folder.path) == ["/dev/null": folder.path + "/usb-a"])
        #expect(SerialPortList.stableNames(in: folder.path + "/none") == [:])
    }

    @Test("which ports go through the library: those the system lists, no pseudo-terminal")
    func known() {
        #expect(SerialPort.isKnown("/dev/tty0"))
        #expect(!SerialPort.isKnown("/dev/pts/0"))
        #expect(!SerialPort.isKnown("/dev/none-such"))
        #expect(!SerialPort.isKnown("/tmp/tty0"))
    }

    @Test("pulled out in mid-frame and plugged in again: the device is answered under the same name, nothing leaks")
    func replug() async throws {
        let terminal = try PseudoTerminal()
        let links = try await RealLinks(["a": .serial(SerialLink(port: terminal.name))])
        try await links.until("the port", "a") { $0.state == "connected" }
        for _ in 0..<3 {
            terminal.send(enquiry)
            #expect(terminal.receive() == acknowledge)
            // The frame breaks off here.
            terminal.send([0x02, 0x31, 0x48, 0x7C])
            terminal.unplug()
            try await links.until("the end", "a") { $0.state == "offline" }
            // On a busy machine the next try may have been made already, which finds no port.
            let words = ["hung up: was the cable pulled out?", "is not there: is the cable plugged in?"]
            let remark = try links.row("a").remark
            #expect(words.contains { remark.hasPrefix("\(terminal.name) \($0)") }, "\(remark)")
            try terminal.plugIn()
            try await links.until("the new line", "a") { $0.state == "connected" }
            #expect(!(try links.row("a").remark.contains("hung up")))
        }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            return target?.hasPrefix("/dev/pts/") == true && target?.contains("(deleted)") == true
        }
        #expect(open == [])
        terminal.send(enquiry)
        #expect(terminal.receive() == acknowledge)
        await links.open.close()
        try await eventually("the port's release") { SerialPortList.user(of: terminal.name) == nil }
    }

    @Test("a port that is not there at the start is told, and taken when it comes")
    func later() async throws {
        let terminal = try PseudoTerminal()
        let away = terminal.name + "-away"
        try #require(rename(terminal.name, away) == 0)
        let links = try await RealLinks(["a": .serial(SerialLink(port: terminal.name))])
        try await links.until("the failure", "a") { $0.state == "offline" }
        #expect(try links.row("a").remark.hasPrefix("\(terminal.name) is not there: is the cable plugged in?"))
        try #require(rename(away, terminal.name) == 0)
        try await links.until("the port", "a") { $0.state == "connected" }
        await links.open.close()
    }

    @Test("a device that does not read does not keep the port from being closed")
    func fullLine() async throws {
        let terminal = try PseudoTerminal()
        let links = try await RealLinks(["a": .serial(SerialLink(port: terminal.name))])
        try await links.until("the port", "a") { $0.state == "connected" }
        // An acknowledgement for each, and nobody takes them.
        terminal.send([UInt8]((0..<3_000).flatMap { _ in [0x05, 0x04] as [UInt8] }))
        await links.open.close()
        try await eventually("the port's release") { SerialPortList.user(of: terminal.name) == nil }
    }
}
