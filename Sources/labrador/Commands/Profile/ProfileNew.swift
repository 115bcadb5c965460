import ArgumentParser
import Console
import Core
import Foundation
import Profiles

/// `labrador profile new [CAPTURE]`.
struct ProfileNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Proposes a profile by what a recording shows; asks for what is not given.")

    @Argument(help: "The recording, framed or not; - for standard input.")
    var capture: String?

    @Option(help: "The id: maker, hyphen, model (horiba-yumizen-h500).")
    var id: String?

    @Option(help: "The name for people; by default made of the id.")
    var name: String?

    @Option(help: "The folder that gets MAKER/MODEL; profiles if none is given.")
    var output: String?

    @OptionGroup var folders: ProfileFolders

    func run() throws {
        let file = try Question.value(capture, "a recording of the device", option: "CAPTURE")
        let written = try Question.value(id, "the profile's id, MAKER-MODEL", option: "--id")
        guard let id = ProfileID(written) else {
            throw CommandFailure(
                "'\(Decode.withoutControls(written))' is no profile id. Write maker, hyphen, model in small letters and digits, "
                    + "for example horiba-yumizen-h500.", code: 2)
        }
        let name = try Question.value(name, "the name for people", option: "--name", proposal: id.name)
        let output = try Question.value(output, "the folder to put it into", option: "--output", proposal: "profiles")
        let folder = "\(output)/\(id.vendor)/\(id.model)"
        if FileManager.default.fileExists(atPath: folder) {
            throw CommandFailure(
                "\(folder) is there already, and nothing is overwritten. Choose another --id or --output.")
        }
        let profiles = try folders.load()
        if let there = profiles.library.entries.first(where: { $0.id == written }) {
            throw CommandFailure(
                "There is a profile \(written) in \(there.directory) already, and a new one of that id would hide it. Choose "
                    + "another --id; to change a few things only, write a small profile with `extends: \(written)`.")
        }
        let bytes = try InputFile.recording(file)
        let known = profiles.library.readAll().compactMap { try? $0.profile.get() }
        let fitting = Identification(of: bytes, among: known, facility: profiles.facility).best
            .filter { $0.mark != .differs }.map(\.id)
        do {
            let proposal = try ProfileProposal(bytes, name: name, profiles: known, fitting: fitting)
            try write(proposal, written, to: folder)
        } catch let mistake as CaptureMistake {
            throw CommandFailure("\(file): \(mistake)")
        }
    }

    private func write(_ proposal: ProfileProposal, _ id: String, to folder: String) throws {
        var files = ["profile.yaml", "README.md"]
        try put(Array(proposal.yaml.utf8), folder, files[0])
        try put(Array(proposal.readme.utf8), folder, files[1])
        var mistakes: [String] = []
        if let recording = proposal.recording {
            let place = "testcases/first-recording/"
            files.append(place + recording.file)
            try put(recording.bytes, folder, place + recording.file)
            do throws(ConfigurationMistakes) {
                let profile = try ProfileLibrary.read(text: proposal.yaml, id: id, file: folder + "/profile.yaml")
                let expected = profile.expectation(of: recording.bytes)
                files.append(place + (expected.isRefusal ? "expected-error.txt" : "expected.json"))
                try put(Array(expected.text.utf8), folder, files[files.count - 1])
            } catch {
                mistakes.append(error.description)
            }
        }
        let width = TerminalWidth.current
        let text =
            files.map { "\(folder)/\($0)\n" }.joined()
            + (proposal.remarks + [next(folder, id)]).map {
                "\n" + wrapped($0, width: width).joined(separator: "\n") + "\n"
            }.joined()
        say(Decode.withoutControls(text))
        if !mistakes.isEmpty { throw CommandFailure(mistakes.joined(separator: "\n")) }
    }

    private func next(_ folder: String, _ id: String) -> String {
        "Next: read \(folder)/profile.yaml line by line, then `labrador profile test \(folder)`."
    }

    private func put(_ bytes: [UInt8], _ folder: String, _ name: String) throws(ConfigurationMistakes) {
        let url = URL(fileURLWithPath: "\(folder)/\(name)")
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url, options: .withoutOverwriting)
        } catch {
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: url.path, line: 1, what: "it cannot be written: \(error.localizedDescription)")
            ])
        }
    }
}
