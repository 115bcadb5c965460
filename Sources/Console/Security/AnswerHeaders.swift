import HTTPTypes
import Hummingbird

/// Headers that every answer carries.
///
/// Pages may load nothing but our own style and script, send forms nowhere else, and stand in no other page's frame;
/// nothing with patient data stays in a cache.
struct AnswerHeaders<Context: RequestContext>: RouterMiddleware {
    static var policy: String {
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "no-store"
        // Not `no-referrer`: with that, browsers send `Origin: null` with our own forms, and the origin could not be
        // checked.
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "same-origin" }
        return response
    }
}
