import Core
import Foundation
import Upstream

/// What an entry of a transaction, or a request of its own, asks for.
struct HMSRequest: HoldsPatientData {
    /// The interaction (https://hl7.org/fhir/R4/http.html).
    enum Kind {
        case create
        /// Create unless the identifier is known (`ifNoneExist`).
        case createIfNone(String, [String])
        /// Update of the one with the identifier, else create.
        case updateWhere(String, [String])
        /// Update as create, `TYPE/ID`.
        case updateByID(String)
    }

    var kind: Kind
    /// The id to create under, where the request gives one.
    var id: String?
    /// What two entries of one Bundle may not share.
    var identity: String?

    /// Reads `Bundle.entry.request`.
    init(_ request: JSONValue?, type: String, at place: String) throws(HMSRefusal) {
        guard let method = request?["method"]?.text, let url = request?["url"]?.text else {
            throw HMSRefusal(400, "structure", "An entry has a request with method and url.", at: place)
        }
        try self.init(method: method, url: url, condition: request?["ifNoneExist"]?.text, type: type, at: place)
    }

    /// A request by its method, its address below the base, and its condition (`If-None-Exist`).
    init(method: String, url: String, condition: String?, type: String, at place: String) throws(HMSRefusal) {
        let (path, query) = FHIRQuery.split(url)
        guard path.first == type else {
            throw HMSRefusal(422, "value", "The url is '\(url.prefix(80))', the resource is a \(type).", at: place)
        }
        switch (method, path.count) {
        case ("POST", 1):
            guard let condition else {
                kind = .create
                return
            }
            let identifiers = FHIRQuery.identifiers(in: condition)
            guard !identifiers.isEmpty else { throw Self.noCondition(at: place) }
            kind = .createIfNone(type, identifiers)
            identity = "\(type) \(identifiers)"
        case ("PUT", 1):
            let identifiers = FHIRQuery.identifiers(in: query)
            guard !identifiers.isEmpty else { throw Self.noCondition(at: place) }
            kind = .updateWhere(type, identifiers)
            identity = "\(type) \(identifiers)"
        case ("PUT", 2):
            kind = .updateByID("\(type)/\(path[1])")
            id = path[1]
            identity = "\(type)/\(path[1])"
        default:
            throw HMSRefusal(
                422, "not-supported", "This stand-in takes POST of a type and PUT by identifier or id.", at: place)
        }
    }

    private static func noCondition(at place: String) -> HMSRefusal {
        HMSRefusal(412, "required", "The only condition known here is identifier=SYSTEM|VALUE.", at: place)
    }
}

/// Addresses below the base, taken apart.
enum FHIRQuery {
    /// Path parts, without an optional leading `fhir`, and the query.
    static func split(_ url: String) -> (path: [String], query: String) {
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = parts[0].split(separator: "/").map(String.init)
        if path.first == "fhir" { path.removeFirst() }
        return (path, parts.count > 1 ? String(parts[1]) : "")
    }

    /// The values of `identifier` in a query, percent-decoded; a comma means "or".
    static func identifiers(in query: String) -> [String] {
        for parameter in query.split(separator: "&") {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            if pair.count == 2, pair[0] == "identifier" {
                return pair[1].split(separator: ",").compactMap { String($0).removingPercentEncoding }
            }
        }
        return []
    }
}
