import ArgumentParser
import Foundation
import Profiles

/// `labrador profile show ID`.
struct ProfileShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints a profile's file, or what holds once it is laid over others.")

    @Argument(help: "The profile's id.")
    var id: String

    @Flag(help: "What holds after `extends` and the protocol's standard, and from which file it came.")
    var resolved = false

    @OptionGroup var folders: ProfileFolders

    func run() throws {
        let profiles = try folders.load()
        guard let entry = profiles.library.entries.first(where: { $0.id == id }) else {
            _ = try profiles.profile(id)
            return
        }
        var mistakes: CommandFailure?
        do throws(ConfigurationMistakes) {
            if resolved { return say(try profiles.library.resolvedText(id: id)) }
            _ = try profiles.library.profile(id: id)
        } catch {
            mistakes = CommandFailure(error.description)
        }
        guard let data = FileManager.default.contents(atPath: entry.file) else {
            throw CommandFailure("The file of profile \(id) cannot be read.")
        }
        // Not a part of what is printed: that may go into a file, to start a profile of one's own.
        printError("# \(entry.file)")
        StandardOutput.write(Array(data))
        // After the file, so that a person at a terminal still sees them.
        if let mistakes { throw mistakes }
    }
}
