import CSerialPort
import Foundation
import Glibc

/// A serial port of this machine, as `labrador ports` shows it.
public struct SerialPortInfo: Sendable, Equatable {
    /// `/dev/ttyUSB0`.
    public var port: String
    /// What the system calls it.
    public var description = ""
    /// The vendor of a USB adapter, four hexadecimal digits; empty for others.
    public var usbVendor = ""
    /// Its product number, likewise.
    public var usbProduct = ""
    /// The adapter's serial number.
    public var usbSerial = ""
    /// The name that stays the same whatever else is plugged in: `/dev/serial/by-id/…`; empty when there is none.
    public var byID = ""
    /// Who uses it, `labrador (1234)`; empty when nobody does, as far as this user can see.
    public var usedBy = ""

    /// A port with nothing known about it.
    public init(port: String) { self.port = port }
}

/// Lists serial ports.
public enum SerialPortList {
    /// Where the system keeps the stable names.
    static let stableNames = "/dev/serial/by-id"

    /// The ports there are, sorted by name.
    public static func all() -> [SerialPortInfo] {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        guard sp_list_ports(&list) == SP_OK, let list else { return [] }
        defer { sp_free_port_list(list) }
        let names = stableNames(in: stableNames)
        var ports: [SerialPortInfo] = []
        var index = 0
        while let port = list[index] {
            ports.append(info(port, names))
            index += 1
        }
        return ports.sorted { $0.port.localizedStandardCompare($1.port) == .orderedAscending }
    }

    private static func info(_ port: OpaquePointer, _ names: [String: String]) -> SerialPortInfo {
        var info = SerialPortInfo(port: text(sp_get_port_name(port)))
        info.description = text(sp_get_port_description(port))
        var (vendor, product): (CInt, CInt) = (0, 0)
        if sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK {
            (info.usbVendor, info.usbProduct) = (String(format: "%04x", vendor), String(format: "%04x", product))
        }
        info.usbSerial = text(sp_get_port_usb_serial(port))
        info.byID = names[info.port] ?? ""
        info.usedBy = user(of: info.port) ?? ""
        return info
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    /// Stable names by the port they lead to.
    static func stableNames(in folder: String) -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().reduce(into: [:]) { found, name in
            let path = folder + "/" + name
            if let port = SerialPort.resolved(path), found[port] == nil { found[port] = path }
        }
    }

    /// The program that uses a port, `name (process id)`. It is not opened to find out: that would raise its control
    /// lines, and the device behind it would notice.
    ///
    /// Our own daemon's lock can be seen by every user, the descriptors of others only by their owner and root.
    public static func user(of port: String) -> String? {
        guard let path = SerialPort.resolved(port) else { return nil }
        return lockHolder(of: path).map(program) ?? descriptorHolder(of: path).map(program)
    }

    /// The process that holds a lock on the file (proc(5), /proc/locks: number, kind, …, process, device:inode).
    private static func lockHolder(of path: String) -> Int? {
        var entry = stat()
        guard stat(path, &entry) == 0, let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
        else { return nil }
        let device = UInt64(entry.st_dev)
        let place = String(
            format: "%02llx:%02llx:%llu", (device >> 8) & 0xFFF, (device & 0xFF) | ((device >> 12) & 0xFFF00),
            UInt64(entry.st_ino))
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if let index = words.firstIndex(of: place), index > 0, let process = Int(words[index - 1]) {
                return process
            }
        }
        return nil
    }

    private static func descriptorHolder(of path: String) -> Int? {
        let manager = FileManager.default
        let processes = ((try? manager.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }
        return processes.sorted().first { process in
            let folder = "/proc/\(process)/fd"
            return ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).contains { name in
                (try? manager.destinationOfSymbolicLink(atPath: folder + "/" + name)) == path
            }
        }
    }

    private static func program(_ process: Int) -> String {
        let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
        return "\((name ?? "a program").trimmingCharacters(in: .whitespacesAndNewlines)) (\(process))"
    }
}
