import ArgumentParser
import Core
import Links
import Profiles

/// `labrador check`: reads configuration and profiles, says what would run, or every mistake.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Says what a configuration would run, or what is wrong.")

    @Option(help: "The configuration file.")
    var config: String?

    func run() throws {
        let configuration = try ConfigurationFile.load(config, opensFiles: true)
        for line in Self.summary(of: configuration) { print(line) }
    }

    static func summary(of configuration: Configuration) -> [String] {
        var lines = [
            "facility     \(configuration.facility.name), \(configuration.facility.timeZone)",
            "store        \(configuration.storePath) (embedded SQLite)",
            "console      http://\(configuration.api)/",
        ]
        if let orders = configuration.ordersHL7 { lines.append("orders       HL7 over MLLP on \(orders)") }
        for device in configuration.devices {
            lines.append("device       \(device.id): \(device.profile.id), \(device.link.words)")
        }
        if let dicom = configuration.dicom {
            lines.append("radiology    \(dicom.aeTitle) on \(dicom.listen), worklist\(dicom.worklist.words)")
            if let tls = dicom.tls { lines.append("radiology    \(dicom.aeTitle) over \(tls.words)") }
            for modality in dicom.modalities {
                let address = modality.host.isEmpty ? "" : " at \(authority(modality.host, modality.port))"
                lines.append(
                    "modality     \(modality.id): \(modality.aeTitle), \(modality.modality)\(address)"
                        + "\(modality.rules.words)\(modality.worklistWords)")
            }
            for rule in dicom.stationRules { lines.append("station      \(rule.words)") }
        }
        for forward in configuration.dicom?.mpps.forwards ?? [] {
            lines.append(
                "forward      \(forward.destination): procedure steps to \(forward.aeTitle) at "
                    + "\(forward.host):\(forward.port)")
        }
        for destination in configuration.destinations {
            lines.append("destination  \(destination.id): FHIR at \(destination.url)")
        }
        if configuration.destinations.isEmpty { lines.append("destination  none: results are stored, not sent") }
        return lines
    }
}

extension StationRule {
    /// Which orders go to which stations.
    fileprivate var words: String {
        let orders = [modality, location.map { "at \($0)" }, procedure.map { "procedure \($0)" }].compactMap { $0 }
        return "\(orders.joined(separator: ", ")) goes to \(stationAEs.joined(separator: " or "))"
    }
}
