import ArgumentParser
import Core
import Foundation
import Profiles

/// `labrador decode`: what a recording means, without a daemon.
struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what a recording means to a profile: records, observations, and what would be held and why.")

    /// How the answer is written.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(help: "The recording, framed or not; - for standard input.")
    var capture: String

    @Option(help: "The profile to read it with.")
    var profile: String

    @Option(help: "text or json.")
    var format = Format.text

    @Option(help: "A configuration, for its profile folders and time zone.")
    var config: String?

    @Option(help: "Profile folders to search first.")
    var profiles: [String] = []

    func run() throws {
        let settings = try config.map { try ConfigurationFile.load($0) }
        let library = CommandProfiles(extra: profiles, configuration: settings)
        let report = try library.profile(profile)
            .decode(try Self.read(capture), facility: settings?.facility ?? Facility())
        switch format {
        case .json: FileHandle.standardOutput.write(Data(report.json.indented.utf8))
        case .text: FileHandle.standardOutput.write(Data(report.text.utf8))
        }
        if report.unreadable != nil { throw CommandFailure("") }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read; does it exist, and may you read it?")
        }
        return Array(data)
    }
}

/// The profiles a command can name.
struct CommandProfiles {
    let library: ProfileLibrary

    /// Folders given on the command line come first, then those of the configuration, else the usual ones.
    init(extra: [String], configuration: Configuration? = nil) {
        let usual =
            configuration?.profileFolders
            ?? ProfileLibrary.standardDirectories(configured: [], configurationFile: nil)
        library = ProfileLibrary(directories: extra + usual)
    }

    /// A profile, or the reason why there is none.
    func profile(_ id: String) throws -> Profile {
        do throws(ConfigurationMistakes) {
            return try library.profile(id: id)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    /// The recordings of a profile's test cases.
    func recordings(of id: String) throws -> [[UInt8]] {
        guard let entry = library.entries.first(where: { $0.id == id }) else { return [] }
        return try ProfileCase.cases(of: entry).map { test in
            do throws(CaseFault) {
                return try test.capture().bytes
            } catch {
                throw CommandFailure(error.what)
            }
        }
    }
}
