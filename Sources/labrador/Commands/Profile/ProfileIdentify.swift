import ArgumentParser
import Profiles

/// `labrador profile identify CAPTURE`.
struct ProfileIdentify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify", abstract: "Says which profiles explain a recording, the best first, and why.")

    @Argument(help: "The recording, framed or not; - for standard input.")
    var capture: String

    @Flag(help: "All profiles, as JSON.")
    var json = false

    @OptionGroup var folders: ProfileFolders

    func run() throws {
        let profiles = try folders.load()
        let answer = profiles.library.identify(try InputFile.recording(capture), facility: profiles.facility)
        if json {
            say(answer.json.indented)
        } else {
            say(Decode.withoutControls(answer.text(width: TerminalWidth.current)))
        }
        if let missing = profiles.library.missingShipped { printError(missing) }
        if answer.fits.isEmpty { throw CommandFailure("") }
    }
}
