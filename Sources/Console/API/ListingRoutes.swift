import Core
import HTTPTypes
import Hummingbird

/// `GET /api/v1/{listing}` and `POST /api/v1/search/{listing}`.
struct ListingRoutes {
    let ports: ConsolePorts
    let configuration: ConsoleConfiguration

    func add(to router: Router<BasicRequestContext>) {
        for listing in Listing.allCases {
            router.get(RouterPath(APIPath.listing(listing))) { request, _ -> Response in
                let fields = try RequestFields(
                    query: request, listing: listing, maximumCharacters: configuration.typedCharacters)
                return try await answer(listing, fields)
            }
            guard listing != .devices else { continue }
            router.post(RouterPath(APIPath.search(listing))) { request, _ -> Response in
                let fields = try RequestFields(
                    json: try await request.bytes(upTo: configuration.requestBodyBytes),
                    keys: ["accession", "state", "device", "limit"],
                    maximumCharacters: configuration.typedCharacters)
                return try await answer(listing, fields)
            }
        }
    }

    private func answer(_ listing: Listing, _ fields: RequestFields) async throws -> Response {
        let filter = try ListingFilter(fields, of: listing, configuration: configuration)
        let registry = ports.registry
        switch listing {
        case .devices:
            let rows = ports.devices.devices().filter { filter.device == nil || $0.id == filter.device }
            return try Response.json(Array(rows.prefix(filter.limit)))
        case .orders: return try Response.json(try await registry.orders(filter))
        case .worklist: return try Response.json(try await registry.worklist(filter))
        case .results: return try Response.json(try await registry.results(filter))
        case .holds: return try Response.json(try await registry.holds(filter))
        case .queue: return try Response.json(try await registry.queue(filter))
        }
    }
}
