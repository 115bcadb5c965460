import ArgumentParser
import Console
import Core
import Foundation

struct WorklistExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Which entries a modality would get, and what removed each of the others.",
        discussion: """
            Uses the keys of the modality's last query, or those given with --key. With --json the first line is about \
            the query, each other one about an entry.
            """)

    @OptionGroup var options: ClientOptions
    @Option(help: "The modality, by AE title or configured id.") var ae: String
    @Option(
        help:
            "Another moment than now: 2026-11-25T08:30, in the facility's time, or with an offset. Dates move with it.")
    var at: String?
    @Option(help: "Only this accession.") var accession: String?
    @Option(name: .customLong("key"), help: "A key, as 0040,0002=20261125; may be repeated.") var keys: [String] = []
    @Option(help: "At most this many, of those it would get and of the others.") var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is a number from 1.") }
        for key in keys where !key.contains("=") { throw ValidationError("--key is TAG=VALUE, not \(key).") }
    }

    func run() async throws {
        try await withDaemon(options) { client in
            let bytes = try await client.post(
                APIPath.explainWorklist,
                [
                    ("ae", ae), ("at", at), ("accession", accession), ("limit", limit.map { String($0) }),
                    ("keys", keys.isEmpty ? nil : keys.joined(separator: "\n")),
                ])
            if options.json {
                StandardOutput.write(try lines(JSONValue(parsing: bytes)))
            } else {
                let told = try JSONDecoder().decode(WorklistExplanation.self, from: Data(bytes))
                say(TerminalText(clock: client.clock).explanation(told))
            }
        }
    }

    /// The query on the first line, an entry on each of the others.
    private func lines(_ answer: JSONValue) -> [UInt8] {
        guard case .object(let members) = answer else { return [] }
        var out: [UInt8] = []
        JSONValue.object(members.filter { $0.key != "entries" }).write(into: &out)
        out.append(UInt8(ascii: "\n"))
        if case .array(let rows)? = members.first(where: { $0.key == "entries" })?.value {
            for row in rows {
                row.write(into: &out)
                out.append(UInt8(ascii: "\n"))
            }
        }
        return out
    }
}
