import Console
import Core
import Foundation

/// Posts a decision and prints the daemon's sentence.
///
/// - Returns: Whether it was carried out.
func decide(
    _ client: DaemonClient, _ options: ClientOptions, id: String, path: String, _ fields: [(String, String?)] = []
) async throws -> Bool {
    let done: Bool
    let sentence: String
    do {
        let bytes = try await client.post(path, fields)
        sentence = try JSONDecoder().decode(DoneAnswer.self, from: Data(bytes)).done
        done = true
    } catch let refusal as DaemonRefusal {
        sentence = refusal.answer.error
        done = false
    }
    if options.json {
        var line: [UInt8] = []
        JSONValue.object([
            JSONMember("id", .string(id)), JSONMember("done", .bool(done)), JSONMember("what", .string(sentence)),
        ]).write(into: &line)
        StandardOutput.write(line + [UInt8(ascii: "\n")])
    } else if done {
        say("\(printable(sentence))\n")
    } else {
        printError("\(id): \(printable(sentence))")
    }
    return done
}
