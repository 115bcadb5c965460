import ArgumentParser
import Profiles

/// `labrador profile`: the device library.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract:
            "The device profiles: list and print them, find the one for a recording, begin a new one, run their test cases.",
        subcommands: [ProfileList.self, ProfileShow.self, ProfileIdentify.self, ProfileNew.self, ProfileTest.self])
}

/// Where profile commands look.
struct ProfileFolders: ParsableArguments {
    @Option(help: "Profile folders to search first.")
    var profiles: [String] = []

    @Option(help: "A configuration, for its profile folders; without --profiles the usual one, if there is one.")
    var config: String?

    func load() throws -> CommandProfiles { try CommandProfiles(folders: profiles, config: config) }
}

/// `labrador profile test [DIR…]`.
struct ProfileTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the test cases of every profile, or of those in the folders given.")

    @Argument(help: "Profile folders, a maker's folder in one, or a profile's own; by default the usual ones.")
    var directories: [String] = []

    @Flag(help: "Also runs the cases of the profiles that a profile is laid over, and of those it overrides.")
    var withBase = false

    @Flag(help: "Writes what comes out over what was expected, and shows what it changes.")
    var update = false

    func run() throws {
        let usual = ProfileLibrary.standardDirectories(configured: [], configurationFile: nil)
        let library =
            directories.isEmpty
            ? ProfileLibrary(directories: usual) : ProfileLibrary(insideOrAt: directories, bases: usual)
        if library.entries.isEmpty {
            throw CommandFailure(
                "No profile was found in \(library.directories.joined(separator: ", ")). A profile is a folder "
                    + "MAKER/MODEL with a profile.yaml in it.")
        }
        let report = library.test(withBase: withBase, update: update)
        say(Decode.withoutControls(report.text))
        if !report.isGood { throw CommandFailure("") }
    }
}
