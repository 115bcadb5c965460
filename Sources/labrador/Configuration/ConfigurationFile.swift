import Foundation
import Profiles

/// Finds and reads the configuration file (contract, sections 2 and 3).
enum ConfigurationFile {
    static let installed = "/etc/labrador/labrador.yaml"

    /// The file to use: the one given, else `labrador.yaml` in the working directory, else the installed one.
    static func path(_ given: String?) throws -> String {
        if let path = given ?? found { return path }
        throw CommandFailure(
            "There is no labrador.yaml here and no \(installed). Name a configuration with --config FILE.", code: 2)
    }

    /// The one that is taken when none is named; nil when there is none.
    static var found: String? {
        ["labrador.yaml", installed].first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Reads it.
    ///
    /// - Parameters:
    ///   - opensFiles: Whether the files it names are looked at as well (`ConfigurationReader.opensFiles`).
    ///   - passesOverProfiles: Whether mistakes inside profiles do not matter.
    ///   - readsProfilesOnly: Whether only what commands about profiles need is read.
    static func load(
        _ given: String?, opensFiles: Bool = false, passesOverProfiles: Bool = false, readsProfilesOnly: Bool = false
    ) throws -> Configuration {
        let path = try path(given)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path):1: this file cannot be read; does it exist, and may you read it?")
        }
        do throws(ConfigurationMistakes) {
            let reader = ConfigurationReader(
                file: path, opensFiles: opensFiles, passesOverProfiles: passesOverProfiles,
                readsProfilesOnly: readsProfilesOnly)
            return try reader.read(String(decoding: data, as: UTF8.self))
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
