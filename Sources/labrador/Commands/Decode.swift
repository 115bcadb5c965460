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

    @Flag(help: "Lists every field of every record with what it was used for, not only those used by nothing.")
    var fields = false

    @Option(
        help:
            "A configuration, for its profile folders and time zone; without --profiles the usual one, if there is one."
    )
    var config: String?

    @Option(help: "Profile folders to search first.")
    var profiles: [String] = []

    func run() throws {
        let library = try CommandProfiles(folders: profiles, config: config)
        let report = try library.profile(profile).decode(try InputFile.recording(capture), facility: library.facility)
        switch format {
        case .json: say(report.json.indented)
        // What a device sent must not drive the terminal.
        case .text: say(Self.withoutControls(report.text(width: TerminalWidth.current, fields: fields)))
        }
        if report.unreadable != nil { throw CommandFailure("") }
    }

    /// Control characters, but for line ends, as a dot.
    static func withoutControls(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            shown.append(isControl && scalar != "\n" ? "\u{B7}" : scalar)
        }
        return String(shown)
    }
}
