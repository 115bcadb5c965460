import HTTPTypes
import Hummingbird

extension Router<BasicRequestContext> {
    /// Answers every method that an address does not know with 405 and those that it knows (RFC 9110 section 15.5.6).
    ///
    /// To be called when all addresses are there. `HEAD` is answered wherever `GET` is.
    func refuseOtherMethods() {
        let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for (path, known) in Dictionary(grouping: routes, by: { "\($0.path)" }) {
            var methods = Set(known.map(\.method))
            if methods.contains(.get) { methods.insert(.head) }
            let allowed = all.filter(methods.contains).map(\.rawValue).joined(separator: ", ")
            for method in all where !methods.contains(method) {
                on(RouterPath(path), method: method) { _, _ -> Response in
                    var refusal = RequestRefusal(
                        .methodNotAllowed, "\(method.rawValue) cannot be done here; possible: \(allowed).")
                    refusal.headers[.allow] = allowed
                    throw refusal
                }
            }
        }
    }
}
