import Core
import HTTPTypes
import Hummingbird

/// What a person decides about holds and deliveries, C-ECHO, and `explain`.
struct DecisionRoutes {
    let ports: ConsolePorts
    let configuration: ConsoleConfiguration

    func add(to router: Router<BasicRequestContext>) {
        for action in HoldAction.allCases {
            router.post("/api/v1/holds/:id/\(action.rawValue)") { request, context -> Response in
                let id = try context.parameters.require("id")
                let fields = try await fields(of: request, keys: Decisions.keys(action))
                return try answer(try await decisions.decide(hold: id, action, fields))
            }
        }
        for action in DeliveryAction.allCases {
            router.post("/api/v1/queue/:id/\(action.rawValue)") { request, context -> Response in
                let id = try context.parameters.require("id")
                let fields = try await fields(of: request, keys: Decisions.keys(action))
                return try answer(try await decisions.decide(delivery: id, action, fields))
            }
        }
        router.post(RouterPath(APIPath.echo)) { request, _ -> Response in
            let ae = try await fields(of: request, keys: ["ae"])
                .required("ae", "Name a configured modality or archive, by id or AE title.")
            guard let echo = ports.echo else {
                throw RequestRefusal(.conflict, "No radiology side is configured (dicom: in the configuration).")
            }
            return try answer(await echo.echo(ae: ae))
        }
        router.post(RouterPath(APIPath.explain)) { request, _ -> Response in
            let id = try await fields(of: request, keys: ["id"])
                .required("id", "Name an accession, MRN, message (M1), result, hold (H1) or delivery (D1).")
            guard let story = try await asking({ () async throws(StoreError) in try await ports.registry.explain(id) })
            else { throw RequestRefusal(.notFound, "Nothing is known under this id.") }
            return try Response.json(story)
        }
    }

    private var decisions: Decisions { Decisions(registry: ports.registry) }

    private func fields(of request: Request, keys: [String]) async throws -> RequestFields {
        try RequestFields(
            json: try await request.bytes(upTo: configuration.requestBodyBytes), keys: keys,
            maximumCharacters: configuration.typedCharacters)
    }

    private func answer(_ outcome: RequestOutcome) throws -> Response {
        switch outcome {
        case .done(let what): return try Response.json(DoneAnswer(done: what))
        case .refused(let why): throw RequestRefusal(.conflict, why)
        }
    }
}
