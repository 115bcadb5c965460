import ArgumentParser
import Console
import Core

struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "The HMS's orders, and the import of orders from a file.",
        subcommands: [OrdersListCommand.self, OrdersImportCommand.self], defaultSubcommand: OrdersListCommand.self)
}

struct OrdersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "The orders, newest first.")

    @OptionGroup var options: ClientOptions
    @Option(help: "Only this state: open, cancelled or completed.") var state: String?
    @Option(help: "Only this accession.") var accession: String?
    @Option(help: "At most this many.") var limit: Int?

    private var filter: ListingFilterOptions { .init(state: state, accession: accession, limit: limit) }

    func validate() throws { try filter.check(.orders) }

    func run() async throws { try await printListing(.orders, options, filter) { $0.orders } }
}
