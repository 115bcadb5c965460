import Core
import Links
import Profiles

/// Reads `devices:`.
struct DeviceReader {
    let library: ProfileLibrary
    let plan: ListenPlan

    /// The devices that are right; what is wrong is noted.
    func devices(_ value: YAMLValue) -> [DeviceConfiguration] {
        var seen: Set<String> = []
        return value.list { entry in
            entry.map { map in device(map, &seen) } ?? nil
        } ?? []
    }

    private func device(_ map: YAMLMap, _ seen: inout Set<String>) -> DeviceConfiguration? {
        let id = map.require("id")
        let name = id.flatMap(ConfigurationReader.id)
        if let name, !seen.insert(name).inserted { id?.mistake("'\(name)' names two devices; ids must differ") }
        if name == "orders" { id?.mistake("'orders' is the name of the order listener; choose another") }
        let profile = map.require("profile").flatMap(profile)
        let link = map.require("link").flatMap { self.link($0, of: name ?? "") }
        guard let name, let profile, let link else { return nil }
        return DeviceConfiguration(id: DeviceID(name), profile: profile, link: link)
    }

    private func profile(_ value: YAMLValue) -> Profile? {
        guard let id = value.name() else { return nil }
        do throws(ConfigurationMistakes) {
            return try library.profile(id: id)
        } catch {
            for mistake in error.mistakes {
                // A mistake inside a profile keeps its own file and line; an unknown id stands here.
                value.mistake(mistake.file == id ? mistake.what : "profile '\(id)' is wrong: \(mistake)")
            }
            return nil
        }
    }

    private func link(_ value: YAMLValue, of device: String) -> DeviceLink? {
        value.map { map in
            let serial = map["serial"]
            serial?.mistake("serial links are not supported yet; use `tcp: { listen: HOST:PORT }`")
            return (serial == nil ? map.require("tcp") : map["tcp"]).flatMap { tcp($0, of: device) }
        } ?? nil
    }

    private func tcp(_ value: YAMLValue, of device: String) -> DeviceLink? {
        value.map { map in
            let connect = map["connect"]
            connect?.mistake("connecting to a device is not supported yet; use `listen: HOST:PORT`")
            let allow = map["allow"]?.list(allowsSingle: true, of: range) ?? []
            guard let listen = connect == nil ? map.require("listen") : map["listen"],
                let address = ConfigurationReader.address(listen)
            else { return nil }
            plan.add(address, for: "device \(device)", at: listen)
            return .tcpListen(host: address.host, port: address.port, allow: allow)
        } ?? nil
    }

    private func range(_ value: YAMLValue) -> AddressRange? {
        guard let text = value.name() else { return nil }
        return AddressRange(text)
            ?? value.wrong("'\(text)' is neither an IP address nor a range of them; write 10.0.0.21 or 10.0.0.0/24")
    }
}
