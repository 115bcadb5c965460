import Core
import Hummingbird

extension ListingFilter {
    /// Reads `state`, `accession`, `device` and `limit` from fields, and refuses what would silently narrow to nothing.
    init(
        _ fields: RequestFields, of listing: Listing, configuration: ConsoleConfiguration
    ) throws(RequestRefusal) {
        var limit = configuration.defaultRows
        if let text = fields["limit"] {
            guard let number = Int(text), number > 0 else {
                throw RequestRefusal(.badRequest, "limit: must be a number from 1 to \(configuration.maximumRows).")
            }
            limit = min(number, configuration.maximumRows)
        }
        let state = fields["state"]
        if let state, !listing.states.contains(state) {
            throw RequestRefusal(
                .badRequest,
                listing.states.isEmpty
                    ? "state: \(listing.rawValue) are not narrowed by state."
                    : "state: \"\(state)\" is not one of \(listing.states.joined(separator: ", ")).")
        }
        self.init(state: state, accession: fields["accession"], device: fields["device"], limit: limit)
    }
}

extension RequestFields {
    /// The query of an address.
    ///
    /// An accession there is refused: addresses end up in logs and histories.
    init(query request: Request, listing: Listing, maximumCharacters: Int) throws(RequestRefusal) {
        var values: [String: String] = [:]
        for (key, value) in request.uri.queryParameters {
            guard ["state", "device", "limit"].contains(key) else {
                throw RequestRefusal(
                    .badRequest,
                    key == "accession"
                        ? "An accession does not belong in an address. POST {\"accession\": …} to "
                            + "\(APIPath.search(listing))."
                        : "This address does not know \"\(key.prefix(64))\". It takes: state, device, limit.")
            }
            values[String(key)] = String(value)
        }
        try self.init(values, maximumCharacters: maximumCharacters)
    }
}
