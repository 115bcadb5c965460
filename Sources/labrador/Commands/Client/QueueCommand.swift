import ArgumentParser
import Console
import Core

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "The deliveries to the destinations, and the decisions about them.",
        subcommands: [QueueListCommand.self, QueueRetryCommand.self, QueueSkipCommand.self],
        defaultSubcommand: QueueListCommand.self)
}

struct QueueListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The deliveries that are not done, newest first, each with the last answer.")

    @OptionGroup var options: ClientOptions
    @Option(help: "Only this state: ready, leased, ambiguous, parked, dead or delivered.") var state: String?
    @Option(help: "Only this accession.") var accession: String?
    @Option(help: "At most this many.") var limit: Int?

    private var filter: ListingFilterOptions { .init(state: state, accession: accession, limit: limit) }

    func validate() throws { try filter.check(.queue) }

    func run() async throws { try await printListing(.queue, options, filter) { $0.queue } }
}

struct QueueRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Puts dead, parked or ambiguous deliveries back in the queue.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The deliveries: D12 D13.") var ids: [String]

    func validate() throws { try ids.forEach(checkID) }

    func run() async throws {
        try await withDaemon(options) { client in
            var failed = false
            for id in ids where try await !decide(client, options, id: id, path: APIPath.delivery(id, .retry)) {
                failed = true
            }
            if failed { throw CommandFailure("", code: ClientExit.no) }
        }
    }
}

struct QueueSkipCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip", abstract: "Gives a delivery up, so that later ones of its accession may go.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The delivery: D12.") var id: String
    @Option(help: "Why; it is kept with the delivery.") var reason: String

    func validate() throws { try checkID(id) }

    func run() async throws {
        try await withDaemon(options) { client in
            let path = APIPath.delivery(id, .skip)
            guard try await decide(client, options, id: id, path: path, [("reason", reason)]) else {
                throw CommandFailure("", code: ClientExit.no)
            }
        }
    }
}
