import Core
import Hummingbird

/// Why a request is not answered with what it asked for.
///
/// Thrown by handlers, turned into JSON or a page at one place.
struct RequestRefusal: Error {
    var status: HTTPResponse.Status
    var answer: ErrorAnswer
    /// Headers the answer carries besides its own.
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ sentence: String) {
        self.status = status
        answer = ErrorAnswer(sentence)
    }

    init(_ refusal: IntakeRefusal) {
        status = .badRequest
        answer = ErrorAnswer(refusal)
    }

    /// The store refused: nothing was taken, and it may be tried again.
    init(_ error: StoreError) {
        status = .serviceUnavailable
        answer = ErrorAnswer("Not now: \(error.sentence)")
    }

    /// Any error of a handler or of the server itself.
    init(_ error: any Error) {
        switch error {
        case let refusal as RequestRefusal: self = refusal
        case let error as StoreError: self.init(error)
        case let refusal as IntakeRefusal: self.init(refusal)
        case let error as HTTPError where error.status == .notFound:
            self.init(.notFound, "There is nothing at this address.")
        case let error as HTTPError where error.status == .contentTooLarge:
            self.init(.contentTooLarge, "The request's body is larger than this address takes.")
        case let error as HTTPError: self.init(error.status, error.body ?? error.status.reasonPhrase)
        default: self.init(.internalServerError, "Something failed inside Labrador. Its log says what.")
        }
    }
}

/// Runs a store call with the error turned into a refusal.
func asking<Value>(_ call: () async throws(StoreError) -> Value) async throws(RequestRefusal) -> Value {
    do { return try await call() } catch { throw RequestRefusal(error) }
}
