import ArgumentParser
import Foundation
import Profiles

/// `labrador profile`: the device library.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "The device profiles: list them, print one, run their test cases.",
        subcommands: [ProfileList.self, ProfileShow.self, ProfileTest.self])
}

/// Where profile commands look.
struct ProfileFolders: ParsableArguments {
    @Option(help: "Profile folders to search first.")
    var profiles: [String] = []

    @Option(help: "A configuration, for its profile folders.")
    var config: String?

    func load() throws -> CommandProfiles {
        CommandProfiles(extra: profiles, configuration: try config.map { try ConfigurationFile.load($0) })
    }
}

/// `labrador profile list`.
struct ProfileList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Every profile that can be found.")

    @OptionGroup var folders: ProfileFolders

    func run() throws {
        let entries = try folders.load().library.list()
        let width = entries.map(\.id.count).max() ?? 0
        for entry in entries {
            let padding = String(repeating: " ", count: width - entry.id.count)
            print("\(entry.id)\(padding)  \(entry.name ?? "cannot be read; see labrador profile show \(entry.id)")")
        }
        if entries.isEmpty { throw CommandFailure("No profile was found.") }
    }
}

/// `labrador profile show ID`.
struct ProfileShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Prints a profile's file.")

    @Argument(help: "The profile's id.")
    var id: String

    @OptionGroup var folders: ProfileFolders

    func run() throws {
        let profiles = try folders.load()
        // Reading it first says what is wrong with it, if anything is.
        _ = try profiles.profile(id)
        guard let entry = profiles.library.entries.first(where: { $0.id == id }),
            let data = FileManager.default.contents(atPath: entry.file)
        else { throw CommandFailure("The file of profile \(id) cannot be read.") }
        print("# \(entry.file)")
        FileHandle.standardOutput.write(data)
    }
}

/// `labrador profile test [DIR…]`.
struct ProfileTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the test cases of every profile, or of those in the folders given.")

    @Argument(help: "Profile folders; by default the usual ones.")
    var directories: [String] = []

    func run() throws {
        let library =
            directories.isEmpty
            ? CommandProfiles(extra: []).library : ProfileLibrary(directories: directories)
        if library.entries.isEmpty {
            throw CommandFailure("No profile was found in \(library.directories.joined(separator: ", ")).")
        }
        let report = library.test()
        FileHandle.standardOutput.write(Data(report.text.utf8))
        if !report.isGood { throw CommandFailure("") }
    }
}
