import ArgumentParser
import Console
import Core

struct WorklistCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worklist",
        abstract: "The imaging orders that modalities may see, and why one does not see an entry.",
        subcommands: [WorklistListCommand.self, WorklistExplainCommand.self],
        defaultSubcommand: WorklistListCommand.self)
}

struct WorklistListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The imaging orders that modalities may see.")

    @OptionGroup var options: ClientOptions
    @Option(help: "Only this state: scheduled, started, completed, discontinued, cancelled or parked.")
    var state: String?
    @Option(help: "Only this accession.") var accession: String?
    @Option(help: "At most this many.") var limit: Int?

    private var filter: ListingFilterOptions { .init(state: state, accession: accession, limit: limit) }

    func validate() throws { try filter.check(.worklist) }

    func run() async throws { try await printListing(.worklist, options, filter) { $0.worklist } }
}
