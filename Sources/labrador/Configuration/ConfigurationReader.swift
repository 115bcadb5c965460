import Console
import Core
import Foundation
import Profiles

/// Reads `labrador.yaml`: every mistake at once, each with its line and the remedy.
struct ConfigurationReader {
    /// The file's name in messages.
    let file: String
    /// Whether files with tokens and certificates are opened to see that they are of use: `serve` and `check` need that,
    /// a listing command has no business with them.
    var opensFiles = false
    /// Mistakes inside profiles are passed over and their devices left out: a command that only asks the running daemon has
    /// no business with them, and one that says what is wrong with a profile must work while one is wrong.
    var passesOverProfiles = false
    /// Only the hospital and the profile folders are of interest: what else is wrong is passed over, so that profiles can
    /// be looked at while the configuration is being written.
    var readsProfilesOnly = false

    /// Reads a configuration's text.
    func read(_ text: String) throws(ConfigurationMistakes) -> Configuration {
        try YAMLDocument.read(text: text, file: file) { map in
            var configuration = Configuration()
            if let facility = map["facility"] { configuration.facility = Self.facility(facility) }
            configuration.profileFolders = profileFolders(map["profiles"])
            if readsProfilesOnly {
                map.abandon()
                return configuration
            }
            if let store = map["store"] { configuration.storePath = Self.storePath(store) ?? configuration.storePath }
            let plan = ListenPlan()
            Self.readAPI(map["api"], into: &configuration, plan)
            if let orders = map["orders"] { configuration.ordersHL7 = Self.ordersHL7(orders, plan) }
            let library = ProfileLibrary(directories: configuration.profileFolders)
            if let devices = map["devices"] {
                configuration.devices =
                    DeviceReader(
                        library: library, plan: plan, opensFiles: opensFiles, passesOverProfiles: passesOverProfiles
                    ).devices(devices)
            }
            if let dicom = map["dicom"] {
                configuration.dicom = DICOMReader(plan: plan, opensFiles: opensFiles).section(dicom)
            }
            if let destinations = map["destinations"] {
                configuration.destinations = DestinationReader(opensFiles: opensFiles).destinations(destinations)
            }
            Self.noteForwardClashes(configuration, map["destinations"])
            plan.noteClashes()
            return configuration
        }
    }

    /// The queue knows receivers of procedure steps and destinations by one name.
    private static func noteForwardClashes(_ configuration: Configuration, _ value: YAMLValue?) {
        let forwards = Set((configuration.dicom?.mpps.forwards ?? []).map(\.destination))
        for destination in configuration.destinations where forwards.contains(destination.id) {
            value?.mistake("'\(destination.id)' also names a receiver under dicom.mpps.forward; ids must differ")
        }
    }

    private static func facility(_ value: YAMLValue) -> Facility {
        value.map { map in
            var facility = Facility()
            if let name = map["name"]?.name() { facility.name = name }
            if let zone = map["time_zone"], let text = zone.name() {
                // Abbreviations are known too, and mean different places to different people (IST).
                if TimeZone(identifier: text) == nil || !(text.contains("/") || ["UTC", "GMT"].contains(text)) {
                    zone.mistake("'\(text)' is no time zone; write an IANA name such as Asia/Kolkata")
                }
                facility.timeZone = text
            }
            if let system = map["mrn_system"]?.name() { facility.mrnSystem = system }
            if let system = map["accession_system"]?.name() { facility.accessionSystem = system }
            if let system = map["test_system"]?.name() { facility.testSystem = system }
            for (key, entry) in map["authorities"]?.entries() ?? [] {
                if let system = entry.name() { facility.authorities[key] = system }
            }
            return facility
        } ?? Facility()
    }

    private static func readAPI(_ value: YAMLValue?, into configuration: inout Configuration, _ plan: ListenPlan) {
        let listen: YAMLValue? =
            value?.map { map in
                configuration.apiHostNames = map["host_names"]?.list(allowsSingle: true) { $0.name() } ?? []
                return map["listen"]
            } ?? nil
        if let address = listen.flatMap(address) { configuration.api = address }
        plan.add(configuration.api, for: "the console", at: listen)
    }

    private static func storePath(_ value: YAMLValue) -> String? {
        value.map { map in
            if let postgres = map["postgres"] {
                postgres.mistake("PostgreSQL is not supported yet; remove it to use the embedded store in `path`")
            }
            guard let value = map.require("path"), let path = value.name() else { return nil }
            let limit = ControlSocketFile.maximumFolderBytes
            if path.utf8.count > limit {
                value.mistake(
                    "this path has \(path.utf8.count) bytes; at most \(limit) are possible, because the control socket "
                        + "stands in this folder and Linux limits the names of sockets")
            }
            return path
        } ?? nil
    }

    private static func ordersHL7(_ value: YAMLValue, _ plan: ListenPlan) -> SocketAddressText? {
        value.map { map in
            map["hl7"].flatMap { $0.map { map in orderListener(map.require("listen"), plan) } ?? nil }
        } ?? nil
    }

    private static func orderListener(_ value: YAMLValue?, _ plan: ListenPlan) -> SocketAddressText? {
        guard let value, let address = address(value) else { return nil }
        plan.add(address, for: "the order listener", at: value)
        return address
    }
}
