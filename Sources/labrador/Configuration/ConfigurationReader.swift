import Core
import Foundation
import Links
import Profiles

/// Reads `labrador.yaml`: every mistake at once, each with its line and the remedy.
struct ConfigurationReader {
    /// The file's name in messages.
    let file: String

    /// Reads a configuration's text.
    func read(_ text: String) throws(ConfigurationMistakes) -> Configuration {
        try YAMLDocument.read(text: text, file: file) { map in
            var configuration = Configuration()
            if let facility = map["facility"] { configuration.facility = Self.facility(facility) }
            if let store = map["store"] { configuration.storePath = Self.storePath(store) ?? configuration.storePath }
            if let api = map["api"] {
                _ = api.map { map in
                    if let listen = map["listen"].flatMap(Self.address) { configuration.api = listen }
                    configuration.apiHostNames = map["host_names"]?.list(allowsSingle: true) { $0.name() } ?? []
                }
            }
            if let orders = map["orders"] { configuration.ordersHL7 = Self.ordersHL7(orders) }
            configuration.profileFolders = ProfileLibrary.standardDirectories(
                configured: map["profiles"]?.list(allowsSingle: true) { $0.name() } ?? [], configurationFile: file)
            let library = ProfileLibrary(directories: configuration.profileFolders)
            if let devices = map["devices"] { configuration.devices = DeviceReader(library: library).devices(devices) }
            if let dicom = map["dicom"] { configuration.dicom = DICOMReader.section(dicom) }
            if let destinations = map["destinations"] {
                configuration.destinations = Self.destinations(destinations)
            }
            return configuration
        }
    }

    private static func facility(_ value: YAMLValue) -> Facility {
        value.map { map in
            var facility = Facility()
            if let name = map["name"]?.name() { facility.name = name }
            if let zone = map["time_zone"], let text = zone.name() {
                if TimeZone(identifier: text) == nil {
                    zone.mistake("'\(text)' is no time zone; write an IANA name such as Asia/Kolkata")
                }
                facility.timeZone = text
            }
            if let system = map["mrn_system"]?.name() { facility.mrnSystem = system }
            if let system = map["accession_system"]?.name() { facility.accessionSystem = system }
            for (key, entry) in map["authorities"]?.entries() ?? [] {
                if let system = entry.name() { facility.authorities[key] = system }
            }
            return facility
        } ?? Facility()
    }

    private static func storePath(_ value: YAMLValue) -> String? {
        value.map { map in
            if let postgres = map["postgres"] {
                postgres.mistake("PostgreSQL is not supported yet; remove it to use the embedded store in `path`")
            }
            return map.require("path")?.name()
        } ?? nil
    }

    private static func ordersHL7(_ value: YAMLValue) -> SocketAddressText? {
        value.map { map in
            map["hl7"].flatMap { $0.map { map in map.require("listen").flatMap(address) } ?? nil }
        } ?? nil
    }

    private static func destinations(_ value: YAMLValue) -> [DestinationSection] {
        var seen: Set<String> = []
        return value.list { entry in
            entry.map { map in destination(map, &seen) } ?? nil
        } ?? []
    }

    private static func destination(_ map: YAMLMap, _ seen: inout Set<String>) -> DestinationSection? {
        let id = map.require("id")
        let name = id?.name()
        if let name, !seen.insert(name).inserted { id?.mistake("'\(name)' names two destinations; ids must differ") }
        for kind in ["hl7", "rest"] {
            map[kind]?.mistake("destinations of this kind are not supported yet; use `fhir`")
        }
        guard let fhir = map.require("fhir"), let name else { return nil }
        return fhir.map { map in
            let url = map.require("url")
            let text = url?.name() ?? ""
            let parsed = URLComponents(string: text)
            if !text.isEmpty, parsed?.host?.isEmpty != false || !["http", "https"].contains(parsed?.scheme ?? "") {
                url?.mistake("'\(text)' is no web address; write https://HOST/PATH")
            }
            return DestinationSection(
                id: DestinationID(name), url: text, tokenFile: map["token_file"]?.name(),
                trustFile: map["trust_file"]?.name(),
                concurrency: map["concurrency"]?.integer(in: 1...64) ?? 8)
        }
    }

    /// Reads `HOST:PORT`.
    static func address(_ value: YAMLValue) -> SocketAddressText? {
        guard let text = value.name() else { return nil }
        return SocketAddressText(text)
            ?? value.wrong("'\(text)' is not HOST:PORT; write 127.0.0.1:8080, or port 0 for any free one")
    }
}
