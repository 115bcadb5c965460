import ArgumentParser
import Console
import Core
import Profiles

/// `labrador profile list`.
struct ProfileList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Every profile that can be found.")

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup var folders: ProfileFolders

    func run() throws {
        let found = try folders.load().library.readAll()
        if json {
            say(JSONValue.array(found.map(Self.json)).indented)
        } else if found.isEmpty {
            throw CommandFailure("No profile was found.")
        } else {
            say(Self.table(found).text(width: TerminalWidth.current))
        }
    }

    private typealias Found = (entry: ProfileLibrary.Entry, profile: Result<Profile, ConfigurationMistakes>)

    private static func table(_ found: [Found]) -> TextTable {
        var table = TextTable([
            TextTable.Column("id"), TextTable.Column("name", narrowest: 12), TextTable.Column("protocol"),
            TextTable.Column("tests", isNumber: true), TextTable.Column("folder"),
        ])
        for (entry, profile) in found {
            switch profile {
            case .success(let profile):
                table.add([entry.id, profile.name, profile.protocolWord, "\(profile.tests.count)", entry.directory])
            case .failure:
                table.add(
                    [entry.id, "", "", "", entry.directory],
                    note: "cannot be read; see labrador profile show \(entry.id)")
            }
        }
        return table
    }

    private static func json(_ found: Found) -> JSONValue {
        let profile = try? found.profile.get()
        return .object([
            JSONMember("id", .string(found.entry.id)),
            JSONMember("name", profile.map { .string($0.name) } ?? .null),
            JSONMember("protocol", profile.map { .string($0.protocolWord) } ?? .null),
            JSONMember("tests", profile.map { .number("\($0.tests.count)") } ?? .null),
            JSONMember("folder", .string(found.entry.directory)),
        ])
    }
}

extension Profile {
    /// The word of `protocol:`.
    fileprivate var protocolWord: String { wire.rawValue }
}
