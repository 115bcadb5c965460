import Core
import HTTPTypes
import Hummingbird

/// `POST /fhir/ServiceRequest` and `POST /fhir` (a transaction Bundle): 201 and 200 once the orders are committed, 400
/// with an OperationOutcome of every mistake, 503 when the store refuses.
struct FHIROrderRoutes {
    let ports: ConsolePorts
    let configuration: ConsoleConfiguration

    func add(to router: Router<BasicRequestContext>) {
        router.post(RouterPath(APIPath.serviceRequest)) { request, _ in await answer(request, isBundle: false) }
        router.post(RouterPath(APIPath.fhir)) { request, _ in await answer(request, isBundle: true) }
    }

    private func answer(_ request: Request, isBundle: Bool) async -> Response {
        do {
            let body = try await request.bytes(upTo: configuration.orderBodyBytes)
            let changes: [OrderChange]
            do throws(IntakeRefusal) {
                changes = try fhirOrderChanges(body, facility: configuration.facility, limits: configuration.intake)
            } catch {
                return outcome(OperationOutcome(error), .badRequest)
            }
            let result = await withCheckedContinuation { continuation in
                ports.orders.apply(changes, source: nil) { continuation.resume(returning: $0) }
            }
            switch result {
            case .success(let receipt):
                let done = OperationOutcome(done: receipt)
                guard isBundle else { return outcome(done, .created) }
                return outcome(TransactionAnswer(outcome: done, entries: changes.count), .ok)
            case .failure(let error):
                return outcome(
                    OperationOutcome(code: "transient", "Not now: \(error.sentence)"), .serviceUnavailable)
            }
        } catch {
            let refusal = RequestRefusal(error)
            return outcome(OperationOutcome(code: "too-long", refusal.answer.error), refusal.status)
        }
    }

    private func outcome(_ value: some Encodable, _ status: HTTPResponse.Status) -> Response {
        guard var response = try? Response.json(value, status: status) else {
            return Response(status: .internalServerError)
        }
        response.headers[.contentType] = "application/fhir+json; charset=utf-8"
        return response
    }
}

/// https://hl7.org/fhir/R4/operationoutcome.html
struct OperationOutcome: Encodable, Sendable, HoldsPatientData {
    var resourceType = "OperationOutcome"
    var issue: [Issue]

    struct Issue: Encodable, Sendable, HoldsPatientData {
        var severity: String
        var code: String
        var diagnostics: String
        var expression: [String]?
    }

    /// One issue.
    init(code: String, _ words: String) {
        issue = [Issue(severity: "error", code: code, diagnostics: words)]
    }

    /// Every mistake of a text of orders, each with the path of its element.
    init(_ refusal: IntakeRefusal) {
        issue = refusal.mistakes.map { mistake in
            let code =
                mistake.what.hasPrefix("is missing") || mistake.what.contains("is expected.") ? "required" : "invalid"
            return Issue(
                severity: "error", code: code, diagnostics: mistake.sentence,
                expression: mistake.key.isEmpty ? nil : [mistake.key])
        }
        if refusal.further > 0 {
            issue.append(Issue(severity: "error", code: "invalid", diagnostics: "And \(refusal.further) more."))
        }
    }

    /// What became of the orders.
    init(done receipt: OrderReceipt) {
        let words = [
            ("placed", receipt.placed), ("amended", receipt.amended), ("cancelled", receipt.cancelled),
        ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        issue = [
            Issue(severity: "information", code: "informational", diagnostics: words.joined(separator: ", "))
        ]
    }
}

/// The Bundle that answers a transaction (https://hl7.org/fhir/R4/http.html#transaction-response).
struct TransactionAnswer: Encodable, Sendable, HoldsPatientData {
    var resourceType = "Bundle"
    var type = "transaction-response"
    var entry: [Entry]

    struct Entry: Encodable, Sendable, HoldsPatientData {
        var response: Outcome
    }

    struct Outcome: Encodable, Sendable, HoldsPatientData {
        var status = "201 Created"
        var outcome: OperationOutcome?
    }

    /// One entry for each order that was taken; the first tells what became of all.
    init(outcome: OperationOutcome, entries: Int) {
        entry = (0..<entries).map { Entry(response: Outcome(outcome: $0 == 0 ? outcome : nil)) }
    }
}
