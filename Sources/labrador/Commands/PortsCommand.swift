import ArgumentParser
import Core
import Foundation
import Links

/// `labrador ports`: the serial ports of this machine.
struct PortsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ports", abstract: "The serial ports of this machine, and who uses them.")

    @Option(help: "A configuration whose devices are shown at their ports; the default one is used if it is there.")
    var config: String?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func run() throws {
        let rows = PortRow.rows(ports: SerialPortList.all(), devices: try devices(), user: SerialPortList.user)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            for row in rows { say(String(decoding: try encoder.encode(row), as: UTF8.self) + "\n") }
        } else if rows.isEmpty {
            say("There is no serial port on this machine. Plug in an adapter, or connect the analyser over TCP.\n")
        } else {
            say(rows.map(\.text).joined())
        }
    }

    private func devices() throws -> [DeviceConfiguration] {
        if let config { return try ConfigurationFile.load(config).devices }
        guard let found = ConfigurationFile.found else { return [] }
        do {
            return try ConfigurationFile.load(found).devices
        } catch is CommandFailure {
            // Ports are looked for above all while a configuration is being written.
            printError("\(found) has mistakes, so its devices are not shown; `labrador check` tells them.")
            return []
        }
    }
}

/// A row of `labrador ports`.
struct PortRow: Encodable, Equatable {
    /// As the system or the configuration names it.
    var port: String
    var description = ""
    var usb_vendor = ""
    var usb_product = ""
    var usb_serial = ""
    /// The stable name.
    var by_id = ""
    var in_use = false
    /// The program that uses it, as far as this user can see.
    var used_by = ""
    /// The device it is configured for.
    var device = ""

    /// The ports there are, each with the device it is configured for, then configured ports the system does not list.
    ///
    /// - Parameter user: Who uses a port.
    static func rows(
        ports: [SerialPortInfo], devices: [DeviceConfiguration], user: (String) -> String?
    ) -> [PortRow] {
        var rows = ports.map { info in
            PortRow(
                port: info.port, description: info.description, usb_vendor: info.usbVendor,
                usb_product: info.usbProduct, usb_serial: info.usbSerial, by_id: info.byID,
                in_use: !info.usedBy.isEmpty, used_by: info.usedBy)
        }
        for device in devices {
            guard case .serial(let link) = device.link else { continue }
            let place = URL(fileURLWithPath: link.port).resolvingSymlinksInPath().path
            if let index = rows.firstIndex(where: { $0.port == place }) {
                rows[index].device = device.id.text
            } else {
                let isThere = FileManager.default.fileExists(atPath: place)
                let program = isThere ? user(link.port) ?? "" : ""
                rows.append(
                    PortRow(
                        port: link.port,
                        description: isThere
                            ? "not a port of the system's list" : "not there: is the cable plugged in?",
                        in_use: !program.isEmpty, used_by: program, device: device.id.text))
            }
        }
        return rows
    }

    /// The row for people, a few lines.
    var text: String {
        var lines = ["\(port)  \(description.isEmpty ? "serial port" : description)"]
        if !usb_vendor.isEmpty {
            lines.append(
                "USB \(usb_vendor):\(usb_product)" + (usb_serial.isEmpty ? "" : ", serial number \(usb_serial)"))
        }
        if !by_id.isEmpty { lines.append("stable name \(by_id)") }
        if !device.isEmpty { lines.append("device \(device)") }
        lines.append(in_use ? "in use by \(used_by)" : "not in use")
        return lines.joined(separator: "\n    ") + "\n"
    }
}
