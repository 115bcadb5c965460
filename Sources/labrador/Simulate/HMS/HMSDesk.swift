import Core
import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import Upstream

/// Answers requests: faults first, then what a FHIR server does.
final class HMSDesk: Sendable {
    private struct Dropped: Error {}

    private let configuration: HMSConfiguration
    private let faults: HMSFaults
    private let log: HMSLog?
    private let records = NIOLockedValueBox(HMSRecords())
    private let verdicts = NIOLockedValueBox<[String: Int]>([:])

    init(_ configuration: HMSConfiguration, log: HMSLog?) {
        self.configuration = configuration
        self.log = log
        faults = HMSFaults(configuration)
    }

    /// Counts: bodies by what became of them, and observations received, unique and again.
    var stats: JSONValue {
        let counts = records.withLockedValue(\.counts)
        let bodies = verdicts.withLockedValue { $0 }
        let numbers: [(String, Int)] =
            ["ok", "invalid", "unavailable", "rejected", "dropped"].map { ($0, bodies[$0] ?? 0) } + [
                ("received", counts.received), ("unique", counts.unique), ("duplicates", counts.duplicates),
                ("corrections", counts.corrections),
            ]
        return .object(numbers.map { .init($0, .number(String($1))) })
    }

    /// Answers one request.
    func answer(_ request: Request, _ context: HMSContext) async throws -> Response {
        let method = request.method.rawValue
        let path = request.uri.string
        guard method == "POST" || method == "PUT" else { return look(method, path) }
        guard let body = try? await request.body.collect(upTo: configuration.bodyLimit) else {
            return refusal(HMSRefusal(413, "too-long", "A body has at most \(configuration.bodyLimit) bytes."))
        }
        let bytes = Array(body.readableBytesView)
        if configuration.latency > .zero { try await Task.sleep(for: configuration.latency) }
        let verdict = faults.verdict()
        var told = verdict.rawValue
        let response: Response
        switch verdict {
        case .unavailable:
            response = refusal(HMSRefusal(503, "transient", "Unavailable on purpose."), retryAfter: 1)
        case .rejected: response = refusal(HMSRefusal(422, "business-rule", "Rejected on purpose."))
        case .ok, .dropped:
            do throws(HMSRefusal) {
                response = try carryOut(method, path, bytes, condition: Self.condition(of: request))
            } catch {
                told = "invalid"
                response = refusal(error)
            }
        }
        verdicts.withLockedValue { $0[told, default: 0] += 1 }
        try log?.write(verdict: told, method: method, path: path, body: bytes)
        if verdict == .dropped {
            try await context.channel.close()
            throw Dropped()
        }
        return response
    }

    /// `If-None-Exist` (https://hl7.org/fhir/R4/http.html#ccreate).
    private static func condition(of request: Request) -> String? {
        HTTPField.Name("If-None-Exist").flatMap { request.headers[$0] }
    }

    private func carryOut(_ method: String, _ path: String, _ bytes: [UInt8], condition: String?) throws(HMSRefusal)
        -> Response
    {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes, maximumDepth: JSONValue.answerDepth)
        } catch {
            throw HMSRefusal(400, "structure", "The body is no JSON: \(error.sentence).")
        }
        let type = json["resourceType"]?.text ?? ""
        let (parts, _) = FHIRQuery.split(path)
        // A resource of its own is a transaction of one entry.
        let isBundle = type == "Bundle" && parts.isEmpty
        if !isBundle { try HMSValidation.check(json, at: type) }
        var bundle = json
        if !isBundle {
            var request: [JSONMember] = [.init("method", .string(method)), .init("url", .string(path))]
            if let condition { request.append(.init("ifNoneExist", .string(condition))) }
            let entry = JSONValue.object([.init("resource", json), .init("request", .object(request))])
            bundle = .object([.init("type", .string("transaction")), .init("entry", .array([entry]))])
        }
        let outcome = records.withLockedValue { records in
            Result { () throws(HMSRefusal) in try HMSTransaction(bundle, over: records).commit(into: &records) }
        }
        let answer = try outcome.get()
        guard !isBundle, let entry = answer["entry"]?.elements.first?["response"] else { return respond(200, answer) }
        let created = entry["status"]?.text?.hasPrefix("201") == true
        return respond(created ? 201 : 200, json, location: entry["location"]?.text)
    }

    private func look(_ method: String, _ path: String) -> Response {
        guard method == "GET" else {
            return refusal(HMSRefusal(405, "not-supported", "GET, POST and PUT are answered."))
        }
        let (parts, query) = FHIRQuery.split(path)
        switch (parts.first, parts.count) {
        case (nil, _):
            let text = records.withLockedValue { HMSTable.text(of: $0, limit: configuration.tableLimit) }
            return respond(200, bytes: Array(text.utf8), type: "text/plain; charset=utf-8")
        case ("stats", 1): return respond(200, bytes: stats.bytes, type: "application/json")
        case ("metadata", 1): return respond(200, Self.capabilities)
        case (let type?, 1):
            let identifiers = FHIRQuery.identifiers(in: query)
            let found = records.withLockedValue { records in
                identifiers.isEmpty
                    ? records.records.filter { $0.type == type } : records.find(type, identifiers: identifiers)
            }
            return respond(200, Self.searchset(found))
        default:
            guard let record = records.withLockedValue({ $0.read(parts.joined(separator: "/")) }) else {
                return refusal(HMSRefusal(404, "not-found", "No such resource here."))
            }
            return respond(200, record.resource)
        }
    }

    private static func searchset(_ found: [HMSRecords.Record]) -> JSONValue {
        let entries = found.map { record in
            var members = [JSONMember("resourceType", .string(record.type)), JSONMember("id", .string(record.id))]
            if case .object(let own) = record.resource {
                members += own.filter { $0.key != "resourceType" && $0.key != "id" }
            }
            return JSONValue.object([
                .init("fullUrl", .string(record.reference)), .init("resource", .object(members)),
            ])
        }
        return .object([
            .init("resourceType", .string("Bundle")), .init("type", .string("searchset")),
            .init("total", .number(String(found.count))), .init("entry", .array(entries)),
        ])
    }

    private static let capabilities: JSONValue = .object([
        .init("resourceType", .string("CapabilityStatement")), .init("status", .string("active")),
        .init("kind", .string("instance")), .init("fhirVersion", .string("4.0.1")),
        .init("format", .array([.string("json")])),
        .init(
            "rest",
            .array([
                .object([
                    .init("mode", .string("server")),
                    .init("interaction", .array([.object([.init("code", .string("transaction"))])])),
                ])
            ])),
    ])
}

// MARK: - Answers

extension HMSDesk {
    private func refusal(_ refusal: HMSRefusal, retryAfter: Int? = nil) -> Response {
        var response = respond(refusal.status, refusal.outcome)
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        return response
    }

    private func respond(_ status: Int, _ json: JSONValue, location: String? = nil) -> Response {
        var response = respond(status, bytes: json.bytes, type: "application/fhir+json")
        if let location { response.headers[.location] = location }
        return response
    }

    private func respond(_ status: Int, bytes: [UInt8], type: String) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
