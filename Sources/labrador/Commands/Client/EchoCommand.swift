import ArgumentParser
import Console
import Core

struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo", abstract: "Asks a modality or archive whether it answers (DICOM C-ECHO).")

    @OptionGroup var options: ClientOptions
    @Argument(help: "Its configured id or AE title.") var ae: String

    func run() async throws {
        try await withDaemon(options) { client in
            guard try await decide(client, options, id: ae, path: APIPath.echo, [("ae", ae)]) else {
                throw CommandFailure("", code: ClientExit.no)
            }
        }
    }
}
