import Core
import Links
import Profiles

/// Reads `devices:`.
struct DeviceReader {
    let library: ProfileLibrary
    let plan: ListenPlan
    /// Whether files with certificates and keys are opened to see that they are of use.
    let opensFiles: Bool
    /// Whether mistakes inside profiles are passed over.
    var passesOverProfiles = false

    /// The devices that are right; what is wrong is noted.
    func devices(_ value: YAMLValue) -> [DeviceConfiguration] {
        var seen: Set<String> = []
        let links = LinkReader(plan: plan, tls: TLSReader(opensFiles: opensFiles))
        return value.list { entry in
            entry.map { map in device(map, &seen, links) } ?? nil
        } ?? []
    }

    private func device(_ map: YAMLMap, _ seen: inout Set<String>, _ links: LinkReader) -> DeviceConfiguration? {
        let id = map.require("id")
        let name = id.flatMap(ConfigurationReader.id)
        if let name, !seen.insert(name).inserted { id?.mistake("'\(name)' names two devices; ids must differ") }
        if name == "orders" { id?.mistake("'orders' is the name of the order listener; choose another") }
        let profile = map.require("profile").flatMap(profile)
        let link = map.require("link").flatMap { links.link($0, of: name ?? "") }
        let orders = map["orders"]
        let word = orders?.choice(of: OrdersWord.self)
        guard let name, let profile, let link else { return nil }
        var device = DeviceConfiguration(id: DeviceID(name), profile: profile, link: link)
        if word == .download {
            if !profile.canDownload {
                let otherwise = profile.answersQueries ? "; it gets them when it asks" : "; remove it"
                orders?.mistake(
                    "profile '\(profile.id)' does not say how orders are sent to this analyser\(otherwise)")
            }
            device.isToldOfOrders = true
        }
        return device
    }

    private func profile(_ value: YAMLValue) -> Profile? {
        guard let id = value.name() else { return nil }
        do throws(ConfigurationMistakes) {
            return try library.profile(id: id)
        } catch {
            if passesOverProfiles { return nil }
            // A mistake inside a profile keeps its own file and line; an unknown id stands here.
            for mistake in error.mistakes where mistake.file == id { value.mistake(mistake.what) }
            value.adopt(error.mistakes.filter { $0.file != id })
            return nil
        }
    }
}

/// The words of `orders`: when an analyser hears of orders.
private enum OrdersWord: String, CaseIterable {
    /// When it asks.
    case query
    /// As soon as they come, and when it asks.
    case download
}
