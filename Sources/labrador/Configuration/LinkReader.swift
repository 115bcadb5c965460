import Foundation
import Links
import Profiles

/// Reads `link:` of a device: TCP, where one side listens, or a serial line.
final class LinkReader {
    /// How long `idle` may be. Shorter, and a device between two samples would be cut off; longer, and nobody needs it.
    static let idleRange = Duration.seconds(1)...Duration.seconds(30 * 86_400)

    private let plan: ListenPlan
    private let tls: TLSReader
    /// Who has which serial port, and where that is written.
    private var serialPorts: [String: (device: String, line: Int)] = [:]

    init(plan: ListenPlan, tls: TLSReader) {
        self.plan = plan
        self.tls = tls
    }

    /// The link of a device; what is wrong is noted.
    func link(_ value: YAMLValue, of device: String) -> DeviceLink? {
        value.map { map in
            map.one(of: ["tcp", "serial"]).flatMap { kind, value in
                kind == "tcp" ? tcp(value, of: device) : serial(value, of: device)
            }
        } ?? nil
    }

    // MARK: - TCP

    private func tcp(_ value: YAMLValue, of device: String) -> DeviceLink? {
        value.map { map in
            let end = map.one(of: ["listen", "connect"])
            let idle = map["idle"]?.duration(in: Self.idleRange)
            guard let end else {
                map.abandon()
                return nil
            }
            return end.key == "listen"
                ? listen(end.value, map, idle, device) : connect(end.value, map, idle)
        } ?? nil
    }

    private func listen(_ value: YAMLValue, _ map: YAMLMap, _ idle: Duration?, _ device: String) -> DeviceLink? {
        let allowValue = map["allow"]
        let allow = allowValue?.list(allowsSingle: true, of: range) ?? []
        // Nobody means nobody when he writes an empty list, and it would let anybody in.
        if let allowValue, allow.isEmpty, allowValue.list(allowsSingle: true, of: { $0 })?.isEmpty == true {
            allowValue.mistake(
                "an empty list lets nobody in; name the device's address, or leave `allow` out for anybody")
        }
        let oneConnection = map["one_connection"]?.bool() ?? false
        let tls = map["tls"].flatMap(tls.server)
        guard let address = ConfigurationReader.address(value) else { return nil }
        plan.add(address, for: "device \(device)", at: value, allow: allow, allowAt: allowValue)
        var link = TCPListenLink(host: address.host, port: address.port, allow: allow)
        (link.oneConnection, link.idle, link.tls) = (oneConnection, idle, tls)
        return .tcpListen(link)
    }

    private func connect(_ value: YAMLValue, _ map: YAMLMap, _ idle: Duration?) -> DeviceLink? {
        let tls = map["tls"].flatMap(tls.client)
        guard let address = ConfigurationReader.address(value) else { return nil }
        if address.port == 0 { return value.wrong("port 0 cannot be connected to; write the device's port") }
        var link = TCPConnectLink(host: address.host, port: address.port)
        (link.idle, link.tls) = (idle, tls)
        return .tcpConnect(link)
    }

    private func range(_ value: YAMLValue) -> AddressRange? {
        guard let text = value.name() else { return nil }
        return AddressRange(text)
            ?? value.wrong("'\(text)' is neither an IP address nor a range of them; write 10.0.0.21 or 10.0.0.0/24")
    }

    // MARK: - Serial

    private func serial(_ value: YAMLValue, of device: String) -> DeviceLink? {
        value.map { map in
            let port = map.require("port").flatMap { portName($0, of: device) }
            var link = SerialLink(port: port ?? "")
            if let baud = map["baud"].flatMap(rate) { link.baud = baud }
            if let bits = map["data_bits"]?.integer(in: 5...8) { link.dataBits = bits }
            if let parity = map["parity"]?.choice(of: SerialLink.Parity.self) { link.parity = parity }
            if let bits = map["stop_bits"]?.integer(in: 1...2) { link.stopBits = bits }
            if let flow = map["flow"]?.choice(of: SerialLink.Flow.self) { link.flow = flow }
            return port == nil ? nil : .serial(link)
        } ?? nil
    }

    private func portName(_ value: YAMLValue, of device: String) -> String? {
        guard let port = value.name() else { return nil }
        guard port.hasPrefix("/") else {
            return value.wrong(
                "'\(port)' is no path; write it whole, such as /dev/serial/by-id/…: `labrador ports` shows what there is"
            )
        }
        let place = URL(fileURLWithPath: port).resolvingSymlinksInPath().path
        if let other = serialPorts[place] {
            value.mistake("'\(port)' is taken: it is the port of device \(other.device) (line \(other.line))")
        } else {
            serialPorts[place] = (device, value.line)
        }
        return port
    }

    private func rate(_ value: YAMLValue) -> Int? {
        guard let baud = value.integer(in: 300...921_600) else { return nil }
        return SerialLink.bauds.contains(baud)
            ? baud
            : value.wrong(
                "\(baud) is no usual rate; possible: \(SerialLink.bauds.map { String($0) }.joined(separator: ", "))")
    }
}
