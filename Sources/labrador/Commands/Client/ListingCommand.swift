import ArgumentParser
import Console
import Core
import Foundation

/// Asks for a listing and prints it as a table, or as JSON.
func printListing<Row: Decodable>(
    _ listing: Listing, _ options: ClientOptions, _ filter: ListingFilterOptions,
    table: @escaping (TerminalText) -> ([Row]) -> String
) async throws {
    try await withDaemon(options) { client in
        let query = [("state", filter.state), ("device", filter.device), ("limit", filter.limit.map { String($0) })]
        let bytes =
            filter.accession == nil
            ? try await client.get(APIPath.listing(listing), query: query)
            : try await client.post(APIPath.search(listing), query + [("accession", filter.accession)])
        let count: Int
        if options.json {
            count = try printLines(bytes)
        } else {
            let rows = try JSONDecoder().decode([Row].self, from: Data(bytes))
            say(table(TerminalText(clock: client.clock))(rows))
            count = rows.count
        }
        let bounds = ConsoleConfiguration()
        if count >= bounds.maximumRows {
            printError("Only \(count) are shown, the most a listing gives. Narrow it: see --help.")
        } else if count == filter.limit ?? bounds.defaultRows {
            printError("Only \(count) are shown; more with --limit.")
        }
    }
}

/// Prints each element of a JSON list on a line of its own, as the daemon wrote it.
private func printLines(_ bytes: [UInt8]) throws -> Int {
    guard case .array(let rows) = try JSONValue(parsing: bytes) else {
        throw CommandFailure("The daemon's answer is no list. Is it of the same version as this command?")
    }
    var out: [UInt8] = []
    for row in rows {
        row.write(into: &out)
        out.append(UInt8(ascii: "\n"))
    }
    StandardOutput.write(out)
    return rows.count
}

/// What a listing may be narrowed to.
struct ListingFilterOptions {
    var state: String?
    var accession: String?
    var device: String?
    var limit: Int?

    /// Refuses a state or limit that can only be a slip.
    func check(_ listing: Listing) throws {
        if let state, !listing.states.contains(state) {
            throw ValidationError("--state is one of \(listing.states.joined(separator: ", ")), not \(state).")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is a number from 1.") }
    }
}
