import ArgumentParser
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

    @Option(
        help:
            "A configuration, for its profile folders and time zone; without --profiles the usual one, if there is one."
    )
    var config: String?

    @Option(help: "Profile folders to search first.")
    var profiles: [String] = []

    func run() throws {
        let library = try CommandProfiles(folders: profiles, config: config)
        let report = try library.profile(profile).decode(try InputFile.read(capture), facility: library.facility)
        switch format {
        case .json: say(report.json.indented)
        case .text: say(report.text)
        }
        if report.unreadable != nil { throw CommandFailure("") }
    }
}
