import ArgumentParser
import Console
import Core
import Foundation

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "The whole story of one thing, from raw bytes to receipt.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "An accession, MRN, message (M1), result, hold (H1) or delivery (D1).") var id: String

    func run() async throws {
        try await withDaemon(options) { client in
            let bytes = try await client.post(APIPath.explain, [("id", id)])
            if options.json {
                StandardOutput.write(bytes + [UInt8(ascii: "\n")])
            } else {
                let story = try JSONDecoder().decode(Explanation.self, from: Data(bytes))
                say(TerminalText(clock: client.clock).explanation(story))
            }
        }
    }
}
