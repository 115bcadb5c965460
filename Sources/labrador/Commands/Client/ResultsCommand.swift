import ArgumentParser
import Console
import Core

struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "The results of the analysers, newest first.")

    @OptionGroup var options: ClientOptions
    @Option(help: "Only this state: received, held, posted, stored, superseded, rejected or control.") var state:
        String?
    @Option(help: "Only this accession or specimen.") var accession: String?
    @Option(help: "Only this device.") var device: String?
    @Option(help: "At most this many.") var limit: Int?

    private var filter: ListingFilterOptions {
        .init(state: state, accession: accession, device: device, limit: limit)
    }

    func validate() throws { try filter.check(.results) }

    func run() async throws { try await printListing(.results, options, filter) { $0.results } }
}
