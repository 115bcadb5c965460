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
            lines.append("radiology    \(dicom.aeTitle) on \(dicom.listen), worklist scope \(dicom.scope)")
            for modality in dicom.modalities {
                lines.append("modality     \(modality.id): \(modality.aeTitle), \(modality.modality)")
            }
        }
        for destination in configuration.destinations {
            lines.append("destination  \(destination.id): FHIR at \(destination.url)")
        }
        if configuration.destinations.isEmpty { lines.append("destination  none: results are stored, not sent") }
        return lines
    }
}
