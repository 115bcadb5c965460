import ArgumentParser
import Console
import Core

struct HoldsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holds", abstract: "What waits for a person, and the decisions about it.",
        subcommands: [
            HoldsListCommand.self, HoldsReleaseCommand.self, HoldsRejectCommand.self, HoldsAssignCommand.self,
        ],
        defaultSubcommand: HoldsListCommand.self)
}

struct HoldsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The open holds, newest first, each with what to do.")

    @OptionGroup var options: ClientOptions
    @Option(help: "This state instead of open: resolved, released or rejected.") var state: String?
    @Option(help: "Only this accession.") var accession: String?
    @Option(help: "Only this device.") var device: String?
    @Option(help: "At most this many.") var limit: Int?

    private var filter: ListingFilterOptions {
        .init(state: state, accession: accession, device: device, limit: limit)
    }

    func validate() throws { try filter.check(.holds) }

    func run() async throws { try await printListing(.holds, options, filter) { $0.holds } }
}

struct HoldsReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Posts what a hold keeps back, where that is safe.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The hold: H12.") var id: String

    func validate() throws { try checkID(id) }

    func run() async throws { try await decideAboutHold(id, .release, options) }
}

struct HoldsRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Refuses what a hold keeps back.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The hold: H12.") var id: String
    @Option(help: "Why; it is kept with the results.") var reason: String

    func validate() throws { try checkID(id) }

    func run() async throws { try await decideAboutHold(id, .reject, options, [("reason", reason)]) }
}

struct HoldsAssignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Assigns what a hold keeps back to an order, and posts it.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The hold: H12.") var id: String
    @Option(help: "The order's accession.") var order: String

    func validate() throws { try checkID(id) }

    func run() async throws { try await decideAboutHold(id, .assign, options, [("order", order)]) }
}

private func decideAboutHold(
    _ id: String, _ action: HoldAction, _ options: ClientOptions, _ fields: [(String, String?)] = []
) async throws {
    try await withDaemon(options) { client in
        guard try await decide(client, options, id: id, path: APIPath.hold(id, action), fields) else {
            throw CommandFailure("", code: ClientExit.no)
        }
    }
}

/// Refuses text that cannot be an id of a hold or a delivery; it becomes part of an address.
func checkID(_ id: String) throws {
    guard !id.isEmpty, id.utf8.count <= 20,
        id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
    else { throw ValidationError("\(printable(id)) is no id of a hold (H12) or a delivery (D12).") }
}
