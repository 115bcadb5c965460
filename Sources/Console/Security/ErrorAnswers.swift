import Core
import HTTPTypes
import Hummingbird
import Logging

/// Turns every error into an answer: JSON for the API, a page for people.
///
/// Errors of ours are logged, by kind only.
struct ErrorAnswers<Context: RequestContext>: RouterMiddleware {
    let pages: PageFrame
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let refusal = RequestRefusal(error)
            if refusal.status == .internalServerError {
                logger.error(
                    "a request failed",
                    metadata: ["route": "\(context.endpointPath ?? "none")", "error": "\(type(of: error))"])
            }
            var response =
                APIPath.isForPrograms(request.uri.path)
                ? try Response.json(refusal.answer, status: refusal.status) : pages.error(refusal)
            response.headers.append(contentsOf: refusal.headers)
            return response
        }
    }
}
