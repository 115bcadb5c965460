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

    @Option(help: "A configuration, for its profile folders; without --profiles the usual one, if there is one.")
    var config: String?

    func load() throws -> CommandProfiles { try CommandProfiles(folders: profiles, config: config) }
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
        // Not a part of what is printed: that may go into a file, to start a profile of one's own.
        printError("# \(entry.file)")
        StandardOutput.write(Array(data))
    }
}

/// `labrador profile test [DIR…]`.
struct ProfileTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the test cases of every profile, or of those in the folders given.")

    @Argument(help: "Profile folders, a maker's folder in one, or a profile's own; by default the usual ones.")
    var directories: [String] = []

    func run() throws {
        let library =
            directories.isEmpty
            ? ProfileLibrary(
                directories: ProfileLibrary.standardDirectories(configured: [], configurationFile: nil))
            : ProfileLibrary(insideOrAt: directories)
        if library.entries.isEmpty {
            throw CommandFailure(
                "No profile was found in \(library.directories.joined(separator: ", ")). A profile is a folder "
                    + "MAKER/MODEL with a profile.yaml in it.")
        }
        let report = library.test()
        say(report.text)
        if !report.isGood { throw CommandFailure("") }
    }
}
