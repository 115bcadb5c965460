import HTTPTypes
import Hummingbird

/// Refuses what a foreign page makes a person's browser ask. The console has no user accounts yet and trusts whoever
/// reaches it, so a browser on the same machine must not be led here by another site:
///
/// - A host name that is not ours (DNS rebinding) is refused, for reading too.
/// - A request that changes something must come from our own pages (Fetch Metadata, W3C; else `Origin`, RFC 6454).
/// - A form, which any page may send, must prove it; JSON, which a foreign page cannot send without asking
///   first (Fetch standard, CORS preflight; we never consent), must not disprove it.
struct BrowserGuard<Context: RequestContext>: RouterMiddleware {
    /// Names besides addresses and `localhost`; nil on the control socket, which no browser reaches.
    let hostNames: [String]?

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let hostNames { try checkHost(request.head.authority, hostNames) }
        if request.method != .get, request.method != .head { try checkOrigin(request) }
        return try await next(request, context)
    }

    func checkHost(_ authority: String?, _ hostNames: [String]) throws(RequestRefusal) {
        let name = hostName(authority ?? "").lowercased()
        guard name == "localhost" || isAddress(name) || hostNames.contains(where: { $0.lowercased() == name }) else {
            throw RequestRefusal(
                .misdirectedRequest,
                "Labrador does not go by this host name. Open it by its IP address, or as localhost.")
        }
    }

    private func checkOrigin(_ request: Request) throws(RequestRefusal) {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        let origin = request.headers[.origin]
        switch (site, origin) {
        case ("same-origin"?, _), ("none"?, _): break
        case (_?, _): throw foreign()
        case (nil, let origin?):
            guard isOwn(origin, request.head.authority) else { throw foreign() }
        case (nil, nil):
            guard !isForm(request) else {
                throw APIPath.isForPrograms(request.uri.path) ? notJSON : foreign()
            }
        }
        if !isForm(request), !isJSON(request) {
            throw notJSON
        }
    }

    private var notJSON: RequestRefusal {
        RequestRefusal(.unsupportedMediaType, "Send JSON, with the header Content-Type: application/json.")
    }

    private func foreign() -> RequestRefusal {
        RequestRefusal(
            .forbidden,
            "This request does not come from Labrador's own page, so nothing was done. Open the console and "
                + "decide there.")
    }

    private func isOwn(_ origin: String, _ authority: String?) -> Bool {
        guard let authority, let slashes = origin.firstRange(of: "://") else { return false }
        return origin[slashes.upperBound...].lowercased() == authority.lowercased()
    }

    private func isForm(_ request: Request) -> Bool { mediaType(request) == "application/x-www-form-urlencoded" }
    private func isJSON(_ request: Request) -> Bool {
        // A request without a body says nothing about its type.
        // FHIR's own type is for its addresses, and like the other no page can send it from elsewhere unasked.
        mediaType(request) == "application/json"
            || (mediaType(request) == "application/fhir+json" && request.uri.path.hasPrefix(APIPath.fhir))
            || (request.headers[.contentType] == nil && hasNoBody(request))
    }

    private func hasNoBody(_ request: Request) -> Bool {
        request.headers[.transferEncoding] == nil && (request.headers[.contentLength] ?? "0") == "0"
    }

    private func mediaType(_ request: Request) -> String? {
        request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().split(separator: " ").first.map(String.init)
    }
}

/// The host of `host:port` or `[address]:port`.
func hostName(_ authority: String) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
        return String(authority[authority.index(after: authority.startIndex)..<end])
    }
    return String(authority.prefix { $0 != ":" })
}

/// Whether a host is a literal address: it cannot be pointed elsewhere by a name server.
func isAddress(_ host: String) -> Bool {
    if host.contains(":") { return host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." || $0 == "%" } }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
        && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8($0) != nil }
}
