import Core
import Links
import Profiles

/// Reads `devices:`.
struct DeviceReader {
    let library: ProfileLibrary

    /// The devices that are right; what is wrong is noted.
    func devices(_ value: YAMLValue) -> [DeviceConfiguration] {
        var seen: Set<String> = []
        return value.list { entry in
            entry.map { map in device(map, &seen) } ?? nil
        } ?? []
    }

    private func device(_ map: YAMLMap, _ seen: inout Set<String>) -> DeviceConfiguration? {
        let id = map.require("id")
        let name = id?.name()
        if let name, !seen.insert(name).inserted { id?.mistake("'\(name)' names two devices; ids must differ") }
        if name == "orders" { id?.mistake("'orders' is the name of the order listener; choose another") }
        let profile = map.require("profile").flatMap(profile)
        let link = map.require("link").flatMap(link)
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

    private func link(_ value: YAMLValue) -> DeviceLink? {
        value.map { map in
            map["serial"]?.mistake("serial links are not supported yet; use `tcp: { listen: HOST:PORT }`")
            return map.require("tcp").flatMap(tcp)
        } ?? nil
    }

    private func tcp(_ value: YAMLValue) -> DeviceLink? {
        value.map { map in
            map["connect"]?.mistake("connecting to a device is not supported yet; use `listen: HOST:PORT`")
            let allow = map["allow"]?.list(allowsSingle: true) { $0.name() } ?? []
            guard let address = map.require("listen").flatMap(ConfigurationReader.address) else { return nil }
            return .tcpListen(host: address.host, port: address.port, allow: allow)
        } ?? nil
    }
}
