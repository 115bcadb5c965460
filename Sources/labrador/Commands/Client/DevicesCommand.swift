import ArgumentParser
import Console
import Core

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "The devices, their links and what goes over them.",
        subcommands: [DevicesListCommand.self, DevicesTraceCommand.self], defaultSubcommand: DevicesListCommand.self)
}

struct DevicesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The devices, their links and their last messages.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await printListing(.devices, options, ListingFilterOptions()) { $0.devices }
    }
}
